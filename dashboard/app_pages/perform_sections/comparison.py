"""Takes of one line beside each other, and which of them is looked at."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.take_charts import ShownTake, gap_steps, take_axis
from dashboard.services import messages
from dashboard.services.takes import SeenTake


def draw(seen: Sequence[SeenTake]) -> None:
    """Draw the newest analysed takes of a line; nothing where there is none."""
    known = [shown for take in seen if (shown := _shown(take)) is not None]
    if not known:
        return
    st.subheader(messages.say("perform.takes"))
    if len(known) > 1:
        st.markdown(_moved(known))
        st.plotly_chart(gap_steps(known), width="stretch", key="perform_gaps")
    st.caption(messages.say("perform.axis_what"))
    st.plotly_chart(take_axis(known), width="stretch", key="perform_axis")


def name(take: SeenTake) -> str:
    """What a take is called: its number among the person's takes of the line."""
    return messages.say("perform.take", n=take.number)


def _shown(take: SeenTake) -> ShownTake | None:
    prediction, judgement = take.view.prediction, take.view.judgement
    if prediction is None or judgement is None:
        return None
    return ShownTake(name(take), prediction.analysis, judgement.verdict, judgement.lower, judgement.upper)


def _moved(known: Sequence[ShownTake]) -> str:
    gaps = [take.analysis.alignment for take in known if take.analysis.alignment is not None]
    if len(gaps) < 2:
        return ""
    first, last = messages.signed(gaps[0]), messages.signed(gaps[-1])
    way = "nearer" if abs(gaps[-1]) < abs(gaps[0]) else "further"
    return messages.say(f"perform.moved.{way}", first=first, last=last, n=len(gaps))
