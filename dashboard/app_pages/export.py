"""Export: choose a format, see what leaves, fetch it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd
import streamlit as st

from dashboard import visit
from dashboard.services import export_download, messages
from dashboard.services.export import LONGEST_LICENCE, WITH_MEDIA, Format
from dashboard.services.export_content import UNSTATED_LICENCE
from dashboard.services.export_download import Leaving

PREVIEW_HEIGHT: Final = 260
MEGABYTE: Final = 1_000_000
MOST_BYTES: Final = 500 * MEGABYTE
"""Streamlit holds in memory what it hands out; the command line does not."""

STATING: Final = frozenset({Format.HUGGINGFACE, Format.CROISSANT})
"""Formats that say under which licence the data may be used."""


@dataclass(frozen=True, slots=True)
class _Choice:
    form: Format
    history: bool
    names: bool
    media: bool
    licence: str


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("export.title"))
    st.markdown(messages.say("export.what"))
    choice = _choose()
    leaving = export_download.preview(
        here.project.id,
        person_id=here.person.id,
        history=choice.history,
        names=choice.names,
        media=choice.media,
    )
    _warn(choice, leaving)
    if choice.media and leaving.bytes > MOST_BYTES:
        st.info(messages.say("export.too_large", form=choice.form.value))
        _preview(leaving)
        return
    st.download_button(
        messages.say("export.download"),
        data=lambda: export_download.packed(
            here.project.id,
            person_id=here.person.id,
            format_name=choice.form.value,
            history=choice.history,
            names=choice.names,
            media=choice.media,
            licence=choice.licence,
        ).read(),
        file_name=f"{_file_name(here.project.name)}-{choice.form.value}.zip",
        mime="application/zip",
        type="primary",
        icon=":material/download:",
        on_click="ignore",
        disabled=not any(table.rows for table in leaving.tables),
    )
    _preview(leaving)


def _choose() -> _Choice:
    form = Format(
        st.segmented_control(
            messages.say("export.format"),
            list(Format),
            default=Format.CSV,
            required=True,
            format_func=lambda each: messages.say(f"export.format_name.{each.name.lower()}"),
        )
        or Format.CSV
    )
    st.caption(messages.say(f"export.format_help.{form.name.lower()}"))
    left, middle, right = st.columns(3, vertical_alignment="center")
    history = left.toggle(messages.say("export.history"), help=messages.say("export.history_help"))
    names = middle.toggle(messages.say("export.names"), help=messages.say("export.names_help"))
    media = form in WITH_MEDIA and right.toggle(
        messages.say("export.media"),
        value=export_download.holds_media(form.value),
        key=f"export_media_{form.value}",
        help=messages.say("export.media_help"),
    )
    licence = ""
    if form in STATING:
        licence = st.text_input(
            messages.say("export.licence"),
            placeholder="cc-by-nc-4.0",
            max_chars=LONGEST_LICENCE,
            help=messages.say("export.licence_help"),
        )
    return _Choice(form, history, names, bool(media), licence.strip() or UNSTATED_LICENCE)


def _warn(choice: _Choice, leaving: Leaving) -> None:
    """What is to be known before anything leaves."""
    if choice.names:
        st.warning(messages.say("export.names_warning"))
    if leaving.comments:
        st.info(messages.say("export.comments_leave"))
    if choice.media and leaving.files:
        megabytes = f"{leaving.bytes / MEGABYTE:.1f}"
        st.warning(messages.say("export.files_leave", n=leaving.files, size=megabytes))
    if choice.media and leaving.without_consent:
        st.warning(messages.say("export.no_consent", n=leaving.without_consent))
    if leaving.kept_back:
        st.info(messages.say("export.kept_back", n=leaving.kept_back))


def _preview(leaving: Leaving) -> None:
    st.subheader(messages.say("export.preview"))
    st.markdown(messages.say("export.answers_leave", n=leaving.answers))
    for table in leaving.tables:
        st.caption(messages.say(f"export.table.{table.name}", n=len(table.rows)))
        st.dataframe(
            pd.DataFrame(table.rows, columns=list(table.columns)),
            hide_index=True,
            width="stretch",
            height=PREVIEW_HEIGHT,
        )


def _file_name(project: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in project).strip("-").lower() or "dailies"
