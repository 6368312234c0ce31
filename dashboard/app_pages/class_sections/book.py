"""The grade book: everybody's grades at a glance, and as files."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import visit
from dashboard.class_routes import book_url
from dashboard.services import grade_book, messages
from dashboard.services.table_files import Value


def draw(here: visit.Visit) -> None:
    """Draw the section."""
    found = grade_book.book(here.project.id, person_id=here.person.id)
    if not found.desks or not found.students:
        st.info(messages.say("classes.room.no_work"))
        return
    head, *rows = found.table
    shown = [[_shown(value) for value in row] for row in rows]
    st.dataframe(pd.DataFrame(shown, columns=[str(name) for name in head]), hide_index=True, width="stretch")
    bar = st.container(horizontal=True, gap="small")
    for form in ("csv", "xlsx"):
        bar.link_button(
            messages.say(f"classes.room.{form}"), book_url(here.project.id, form), icon=":material/download:"
        )


def _shown(value: Value) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
