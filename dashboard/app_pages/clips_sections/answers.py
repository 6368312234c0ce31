"""Answers and predictions of other tools: drop their file, see what came in or why nothing did."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.services import background, bringing_in, foreign_reading, messages, permissions
from dashboard.services.bringing_in import BroughtIn
from dashboard.services.foreign import BadRowsError
from dashboard.services.foreign_records import SUFFIXES
from dashboard.services.permissions import Act

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
        file = st.file_uploader(
            messages.say("answers.file"),
            type=[suffix.lstrip(".") for suffix in sorted(SUFFIXES)],
            key=f"answers_file_{round_number}",
        )
        skip = st.toggle(messages.say("answers.skip"), help=messages.say("answers.skip_help"))
        is_busy = going is not None and not going.is_done
        if st.button(messages.say("answers.bring"), disabled=file is None or is_busy) and file is not None:
            _start(here, name, file.name, file.getvalue(), skip=skip)
            st.session_state[_ROUND] = round_number + 1
            st.rerun()
        if going is not None:
            _outcome(name, is_done=going.is_done)


def _start(here: visit.Visit, name: str, file_name: str, content: bytes, *, skip: bool) -> None:
    project, person_id = here.project.name, here.person.id

    def bring(_report: object) -> BroughtIn:
        with tempfile.TemporaryDirectory(prefix="dailies-answers-") as folder:
            path = Path(folder) / Path(file_name).name
            path.write_bytes(content)
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
