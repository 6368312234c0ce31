"""Every version there was, and the way back."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import visit
from dashboard.services import background, messages, recalibrate, thresholds
from dashboard.services.messages import signed
from db.records import PolicyKind


def show(here: visit.Visit, view: thresholds.ThresholdsView) -> None:
    """Draw the section."""
    st.caption(messages.say("thresholds.history_words"))
    actions = st.container(horizontal=True)
    if view.in_force.kind is not PolicyKind.FIXED and actions.button(
        messages.say("thresholds.go_back"), icon=":material/undo:"
    ):
        recalibrate.go_back(here.project.id, person_id=here.person.id)
        _renew(here)
    earlier = [policy for policy in view.history if policy.may_judge and not policy.is_in_force and policy.id]
    if earlier:
        with actions.popover(messages.say("thresholds.choose_earlier")):
            chosen = st.selectbox(
                messages.say("thresholds.column.version"), earlier, format_func=lambda each: each.version
            )
            pressed = st.button(messages.say("thresholds.put_in_force"), key="put_earlier")
            if pressed and chosen.id is not None:
                recalibrate.put_in_force(here.project.id, chosen.id, person_id=here.person.id)
                _renew(here)
    st.dataframe(pd.DataFrame([_row(policy) for policy in view.history]), hide_index=True, width="stretch")


def _renew(here: visit.Visit) -> None:
    background.forget(recalibrate.work_name(here.project.id))
    st.rerun()


def _row(policy: thresholds.PolicyView) -> dict[str, object]:
    return {
        messages.say("thresholds.column.state"): messages.say("thresholds.now") if policy.is_in_force else "",
        messages.say("thresholds.column.version"): policy.version,
        messages.say("thresholds.column.kind"): messages.say(f"thresholds.rung.{policy.kind.value}"),
        messages.say("thresholds.column.lower"): signed(policy.lower),
        messages.say("thresholds.column.upper"): signed(policy.upper),
        messages.say("thresholds.column.ratings"): policy.ratings,
        messages.say("thresholds.column.by"): policy.by or "–",
        messages.say("thresholds.column.when"): policy.created_at,
        messages.say("thresholds.column.reason"): policy.reason,
    }
