"""Thresholds: what people said about which gap, what was learned from it, and which pair judges."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import aside_note, visit
from dashboard.app_pages.threshold_sections import (
    candidate,
    certainty,
    changes,
    history,
    intensity,
    levels,
)
from dashboard.components.gap_chart import ThresholdPair, gap_chart
from dashboard.services import context_words, messages, thresholds
from dashboard.services.messages import signed
from db.records import PolicyKind

SECTIONS: Final = {
    "certainty": certainty,
    "changes": changes,
    "levels": levels,
    "intensity": intensity,
    "history": history,
}
"""Behind the first screen, by the name of their tab; only the open one is worked out."""

LEVELS: Final = "levels"
_TABS: Final = "threshold_tabs"
_LABELS: Final = "threshold_tab_labels"


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("thresholds.title"))
    view = thresholds.view(here.project.id, person_id=here.person.id)
    _in_force(view)
    aside_note.show(view.told)
    if view.told.value is None:
        return
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        _chart(view)
    with right:
        candidate.learn(here, view)
        candidate.show(here, view)
    _sections(here, view)


def _sections(here: visit.Visit, view: thresholds.ThresholdsView) -> None:
    labels = {name: messages.say(f"thresholds.tab.{name}") for name in SECTIONS if name != LEVELS}
    labels = {name: labels.get(name) or levels.tab_name(view) for name in SECTIONS}
    was = st.session_state.get(_LABELS, labels)
    st.session_state[_LABELS] = labels
    if st.session_state.get(_TABS) == was[LEVELS]:  # its name follows what is compared; it stays open
        st.session_state[_TABS] = labels[LEVELS]
    tabs = st.tabs(list(labels.values()), key=_TABS, on_change="rerun")
    for tab, section in zip(tabs, SECTIONS.values(), strict=True):
        if tab.open:
            with tab:
                section.show(here, view)


def _in_force(view: thresholds.ThresholdsView) -> None:
    policy = view.in_force
    bar = st.container(horizontal=True, vertical_alignment="center", gap="medium")
    bar.metric(messages.say("thresholds.lower"), signed(policy.lower), width="content")
    bar.metric(messages.say("thresholds.upper"), signed(policy.upper), width="content")
    if policy.kind is PolicyKind.FIXED:
        said = messages.say("thresholds.fixed_in_force")
    else:
        said = messages.say("thresholds.learned_in_force", version=policy.version, n=policy.ratings)
    if policy.levels:
        said = f"{said} {messages.say('thresholds.by_context', columns=context_words.listed(policy.levels))}"
    bar.markdown(said)
    if view.suspended:
        st.warning(view.suspended)


def _chart(view: thresholds.ThresholdsView) -> None:
    st.subheader(messages.say("thresholds.chart"))
    if not view.gaps:
        st.info(messages.say("thresholds.no_ratings"))
        return
    pairs = [
        ThresholdPair(
            messages.say("thresholds.published"), view.fixed.lower, view.fixed.upper, is_learned=False
        )
    ]
    learned = view.in_force if view.in_force.kind is not PolicyKind.FIXED else view.candidate
    if learned is not None:
        name = "thresholds.learned" if learned.is_in_force else "thresholds.learned_candidate"
        pairs.append(
            ThresholdPair(
                messages.say(name),
                learned.lower,
                learned.upper,
                is_learned=True,
                intervals=learned.intervals,
            )
        )
    figure = gap_chart(view.rated_gaps, pairs)
    st.plotly_chart(figure, width="stretch", config={"displayModeBar": False}, key="gap_chart")
    said = [messages.say("thresholds.counted", n=len(view.gaps), raters=view.raters)]
    simulated = int(view.training.simulated.sum())
    if simulated:
        said.append(messages.say("thresholds.simulated", n=simulated))
    if learned is not None and learned.intervals:
        (lower_low, lower_high), (upper_low, upper_high) = learned.intervals
        said.append(
            messages.say(
                "thresholds.interval_words",
                lower_low=signed(lower_low),
                lower_high=signed(lower_high),
                upper_low=signed(upper_low),
                upper_high=signed(upper_high),
            )
        )
    st.caption(" ".join((*said, *view.notes)))
