"""Who is here and in which project: chosen in the sidebar, read by every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from db.records import PersonRecord, ProjectRecord
from engine.vocabulary import Channel, Role

_KEY: Final = "visit"
_CLIP: Final = "open_clip"
_WANTS_REVIEW: Final = "wants_review"
_WANTS_PERFORM: Final = "wants_perform"
CLIP_PARAMETER: Final = "clip"
LINE_PARAMETER: Final = "line"
ASSIGNMENT_PARAMETER: Final = "assignment"
NUMBER_PARAMETER: Final = "number"
CHANNEL_PARAMETER: Final = "channel"
PROJECT_PARAMETER: Final = "project"


@dataclass(frozen=True, slots=True)
class Visit:
    """One person in one project; ``role`` is their part in it."""

    person: PersonRecord
    project: ProjectRecord
    role: Role | None = None


def enter(visit: Visit) -> None:
    """Remember the visit for the pages of this run."""
    st.session_state[_KEY] = visit


def here() -> Visit:
    """The visit the frame has set up; pages run only after that."""
    visit: Visit = st.session_state[_KEY]
    return visit


def open_clip(clip_id: str | None, channel: Channel = Channel.FULL) -> None:
    """Make a clip, or one of its channels, the one on the Review page.

    It stands in the address, so that a reload comes back to it, and in the session, so that a look at
    another page does.
    """
    if clip_id is None:
        st.query_params.pop(CLIP_PARAMETER, None)
        st.session_state.pop(_CLIP, None)
    else:
        st.query_params[CLIP_PARAMETER] = clip_id
        st.session_state[_CLIP] = clip_id
    if clip_id is None or channel is Channel.FULL:
        st.query_params.pop(CHANNEL_PARAMETER, None)
    else:
        st.query_params[CHANNEL_PARAMETER] = channel.value


def asked_channel() -> Channel | None:
    """The channel named in the address, ``None`` where it names none there is."""
    asked = st.query_params.get(CHANNEL_PARAMETER)
    return next((channel for channel in Channel if channel.value == asked), None)


def asked_clip() -> str | None:
    """The clip named in the address, else the one looked at last."""
    return st.query_params.get(CLIP_PARAMETER) or st.session_state.get(_CLIP)


def go_to_review(clip_id: str) -> None:
    """Have the frame turn to the Review page with that clip at the end of this run's callbacks."""
    open_clip(clip_id)
    st.session_state[_WANTS_REVIEW] = True


def go_to_perform(line_id: int) -> None:
    """Have the frame turn to the Perform page with that line at the end of this run's callbacks."""
    st.session_state[_WANTS_PERFORM] = {LINE_PARAMETER: str(line_id)}


def go_to_assigned(assignment_id: int, number: int) -> None:
    """Have the frame turn to the Perform page with a line of a class's work, counted from 1."""
    st.session_state[_WANTS_PERFORM] = {
        ASSIGNMENT_PARAMETER: str(assignment_id),
        NUMBER_PARAMETER: str(number),
    }


def wanted_performance() -> dict[str, str] | None:
    """What the Perform page was asked for with, as parameters of its address, once."""
    found: dict[str, str] | None = st.session_state.pop(_WANTS_PERFORM, None)
    return found


def is_turning() -> bool:
    """Whether the Review page was asked for and has not been drawn yet; true until :func:`arrived`."""
    return _WANTS_REVIEW in st.session_state


def arrived() -> None:
    """The Review page was drawn to its end; nothing more is asked for."""
    st.session_state.pop(_WANTS_REVIEW, None)
