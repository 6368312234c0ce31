"""Every version there was, what each would change, and the way back."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import aside_note, visit
from dashboard.app_pages.threshold_sections import changes
from dashboard.services import background, messages, recalibrate, thresholds
from dashboard.services.messages import signed
from db.records import PolicyKind


def show(here: visit.Visit, view: thresholds.ThresholdsView) -> None:
    """Draw the section."""
    st.caption(messages.say("thresholds.history_words"))
    if view.in_force.kind is not PolicyKind.FIXED and st.button(
        messages.say("thresholds.go_back"), icon=":material/undo:"
    ):
        recalibrate.go_back(here.project.id, person_id=here.person.id)
        _renew(here)
    when = messages.say("thresholds.column.when")
    st.dataframe(
        pd.DataFrame([_row(policy) for policy in view.history]),
        hide_index=True,
        width="stretch",
        column_config={
            when: st.column_config.DatetimeColumn(
                when, format="YYYY-MM-DD HH:mm", timezone=st.context.timezone or "UTC"
            )
        },
    )
    _compare(here, view)


def _compare(here: visit.Visit, view: thresholds.ThresholdsView) -> None:
    """Draw what another version would change, and put it in force where its gate was open."""
    others = [policy for policy in view.history if policy.id is not None and not policy.is_in_force]
    if not others:
        return
    chosen = st.selectbox(
        messages.say("thresholds.look_at"),
        others,
        index=None,
        format_func=_name,
        placeholder=messages.say("thresholds.look_choose"),
        key=f"look_at_{here.project.id}",
    )
    if chosen is None or chosen.id is None:
        return
    if chosen.reason:
        st.markdown(messages.plain(chosen.reason))
    told = thresholds.under(here.project.id, chosen.id, person_id=here.person.id)
    aside_note.show(told)
    flips = [flip for flip in told.value or () if flip.flips]
    if told.value is not None:
        st.markdown(messages.say("thresholds.look_flips", n=len(flips)))
    if chosen.may_judge and st.button(messages.say("thresholds.put_in_force"), key="put_earlier"):
        recalibrate.put_in_force(here.project.id, chosen.id, person_id=here.person.id)
        _renew(here)
    changes.list_flips(flips, key="look_flip")


def _renew(here: visit.Visit) -> None:
    background.forget(recalibrate.work_name(here.project.id))
    st.rerun()


def _name(policy: thresholds.PolicyView) -> str:
    return f"{policy.version} ({signed(policy.lower)} … {signed(policy.upper)})"


def _row(policy: thresholds.PolicyView) -> dict[str, object]:
    return {
        messages.say("thresholds.column.state"): messages.say("thresholds.now") if policy.is_in_force else "",
        messages.say("thresholds.column.version"): policy.version,
        messages.say("thresholds.column.parent"): policy.parent or "–",
        messages.say("thresholds.column.kind"): messages.say(f"thresholds.rung.{policy.kind.value}"),
        messages.say("thresholds.column.lower"): signed(policy.lower),
        messages.say("thresholds.column.upper"): signed(policy.upper),
        messages.say("thresholds.column.ratings"): policy.ratings,
        messages.say("thresholds.column.by"): policy.by or "–",
        messages.say("thresholds.column.when"): policy.created_at,
    }
