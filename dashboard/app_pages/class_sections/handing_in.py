"""A field for each line that was set, in which a take is handed in."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.components.file_picker import PickerView, file_picker
from dashboard.services import class_takes, messages, uploads
from dashboard.services.recording_pass import Performer
from dashboard.services.uploads import Upload
from db.records import SetWorkRecord

_ROUND: Final = "hand_in_round"


def fields(here: visit.Visit, work: SetWorkRecord, student_id: int) -> None:
    """Draw the fields; what is chosen is handed in by the button under it."""
    turn = st.session_state.setdefault(_ROUND, 0)
    performer = Performer(work.project_id, here.person.id)
    for number, line in enumerate(work.lines, start=1):
        st.markdown(messages.say("classes.mine.line", number=number, line=messages.plain(line)))
        key = f"{work.id}_{student_id}_{number}_{turn}"
        files = file_picker(
            PickerView(performer, messages.say("classes.mine.upload")), key=f"take_file_{key}"
        )
        if student_id == here.person.id:
            st.button(
                messages.say("classes.mine.record"),
                icon=":material/videocam:",
                key=f"record_{key}",
                on_click=visit.go_to_assigned,
                args=(work.id, number),
            )
        if files and st.button(messages.say("classes.mine.hand_in"), type="primary", key=f"hand_in_{key}"):
            with boundary.shown():
                _hand_in(performer, work, student_id, number, files[0])
                st.session_state[_ROUND] = turn + 1
                st.rerun()


def _hand_in(performer: Performer, work: SetWorkRecord, student_id: int, number: int, file: Upload) -> None:
    source = uploads.source(performer, file)
    class_takes.upload(work.id, student_id, source, line_number=number, by=performer.person_id)
    uploads.drop(performer, file.key)
    st.toast(messages.say("classes.mine.handed_in", name=messages.plain(file.name)), icon=":material/check:")
