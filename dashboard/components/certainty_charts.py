"""How sure the thresholds are: reliability, risk against coverage, and the learning curve."""

from __future__ import annotations

from typing import Any, Final

import plotly.graph_objects as go

from dashboard.components.gap_chart import FIXED_COLOUR, INTERVAL_COLOUR, LEARNED_COLOUR
from dashboard.services import messages
from engine.verdict.figures import Reliability, RiskCoverage
from engine.verdict.learning_curve import LearningCurve

HEIGHT: Final = 330
SMALLEST_SHARE: Final = 0.05
"""Share of clips below which the risk is that of a handful of clips and only jumps."""

_LEARNED: Final = {"color": LEARNED_COLOUR, "width": 2.5}
_FIXED: Final = {"color": FIXED_COLOUR, "width": 2, "dash": "dash"}


def reliability_chart(learned: Reliability) -> go.Figure:
    """How often what was said with a probability came true, with intervals, beside the diagonal."""
    figure = go.Figure()
    figure.add_trace(
        go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=_FIXED, name=messages.say("thresholds.perfect"))
    )
    bins = learned.bins
    figure.add_trace(
        go.Scatter(
            x=[each.stated for each in bins],
            y=[each.happened for each in bins],
            error_y={
                "type": "data",
                "symmetric": False,
                # A drawn share may lie beside its own resampled interval by rounding alone.
                "array": [max(each.high - each.happened, 0.0) for each in bins],
                "arrayminus": [max(each.happened - each.low, 0.0) for each in bins],
                "color": LEARNED_COLOUR,
                "thickness": 1.5,
            },
            mode="lines+markers",
            line=_LEARNED,
            marker={"size": 8, "symbol": "circle"},
            name=messages.say("thresholds.learned_line"),
            hovertemplate=messages.say("thresholds.hover_reliability") + "<extra></extra>",
        )
    )
    return _framed(
        figure,
        x={"title": messages.say("thresholds.axis_stated"), "tickformat": ".0%", "range": [-0.02, 1.02]},
        y={"title": messages.say("thresholds.axis_happened"), "tickformat": ".0%", "range": [-0.02, 1.04]},
    )


def risk_chart(learned: RiskCoverage, fixed: RiskCoverage) -> go.Figure:
    """How often the surest verdicts are wrong, from the surest few to all clips."""
    figure = go.Figure()
    for curve, line, name in (
        (fixed, _FIXED, messages.say("thresholds.published")),
        (learned, _LEARNED, messages.say("thresholds.learned_line")),
    ):
        kept = curve.coverage >= SMALLEST_SHARE
        figure.add_trace(
            go.Scatter(
                x=curve.coverage[kept],
                y=curve.risk[kept],
                mode="lines",
                line=line,
                name=name,
                hovertemplate=messages.say("thresholds.hover_risk") + "<extra></extra>",
            )
        )
    return _framed(
        figure,
        x={"title": messages.say("thresholds.axis_coverage"), "tickformat": ".0%", "range": [0, 1.02]},
        y={"title": messages.say("thresholds.axis_risk"), "tickformat": ".0%", "rangemode": "tozero"},
    )


def learning_chart(curve: LearningCurve) -> go.Figure:
    """Agreement with people by the number of ratings learned from, beside the published pair."""
    sizes = [point.ratings for point in curve.points]
    band: dict[str, Any] = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure = go.Figure()
    figure.add_trace(go.Scatter(x=sizes, y=[point.high for point in curve.points], showlegend=False, **band))
    figure.add_trace(
        go.Scatter(
            x=sizes,
            y=[point.low for point in curve.points],
            fill="tonexty",
            fillcolor=INTERVAL_COLOUR,
            name=messages.say("thresholds.curve_band"),
            **band,
        )
    )
    figure.add_trace(
        go.Scatter(
            x=sizes,
            y=[point.macro_f1 for point in curve.points],
            mode="lines+markers",
            line=_LEARNED,
            marker={"size": 8},
            name=messages.say("thresholds.learned_line"),
            hovertemplate=messages.say("thresholds.hover_curve") + "<extra></extra>",
        )
    )
    ends = [min(sizes), max(sizes)]
    figure.add_trace(
        go.Scatter(
            x=ends, y=[curve.fixed] * 2, mode="lines", line=_FIXED, name=messages.say("thresholds.published")
        )
    )
    return _framed(
        figure,
        x={"title": messages.say("thresholds.axis_ratings"), "type": "log", "tickvals": sizes},
        y={"title": messages.say("thresholds.axis_agreement"), "range": [0, 1.02]},
    )


def _framed(figure: go.Figure, *, x: dict[str, Any], y: dict[str, Any]) -> go.Figure:
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 62, "b": 10},  # room for a legend of two lines on a phone
        legend={"orientation": "h", "yref": "container", "y": 0.995, "yanchor": "top", "x": 0},
        xaxis=x,
        yaxis=y,
    )
    return figure
