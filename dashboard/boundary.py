"""The one place where errors become sentences: what a person can mend is shown, the rest is logged.

Full runs go through :func:`shown`. Callbacks and fragments run outside the script's own call stack,
so they are wrapped by :func:`guarded`.
"""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, ParamSpec

import streamlit as st

from dashboard.services import messages, refusals
from engine.errors import DailiesError

log = logging.getLogger(__name__)
P = ParamSpec("P")
ID_BYTES: Final = 4
PENDING: Final = "error_sentence"


@contextmanager
def shown() -> Iterator[None]:
    """Show what goes wrong inside as one sentence; Streamlit's own control flow passes through."""
    place = st.empty()  # always there: what comes and goes above tabs puts them back to the first
    pending = st.session_state.pop(PENDING, None)
    if pending:
        place.error(pending, icon=":material/error:")
    try:
        yield
    except Exception as error:
        st.error(sentence(error), icon=":material/error:")


def guarded(act: Callable[P, Any]) -> Callable[P, None]:
    """Wrap a callback: what goes wrong in it is shown by the run that follows."""

    @functools.wraps(act)
    def safe(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            act(*args, **kwargs)
        except Exception as error:
            st.session_state[PENDING] = sentence(error)

    return safe


def sentence(error: Exception) -> str:
    """What a person is told about ``error``; a bug is logged under an id, which is all they see of it."""
    if isinstance(error, DailiesError):
        return refusals.told(error)
    name = secrets.token_hex(ID_BYTES)
    log.error("Error %s in a page", name, exc_info=error)
    return messages.say("app.bug", id=name)
