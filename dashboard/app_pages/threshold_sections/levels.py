"""Thresholds by emotion, genre and the like: in pictures, in sentences, and whether to have them at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages.threshold_sections import figures_work
from dashboard.components.gap_chart import ThresholdPair
from dashboard.components.level_chart import LevelGaps, level_chart
from dashboard.services import context_words, messages, projects, thresholds
from dashboard.services.context_words import LevelWords
from dashboard.services.judging import CONTEXT_COLUMNS
from dashboard.services.taught_answers import REVISED_SETTING
from engine.verdict.intervals import INTERVAL_LEVEL, LevelThresholds
from engine.vocabulary import Protocol

MOST_DRAWN: Final = 6
MOST_SAID: Final = 20
_CHOICE: Final = "context_choice"
_JUST_CHOSEN: Final = "context_just_chosen"


@dataclass(frozen=True, slots=True)
class _Known:
    """Thresholds by level, those of an unknown level, and where both come from."""

    levels: Mapping[str, Mapping[str, LevelThresholds]]
    lower: float
    upper: float
    source: str


def tab_name(view: thresholds.ThresholdsView) -> str:
    """What the section is called: by the contexts it compares."""
    version = _of_version(view)
    return context_words.tab_name(view.compared if version is None else list(version.levels))


def show(here: visit.Visit, view: thresholds.ThresholdsView) -> None:
    """Draw the section."""
    known = _of_version(view) or _estimated(here, view)
    if known is not None:
        if known.levels:
            _draw(view, known)
        else:
            st.info(messages.say("thresholds.levels_none"))
    is_open = st.session_state.get(_JUST_CHOSEN, False)  # a choice renames the tab, which would fold it up
    with st.expander(messages.say("thresholds.depend"), expanded=is_open, icon=":material/rule:"):
        chosen = _choose(here)
        _choose_revised(here)
    unfair = context_words.warning(chosen)
    if unfair:
        st.warning(unfair, icon=":material/balance:")


def _of_version(view: thresholds.ThresholdsView) -> _Known | None:
    for policy, source in ((view.in_force, "in_force"), (view.candidate, "candidate")):
        if policy is not None and policy.levels:
            return _Known(policy.levels, policy.lower, policy.upper, source)
    return None


def _estimated(here: visit.Visit, view: thresholds.ThresholdsView) -> _Known | None:
    figures = figures_work.fetch(here, view, key="levels")
    if figures is None:
        return None
    return _Known(figures.levels, figures.lower.value, figures.upper.value, "estimate")


def _draw(view: thresholds.ThresholdsView, known: _Known) -> None:
    columns = list(known.levels)
    column = columns[0]
    if len(columns) > 1:
        column = st.segmented_control(
            messages.say("thresholds.compare_by"),
            columns,
            default=column,
            required=True,
            format_func=context_words.column_name,
            key=f"compare_by_{'_'.join(columns)}",
        )
    words = context_words.describe(column, known.levels[column], interval_level=INTERVAL_LEVEL)
    st.caption(messages.say(f"thresholds.levels_from.{known.source}"))
    picture, sentences = st.columns([1.2, 1], gap="large")
    with picture:
        _chart(view, known, column, words)
    with sentences:
        for level in words[:MOST_SAID]:
            for sentence in level.sentences:
                st.markdown(sentence)


def _chart(
    view: thresholds.ThresholdsView, known: _Known, column: str, words: tuple[LevelWords, ...]
) -> None:
    gaps, levels = view.rated_gaps, view.training.levels(column)
    drawn = [
        LevelGaps(
            title=messages.say("thresholds.level_title", name=level.name, n=level.thresholds.ratings),
            gaps=gaps.take(levels == level.level),
            pair=_pair(level.thresholds),
        )
        for level in words[:MOST_DRAWN]
    ]
    pooled = ThresholdPair(messages.say("thresholds.pooled_pair"), known.lower, known.upper, is_learned=False)
    figure = level_chart(drawn, pooled)
    st.plotly_chart(figure, width="stretch", config={"displayModeBar": False}, key="level_chart")
    left_out = len(words) - MOST_DRAWN
    if left_out > 0:
        st.caption(messages.say("thresholds.levels_more", n=left_out))


def _pair(level: LevelThresholds) -> ThresholdPair:
    return ThresholdPair(
        messages.say("thresholds.own_pair"),
        level.lower.value,
        level.upper.value,
        is_learned=True,
        intervals=((level.lower.low, level.lower.high), (level.upper.low, level.upper.high)),
    )


def _choose(here: visit.Visit) -> list[str]:
    chosen = [name for name in projects.context_columns(here.project) if name in CONTEXT_COLUMNS]
    key = f"{_CHOICE}_{here.project.id}"
    st.session_state.setdefault(key, chosen)

    def store() -> None:
        st.session_state[_JUST_CHOSEN] = True
        projects.set_context_columns(here.project.id, st.session_state[key], person_id=here.person.id)

    return st.multiselect(
        messages.say("thresholds.depend_label"),
        CONTEXT_COLUMNS,
        format_func=_choice_name,
        help=messages.say("thresholds.depend_help"),
        key=key,
        on_change=boundary.guarded(store),
    )


def _choose_revised(here: visit.Visit) -> None:
    """Offer to learn from answers changed after the reveal, where there is a reveal."""
    if here.project.protocol is not Protocol.BLIND_FIRST:
        return
    wanted = bool(here.project.settings.get(REVISED_SETTING, False))
    key = f"{REVISED_SETTING}_{here.project.id}"

    def store() -> None:
        projects.set_training_on_revised(
            here.project.id, wanted=st.session_state[key], person_id=here.person.id
        )

    st.toggle(messages.say("thresholds.revised"), wanted, key=key, on_change=boundary.guarded(store))


def _choice_name(column: str) -> str:
    name = context_words.column_name(column)
    return (
        messages.say("thresholds.depend_personal", column=name) if context_words.warning([column]) else name
    )
