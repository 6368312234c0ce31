"""How old what is worked out aside is, and the wait for what is worked out for the first time."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from dashboard import page_clock
from dashboard.services import background, messages
from dashboard.services.aside import WorkedOut

REFRESH_S: Final = 2


def show(told: WorkedOut[Any]) -> None:
    """Say how old it is, nothing where it says what is so now; without a value, draw the page again later."""
    if told.value is None and told.is_working:
        _wait(told.work)
    elif told.at is not None:
        when = page_clock.local(told.at)
        said = messages.say(f"aside.{when.day}", time=when.time, date=when.date)
        st.caption(f"{said} {messages.say('aside.again')}" if told.is_working else said)


@st.fragment(run_every=REFRESH_S)
def _wait(work: str) -> None:
    found = background.look(work)
    if found is None or found.is_done:
        st.rerun()
    st.info(messages.say("aside.working", seconds=int(found.running_s)), icon=":material/hourglass_top:")
