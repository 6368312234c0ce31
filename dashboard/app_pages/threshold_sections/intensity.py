"""What raters here would say where the model states an intensity: learned, checked, put in force."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import aside_note, visit
from dashboard.app_pages.threshold_sections import intensity_history
from dashboard.components.intensity_chart import (
    Answers,
    LevelAnswers,
    intensity_chart,
    level_intensity_chart,
)
from dashboard.services import context_words, intensity_maps, intensity_view, intensity_words, messages
from dashboard.services.intensity_view import MapView, SideView
from dashboard.services.thresholds import ThresholdsView
from dashboard.services.training_intensities import RatedIntensity
from db.records import IntensitySide
from engine.verdict.intensity_map import Curve, IntensityMap
from engine.verdict.intervals import INTERVAL_LEVEL

STEPS: Final = np.linspace(0.0, 1.0, 41)
MOST_DRAWN: Final = 9
MOST_SAID: Final = 20
_LEARNED: Final = "intensity_learned"


def show(here: visit.Visit, _view: ThresholdsView) -> None:
    """Draw the section."""
    st.caption(messages.say("intensity.intro"))
    side = st.segmented_control(
        messages.say("intensity.which"),
        list(IntensitySide),
        default=IntensitySide.EXPRESSED,
        required=True,
        format_func=lambda name: messages.say(f"panel.{name}"),
        key="intensity_side",
        label_visibility="collapsed",
    )
    told = intensity_view.view(here.project.id, side, person_id=here.person.id)
    aside_note.show(told)
    shown = told.value
    if shown is None:
        return
    if not shown.answers:
        st.info(" ".join((messages.say("intensity.no_answers"), *shown.notes)))
    else:
        picture, actions = st.columns([1.3, 1], gap="large")
        with picture:
            _chart(shown)
        with actions:
            _standing(shown)
            _learn(here, shown)
            _candidate(here, shown)
        _levels(shown)
    if shown.history:
        intensity_history.show(here, shown)


def _chart(shown: SideView) -> None:
    best = shown.candidate or shown.in_force
    drawn, source = (shown.estimate, "estimate") if best is None else (best.map, _source(best))
    other = shown.in_force if shown.candidate is not None else None
    figure = intensity_chart(
        _answers(shown.answers),
        _curve(drawn),
        name=messages.say(f"intensity.curve.{source}"),
        other=None if other is None else _curve(other.map),
        other_name=messages.say("intensity.curve.in_force"),
    )
    st.plotly_chart(figure, width="stretch", config={"displayModeBar": False}, key="intensity_chart")
    st.markdown(intensity_words.overall(drawn, shown.answers).sentence)
    counted = messages.say("thresholds.counted", n=len(shown.answers), raters=shown.raters)
    shaded = messages.say("intensity.shaded", percent=f"{100 * INTERVAL_LEVEL:.0f}")
    held = messages.say(f"intensity.held.{'actors' if shown.grouped_by_actor else 'clips'}")
    st.caption(" ".join((counted, shaded, held, *shown.notes)))


def _standing(shown: SideView) -> None:
    if shown.in_force is None:
        st.markdown(messages.say("intensity.none_in_force"))
    else:
        st.markdown(
            messages.say("intensity.in_force", version=shown.in_force.version, n=shown.in_force.ratings)
        )
    if shown.suspended:
        st.warning(shown.suspended)


def _learn(here: visit.Visit, shown: SideView) -> None:
    has_better = shown.candidate is not None and shown.candidate.may_judge
    if st.button(
        messages.say("intensity.learn", n=len(shown.answers)),
        type="secondary" if has_better else "primary",
        icon=":material/model_training:",
        width="stretch",
    ):
        with st.spinner(messages.say("intensity.learning")):
            intensity_maps.learn(here.project.id, person_id=here.person.id, promote=False, sides=[shown.side])
        st.session_state[_LEARNED] = True
        st.rerun()  # the chart and the history know the new version
    if st.session_state.pop(_LEARNED, False):
        st.success(messages.say("intensity.learned"), icon=":material/check:")


def _candidate(here: visit.Visit, shown: SideView) -> None:
    candidate = shown.candidate
    if candidate is None:
        return
    moved = intensity_view.moved(here.project.id, candidate.id, person_id=here.person.id)
    st.caption(
        messages.say("intensity.moved", n=moved.clips, mean=f"{moved.mean:.2f}", most=f"{moved.most:.2f}")
    )
    if candidate.may_judge:
        if st.button(messages.say("intensity.put_in_force"), type="primary", width="stretch"):
            intensity_maps.put_in_force(here.project.id, candidate.id, person_id=here.person.id)
            st.rerun()
    else:
        st.info(_why_not(candidate))
    with st.expander(messages.say("thresholds.how_checked"), key="intensity_checked"):
        st.markdown(messages.plain(candidate.reason))
        for rows in (_error_rows(candidate.report), _gain_rows(candidate.report)):
            if rows:
                st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def _why_not(candidate: MapView) -> str:
    said = [messages.say("intensity.stays_candidate")]
    more = int(candidate.report.get("more_ratings", 0))
    if more:
        said.append(messages.say("thresholds.more", n=more))
    wishes = [
        messages.say("thresholds.wish_count", wish=context_words.wish_name(wish), n=count)
        for wish, count in candidate.report.get("wanted", {}).items()
    ]
    if wishes:
        said.append(messages.say("thresholds.more_of", wishes=messages.say("why.comma").join(wishes)))
    return " ".join(said)


def _error_rows(report: Any) -> list[dict[str, object]]:
    return [
        {
            messages.say("intensity.column.map"): messages.say(f"intensity.rung.{rung}"),
            messages.say("intensity.column.error"): round(error, 3),
        }
        for rung, error in report.get("errors", {}).items()
    ]


def _gain_rows(report: Any) -> list[dict[str, str]]:
    level = f"{report.get('level', INTERVAL_LEVEL):.0%}"
    return [
        {
            messages.say("thresholds.step"): messages.say(f"intensity.step.{step['rung'].replace(' ', '_')}"),
            messages.say("intensity.column.saved"): f"{step['value']:+.4f}",
            messages.say("thresholds.interval", level=level): f"{step['low']:+.4f} … {step['high']:+.4f}",
        }
        for step in report.get("gains", ())
    ]


def _levels(shown: SideView) -> None:
    best = shown.candidate or shown.in_force
    is_adopted = best is not None and bool(best.map.levels)
    drawn = best.map if best is not None and is_adopted else shown.estimate
    columns = list(drawn.levels)
    if not columns:
        return
    st.markdown(f"#### {messages.say('intensity.by_context')}")
    column = columns[0]
    if len(columns) > 1:
        column = st.segmented_control(
            messages.say("thresholds.compare_by"),
            columns,
            default=column,
            required=True,
            format_func=context_words.column_name,
            key=f"intensity_by_{'_'.join(columns)}",
        )
    source = _source(best) if best is not None and is_adopted else "estimate"
    st.caption(messages.say(f"intensity.levels_from.{source}"))
    words = intensity_words.describe(drawn, shown.answers, column)
    picture, sentences = st.columns([1.3, 1], gap="large")
    with picture:
        levels = [
            LevelAnswers(
                messages.say("thresholds.level_title", name=each.name, n=each.ratings),
                _answers([one for one in shown.answers if one.context.get(column) == each.level]),
                _curve(drawn, column=column, level=each.level),
            )
            for each in words[:MOST_DRAWN]
        ]
        figure = level_intensity_chart(levels, _curve(drawn))
        st.plotly_chart(figure, width="stretch", config={"displayModeBar": False}, key="intensity_levels")
        if len(words) > MOST_DRAWN:
            st.caption(messages.say("thresholds.levels_more", n=len(words) - MOST_DRAWN))
    with sentences:
        for each in words[:MOST_SAID]:
            st.markdown(each.sentence)


def _source(version: MapView) -> str:
    return "in_force" if version.is_in_force else "candidate"


def _curve(fitted: IntensityMap, *, column: str = "", level: str = "") -> Curve:
    return fitted.curve(STEPS, column=column, level=level, simultaneous=True)


def _answers(given: tuple[RatedIntensity, ...] | list[RatedIntensity]) -> Answers:
    return Answers([each.stated for each in given], [each.rated for each in given])
