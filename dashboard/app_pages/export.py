"""Export: choose a format, see what leaves, fetch it."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from dashboard import visit
from dashboard.services import export_download, messages
from dashboard.services.export import WRITERS

PREVIEW_HEIGHT: Final = 260
WIDE_COLUMNS: Final = ("clip_id", "clip_sha256", "project")


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("export.title"))
    st.markdown(messages.say("export.what"))
    formats = [form.value for form in WRITERS]
    left, middle, right = st.columns([1.2, 1, 1], vertical_alignment="bottom")
    format_name = left.segmented_control(
        messages.say("export.format"),
        formats,
        default=formats[0],
        required=True,
        format_func=lambda name: messages.say(f"export.format_name.{name}"),
    )
    history = middle.toggle(messages.say("export.history"), help=messages.say("export.history_help"))
    names = right.toggle(messages.say("export.names"), help=messages.say("export.names_help"))
    if names:
        st.warning(messages.say("export.names_warning"))
    project, chosen = here.project, str(format_name or formats[0])
    tables = export_download.preview(project.id, person_id=here.person.id, history=history, names=names)
    st.download_button(
        messages.say("export.download"),
        data=lambda: export_download.packed(
            project.id, person_id=here.person.id, format_name=chosen, history=history, names=names
        ).read(),
        file_name=f"{_file_name(project.name)}-{chosen}.zip",
        mime="application/zip",
        type="primary",
        icon=":material/download:",
        on_click="ignore",
        disabled=not any(table.rows for table in tables),
    )
    st.subheader(messages.say("export.preview"))
    for table in tables:
        st.caption(messages.say(f"export.table.{table.name}", n=len(table.rows)))
        st.dataframe(
            pd.DataFrame(table.rows, columns=list(table.columns)),
            hide_index=True,
            width="stretch",
            height=260,
        )


def _file_name(project: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in project).strip("-").lower() or "dailies"
