"""What raters say where the model states an intensity: answers, the map, the line of no correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.components.gap_chart import FIXED_COLOUR, INTERVAL_COLOUR, LEARNED_COLOUR
from dashboard.services import messages
from engine.verdict.intensity_map import Curve

HEIGHT: Final = 400
SMALL_HEIGHT: Final = 210
FRAME_HEIGHT: Final = 136
COLUMNS: Final = 2
MOST_DRAWN: Final = 1_500
"""Answers drawn in one picture: more only hide each other."""

POINT_COLOUR: Final = "rgba(60, 140, 200, 0.5)"  # seen on white and on near-black
TITLE_SIZE: Final = 13
RANGE: Final = (-0.03, 1.03)
_IDENTITY: Final = {"color": FIXED_COLOUR, "width": 2, "dash": "dash"}
_CURVE: Final = {"color": LEARNED_COLOUR, "width": 2.5}
_OTHER: Final = {"color": LEARNED_COLOUR, "width": 2, "dash": "dot"}


@dataclass(frozen=True, slots=True)
class Answers:
    """What people said, each beside what the model stated, 0 to 1."""

    stated: Sequence[float]
    rated: Sequence[float]


@dataclass(frozen=True, slots=True)
class LevelAnswers:
    """One small picture: a context's answers and its own curve."""

    title: str
    answers: Answers
    curve: Curve


def intensity_chart(
    answers: Answers, curve: Curve, *, name: str, other: Curve | None = None, other_name: str = ""
) -> go.Figure:
    """All answers with a map's curve, its interval and the line on which raters and model agree.

    Parameters
    ----------
    answers : Answers
    curve : Curve
    name : str
        Of the curve.
    other : Curve, optional
        A second curve to compare with, drawn dotted and without its interval.
    other_name : str
    """
    figure = go.Figure()
    for trace in (*_band(curve), _agreement(), _points(answers), _line(curve, name)):
        figure.add_trace(trace)
    if other is not None:
        figure.add_trace(_line(other, other_name, line=_OTHER))
    figure.update_xaxes(title=messages.say("intensity.axis_stated"), range=RANGE, dtick=0.2)
    figure.update_yaxes(title=messages.say("intensity.axis_rated"), range=RANGE, dtick=0.2)
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 48, "b": 10},
        legend={"orientation": "h", "yref": "container", "y": 0.995, "yanchor": "top", "x": 0},
    )
    return figure


def level_intensity_chart(levels: Sequence[LevelAnswers], pooled: Curve) -> go.Figure:
    """A small picture for each context on common axes, the map of all dotted in each.

    Parameters
    ----------
    levels : sequence of LevelAnswers
        At least one.
    pooled : Curve
        What holds where the context is unknown.
    """
    columns = min(COLUMNS, len(levels))
    rows = -(-len(levels) // columns)
    figure = make_subplots(
        rows=rows,
        cols=columns,
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.04,
        vertical_spacing=0.3 / max(rows, 2),
        subplot_titles=[f"<b>{level.title}</b>" for level in levels],
    )
    figure.update_annotations(font_size=TITLE_SIZE)
    for number, level in enumerate(levels):
        place = {"row": number // columns + 1, "col": number % columns + 1}
        traces = (
            *_band(level.curve),
            _agreement(),
            _points(level.answers),
            _line(pooled, messages.say("intensity.pooled"), line=_OTHER),
            _line(level.curve, messages.say("intensity.own")),
        )
        for trace in traces:
            trace.update(legendgroup=trace.name, showlegend=number == 0 and trace.showlegend is not False)
            figure.add_trace(trace, **place)
    figure.update_xaxes(range=RANGE, dtick=0.5)
    figure.update_yaxes(range=RANGE, dtick=0.5)
    figure.update_xaxes(title=messages.say("intensity.axis_stated_short"), row=rows)
    figure.update_yaxes(title=messages.say("intensity.axis_rated_short"), col=1)
    figure.update_layout(
        height=SMALL_HEIGHT * rows + FRAME_HEIGHT,
        margin={"l": 10, "r": 10, "t": 110, "b": 10},
        legend={"orientation": "h", "yref": "container", "y": 0.995, "yanchor": "top", "x": 0},
    )
    return figure


def _points(answers: Answers) -> go.Scatter:
    stated, rated = np.asarray(answers.stated), np.asarray(answers.rated)
    if stated.size > MOST_DRAWN:
        # Evenly through the answers in the order they were given: the same picture at every look.
        kept = np.linspace(0, stated.size - 1, MOST_DRAWN).astype(int)
        stated, rated = stated[kept], rated[kept]
    return go.Scatter(
        x=stated,
        y=rated,
        mode="markers",
        marker={"size": 6, "color": POINT_COLOUR},
        name=messages.say("intensity.answers"),
        hovertemplate=messages.say("intensity.hover") + "<extra></extra>",
    )


def _agreement() -> go.Scatter:
    return go.Scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line=_IDENTITY,
        name=messages.say("intensity.as_model"),
        hoverinfo="skip",
    )


def _line(curve: Curve, name: str, *, line: dict[str, object] = _CURVE) -> go.Scatter:
    return go.Scatter(
        x=curve.stated,
        y=curve.value,
        mode="lines",
        line=line,
        name=name,
        hovertemplate=messages.say("intensity.hover_curve") + "<extra></extra>",
    )


def _band(curve: Curve) -> tuple[go.Scatter, go.Scatter]:
    hidden = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    return (
        go.Scatter(x=curve.stated, y=curve.low, **hidden),
        go.Scatter(x=curve.stated, y=curve.high, fill="tonexty", fillcolor=INTERVAL_COLOUR, **hidden),
    )
