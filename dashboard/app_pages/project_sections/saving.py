"""Saving a section of the Project page: one sentence if it is refused, a word when it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard import boundary
from dashboard.services import messages

_SAVED: Final = "project_saved"


def save(act: Callable[[], object]) -> None:
    """Do ``act`` and draw the page anew from what is stored; what is wrong is said beside the button."""
    with boundary.shown():
        act()
        st.session_state[_SAVED] = True
        st.rerun()


def confirm() -> None:
    """Say once that the last change is stored."""
    if st.session_state.pop(_SAVED, False):
        st.toast(messages.say("project.saved"), icon=":material/check:")
