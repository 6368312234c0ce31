"""Saving what a page changes: one sentence if it is refused, a word when it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard import boundary
from dashboard.services import messages

_SAVED: Final = "project_saved"


def save(act: Callable[[], object], *, said: str | None = None) -> None:
    """Do ``act`` and draw the page anew from what is stored; what is wrong is said beside the button.

    Parameters
    ----------
    said : str, optional
        What is said when it is done; that it counts from the next clip on, unless given.
    """
    with boundary.shown():
        act()
        st.session_state[_SAVED] = said or messages.say("project.saved")
        st.rerun()


def confirm() -> None:
    """Say once that the last change is stored."""
    said = st.session_state.pop(_SAVED, None)
    if said is not None:
        st.toast(said, icon=":material/check:")
