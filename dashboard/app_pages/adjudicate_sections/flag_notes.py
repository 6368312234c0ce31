"""What raters flagged about the clip on the table, and settling it with a note."""

from __future__ import annotations

import streamlit as st

from dashboard import boundary, visit
from dashboard.services import adjudication, messages
from dashboard.services.assigning import NOTE_LENGTH
from dashboard.services.case_table import CaseTable


def show(here: visit.Visit, table: CaseTable) -> None:
    """Draw the flags that wait; nothing where there is none."""
    for flag in table.flags:
        with st.container(border=True):
            note = messages.plain(flag.note) if flag.note else messages.say("adjudicate.flag.no_note")
            said = messages.say(
                "adjudicate.flag.said", rater=flag.rater, at=f"{flag.at:%Y-%m-%d %H:%M}", note=note
            )
            st.markdown(f":material/flag: **{messages.say('adjudicate.flag.title')}** {said}")
            field = f"flag_note_{flag.id}"
            bar = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
            bar.text_input(messages.say("adjudicate.flag.note"), key=field, max_chars=NOTE_LENGTH)
            bar.button(
                messages.say("adjudicate.flag.settle"),
                key=f"settle_{flag.id}",
                on_click=boundary.guarded(_settle),
                args=(here, flag.id, field),
            )


def _settle(here: visit.Visit, flag_id: int, field: str) -> None:
    note = str(st.session_state.get(field) or "")
    adjudication.settle(here.project.id, flag_id, person_id=here.person.id, note=note)
    st.toast(messages.say("adjudicate.flag.done"))
