"""Class: who is on the list, what is set, the grade book, and the rules."""

from __future__ import annotations

import streamlit as st

from dashboard import visit
from dashboard.app_pages.class_sections import book, enrolment, rules, set_work
from dashboard.app_pages.project_sections import saving
from dashboard.services import messages


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("classes.room.title"))
    saving.confirm()
    parts = {"students": enrolment, "work": set_work, "book": book, "rules": rules}
    tabs = st.tabs([messages.say(f"classes.room.{name}") for name in parts])
    for tab, part in zip(tabs, parts.values(), strict=True):
        with tab:
            part.draw(here)
