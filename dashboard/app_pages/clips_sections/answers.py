"""Answers and predictions of other tools: drop their file, see what came in or why nothing did."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.components.file_picker import PickerView, file_picker
from dashboard.services import background, bringing_in, foreign_reading, messages, permissions, uploads
from dashboard.services.bringing_in import BroughtIn
from dashboard.services.foreign import BadRowsError
from dashboard.services.foreign_records import MAX_BYTES, SUFFIXES
from dashboard.services.permissions import Act
from dashboard.services.recording_pass import Performer
from dashboard.services.uploads import Upload

REFRESH_S: Final = 1
MOST_SHOWN: Final = 20
_ROUND: Final = "answers_round"


def show(here: visit.Visit) -> None:
    """Draw the section, for those who may set the project up."""
    if not permissions.may(here.role, Act.SET_UP):
        return
    name = f"answers:{here.project.id}:{here.person.id}"
    with st.expander(messages.say("answers.title"), icon=":material/rate_review:", key="answers"):
        st.caption(messages.say("answers.what"))
        going = background.look(name)
        round_number = st.session_state.setdefault(_ROUND, 0)
        performer = Performer(here.project.id, here.person.id)
        view = PickerView(performer, messages.say("answers.file"), SUFFIXES, table_bytes=MAX_BYTES)
        files = file_picker(view, key=f"answers_file_{round_number}")
        skip = st.toggle(messages.say("answers.skip"), help=messages.say("answers.skip_help"))
        is_busy = going is not None and not going.is_done
        if st.button(messages.say("answers.bring"), disabled=not files or is_busy) and files:
            _start(here, name, performer, files[0], skip=skip)
            st.session_state[_ROUND] = round_number + 1
            st.rerun()
        if going is not None:
            _outcome(name, is_done=going.is_done)


def _start(here: visit.Visit, name: str, performer: Performer, file: Upload, *, skip: bool) -> None:
    project, person_id = here.project.name, here.person.id

    def bring(_report: object) -> BroughtIn:
        with (
            uploads.used(performer, [file.key]) as (source,),
            tempfile.TemporaryDirectory(prefix="dailies-answers-") as folder,
        ):
            path = Path(folder) / file.name  # a file name without folders, checked when it was sent
            with source.open() as sent, path.open("wb") as held:
                shutil.copyfileobj(sent, held)
            return bringing_in.bring_in(
                project, foreign_reading.read(path), skip_bad=skip, person_id=person_id
            )

    background.start(name, bring)


def _outcome(name: str, *, is_done: bool) -> None:
    @st.fragment(run_every=None if is_done else REFRESH_S)
    def shown() -> None:
        now = background.look(name)
        if now is None:
            return
        if not now.is_done:
            st.progress(0.0, text=messages.say("answers.going"))
        elif not is_done:
            st.rerun()
        elif isinstance(now.error, BadRowsError):
            st.error(messages.say("answers.bad", n=len(now.error.sentences)))
            _rows(now.error.sentences)
        elif now.error is not None:
            st.error(
                boundary.sentence(now.error if isinstance(now.error, Exception) else RuntimeError(now.error))
            )
        else:
            _brought(now.answer)

    shown()


def _brought(done: BroughtIn) -> None:
    st.success(
        messages.say(
            "answers.done",
            file=messages.plain(done.name),
            answers=done.answers,
            predictions=done.predictions,
            there=done.already_there,
        )
    )
    for note in done.notes:
        st.info(messages.plain(note))
    if done.left_out:
        st.warning(messages.say("answers.left_out", n=len(done.left_out)))
        _rows(done.left_out)


def _rows(sentences: tuple[str, ...]) -> None:
    for sentence in sentences[:MOST_SHOWN]:
        st.caption(messages.plain(sentence))
    if len(sentences) > MOST_SHOWN:
        st.caption(messages.say("answers.more", n=len(sentences) - MOST_SHOWN))
