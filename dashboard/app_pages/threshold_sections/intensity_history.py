"""Every version of an intensity map, and the way back."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import visit
from dashboard.services import intensity_maps, messages
from dashboard.services.intensity_view import MapView, SideView

ENDS = (0.2, 0.8)
"""Stated intensities by which a row shows a map: a restrained delivery and a strong one."""


def show(here: visit.Visit, shown: SideView) -> None:
    """Draw the versions of one side."""
    st.markdown(f"#### {messages.say('intensity.history')}")
    st.caption(messages.say("thresholds.history_words"))
    actions = st.container(horizontal=True)
    if shown.can_go_back and actions.button(messages.say("intensity.go_back"), icon=":material/undo:"):
        intensity_maps.go_back(here.project.id, shown.side, person_id=here.person.id)
        st.rerun()
    earlier = [each for each in shown.history if each.may_judge and not each.is_in_force]
    if earlier:
        with actions.popover(messages.say("intensity.choose_earlier")):
            chosen = st.selectbox(
                messages.say("thresholds.column.version"), earlier, format_func=lambda each: each.version
            )
            if st.button(messages.say("intensity.put_chosen"), key="put_earlier_map"):
                intensity_maps.put_in_force(here.project.id, chosen.id, person_id=here.person.id)
                st.rerun()
    st.dataframe(pd.DataFrame([_row(each) for each in shown.history]), hide_index=True, width="stretch")


def _row(version: MapView) -> dict[str, object]:
    rung = "context" if version.map.levels else "global"
    return {
        messages.say("thresholds.column.state"): (
            messages.say("thresholds.now") if version.is_in_force else ""
        ),
        messages.say("thresholds.column.version"): version.version,
        messages.say("thresholds.column.kind"): messages.say(f"intensity.rung.{rung}"),
        **{messages.say("intensity.column.at", at=f"{at:.1f}"): f"{version.map.say(at):.2f}" for at in ENDS},
        messages.say("thresholds.column.ratings"): version.ratings,
        messages.say("thresholds.column.by"): version.by or "–",
        messages.say("thresholds.column.when"): version.created_at,
        messages.say("thresholds.column.reason"): version.reason,
    }
