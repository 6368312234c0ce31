"""How sure the thresholds are: measured on actors, or clips, that they never saw."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import streamlit as st

from dashboard import visit
from dashboard.app_pages.threshold_sections import clip_links, figures_work
from dashboard.components.certainty_charts import learning_chart, reliability_chart, risk_chart
from dashboard.components.confusion_table import Cell, confusion_table
from dashboard.services import messages, thresholds
from dashboard.services.messages import signed
from dashboard.services.page_figures import PageFigures
from engine.raters.anchoring import LEAST_CLIPS
from engine.verdict.figures import RiskCoverage

HALF: Final = 0.5
_PICKED: Final = "confusion_cell"
LEARNED: Final = "learned"
FIXED: Final = "fixed"


def show(here: visit.Visit, view: thresholds.ThresholdsView) -> None:
    """Draw the section."""
    figures = figures_work.fetch(here, view, key="certainty")
    if figures is None:
        return
    _drift(figures)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"#### {messages.say('thresholds.reliability')}")
        error = f"{figures.learned.reliability.error:.0%}"
        st.markdown(messages.say("thresholds.reliability_words", error=error))
        _chart(reliability_chart(figures.learned.reliability), "reliability")
    with right:
        st.markdown(f"#### {messages.say('thresholds.risk')}")
        st.markdown(_risk_words(figures.learned.risk_coverage))
        _chart(risk_chart(figures.learned.risk_coverage, figures.fixed.risk_coverage), "risk")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"#### {messages.say('thresholds.curve')}")
        _curve(figures)
    with right:
        st.markdown(f"#### {messages.say('thresholds.where_wrong')}")
        _confusion(figures)
    _pull(figures)


def _drift(figures: PageFigures) -> None:
    if figures.drift is None:
        return
    if figures.drift.asks_for_recalibration:
        st.warning(" ".join(figures.drift.sentences), icon=":material/trending_down:")
    else:
        st.caption(" ".join(figures.drift.sentences))


def _curve(figures: PageFigures) -> None:
    curve = figures.curve
    first, last = curve.points[0], curve.points[-1]
    st.markdown(
        messages.say(
            "thresholds.curve_words",
            few=first.ratings,
            many=last.ratings,
            first=f"{first.macro_f1:.2f}",
            last=f"{last.macro_f1:.2f}",
            fixed=f"{curve.fixed:.2f}",
        )
    )
    _chart(learning_chart(curve), "curve")


def _risk_words(curve: RiskCoverage) -> str:
    half = curve.risk[int(np.searchsorted(curve.coverage, HALF))]
    said = messages.say("thresholds.risk_words", all=f"{curve.risk[-1]:.0%}", half=f"{half:.0%}")
    if curve.alone_risk is None:
        return f"{said} {messages.say('thresholds.alone_none')}"
    alone = messages.say("thresholds.alone", share=f"{curve.alone_share:.0%}", risk=f"{curve.alone_risk:.0%}")
    return f"{said} {alone}"


def _confusion(figures: PageFigures) -> None:
    whose = st.segmented_control(
        messages.say("thresholds.whose"),
        [LEARNED, FIXED],
        default=LEARNED,
        required=True,
        format_func=lambda name: messages.say(f"thresholds.whose_{name}"),
        key="confusion_whose",
        label_visibility="collapsed",
    )
    measured = figures.fixed if whose == FIXED else figures.learned
    picked: Cell | None = st.session_state.get(_PICKED)
    confusion_table(measured.confusion.counts, picked=picked, on_pick=_pick)
    if picked is None:
        return
    answer, verdict = picked
    clips = figures.clips_in(measured, answer, verdict)
    if clips:
        st.markdown(
            messages.say(
                "thresholds.cell_clips",
                answer=messages.say(f"zone.{answer.value}"),
                verdict=messages.say(f"zone.{verdict.value}"),
            )
        )
    clip_links.show(
        [
            clip_links.ClipLink(
                clip.clip_id,
                clip.clip_name,
                messages.say(
                    "thresholds.clip_cell",
                    gap=signed(clip.alignment),
                    n=clip.answers,
                ),
            )
            for clip in clips
        ],
        key="cell",
    )


def _pick(cell: Cell) -> None:
    st.session_state[_PICKED] = cell


def _pull(figures: PageFigures) -> None:
    if figures.pull is None:
        return
    pull = figures.pull.pull
    if pull is None:
        st.caption(
            messages.say(
                "thresholds.pull.few",
                blind=figures.pull.blind,
                assisted=figures.pull.assisted,
                clips=LEAST_CLIPS,
            )
        )
        return
    key = "with" if pull.low > 0 else "without"
    st.markdown(
        messages.say(
            f"thresholds.pull.{key}",
            pull=signed(pull.value),
            low=signed(pull.low),
            high=signed(pull.high),
            blind=figures.pull.blind,
            assisted=figures.pull.assisted,
        )
    )


def _chart(figure: Any, key: str) -> None:
    st.plotly_chart(figure, width="stretch", config={"displayModeBar": False}, key=f"chart_{key}")
