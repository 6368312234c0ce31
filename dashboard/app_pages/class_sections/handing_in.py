"""A field for each line that was set, in which a take is handed in."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.services import class_takes, importing, messages
from db.records import SetWorkRecord

_ROUND: Final = "hand_in_round"


def uploads(here: visit.Visit, work: SetWorkRecord, student_id: int) -> None:
    """Draw the fields; what is chosen is handed in by the button under it."""
    turn = st.session_state.setdefault(_ROUND, 0)
    for number, line in enumerate(work.lines, start=1):
        st.markdown(messages.say("classes.mine.line", number=number, line=messages.plain(line)))
        key = f"{work.id}_{student_id}_{number}_{turn}"
        file = st.file_uploader(
            messages.say("classes.mine.upload"),
            type=[suffix.lstrip(".") for suffix in sorted(importing.CLIP_SUFFIXES)],
            key=f"take_file_{key}",
            label_visibility="collapsed",
        )
        if student_id == here.person.id:
            st.button(
                messages.say("classes.mine.record"),
                icon=":material/videocam:",
                key=f"record_{key}",
                on_click=visit.go_to_assigned,
                args=(work.id, number),
            )
        if file is not None and st.button(
            messages.say("classes.mine.hand_in"), type="primary", key=f"hand_in_{key}"
        ):
            with boundary.shown():
                _hand_in(here, work, student_id, number, file)
                st.session_state[_ROUND] = turn + 1
                st.rerun()


def _hand_in(here: visit.Visit, work: SetWorkRecord, student_id: int, number: int, file: Any) -> None:
    class_takes.upload(
        work.id,
        student_id,
        name=file.name,
        content=file.getvalue(),
        line_number=number,
        by=here.person.id,
    )
    st.toast(messages.say("classes.mine.handed_in", name=messages.plain(file.name)), icon=":material/check:")
