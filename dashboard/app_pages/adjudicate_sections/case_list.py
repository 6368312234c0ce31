"""The cases that wait, each of which can be opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from dashboard.services import decision_words, messages
from dashboard.services.adjudication import Case

MOST_LISTED: Final = 12
MORE: Final = 48
_COUNTER: Final = "cases_listed"


def show(waiting: Sequence[Case], *, on_open: Callable[[str], None]) -> None:
    """List the cases, more on request.

    Parameters
    ----------
    on_open : callable
        Gets the id of the clip that was chosen, before the page runs again.
    """
    if not waiting:
        return
    with st.expander(
        f"{messages.say('adjudicate.list')} ({messages.say('adjudicate.waiting', n=len(waiting))})",
        icon=":material/list:",
    ):
        most = st.session_state.get(_COUNTER, MOST_LISTED)
        for case in waiting[:most]:
            row = st.container(horizontal=True, vertical_alignment="center", gap="small")
            row.button(
                messages.plain(case.name),
                key=f"case_{case.clip_id}",
                type="tertiary",
                icon=":material/flag:" if case.flags else ":material/gavel:",
                on_click=on_open,
                args=(case.clip_id,),
            )
            row.text(_words(case))
        left = len(waiting) - most
        if left > 0:
            st.button(
                messages.say("adjudicate.more_cases", n=min(left, MORE)),
                key="more_cases",
                type="tertiary",
                icon=":material/expand_more:",
                on_click=st.session_state.__setitem__,
                args=(_COUNTER, most + MORE),
            )


def _words(case: Case) -> str:
    flagged = [messages.say("adjudicate.flags", n=case.flags)] if case.flags else []
    if case.dispute is not None:
        raters = messages.say("adjudicate.raters", n=case.dispute.raters)
        said = decision_words.differing(case.dispute)
        flagged.append(messages.say("adjudicate.list_words", raters=raters, differing=said))
    return " · ".join(flagged)
