"""Takes of one line beside each other: their curves on one time axis, and how the gap moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.components.gap_chart import COLOURS
from dashboard.services import messages
from engine.analysis import Analysis
from engine.vocabulary import VERDICT_ORDER, Verdict

ROW_HEIGHT: Final = 92
FRAME_HEIGHT: Final = 96
ATTENTION: Final = "rgba(122, 127, 135, 0.35)"
VOICE: Final = "#7a5ea8"
FACE: Final = "#158f6f"
LOUDNESS_RANGE_DB: Final = (-40.0, 10.0)
MOVEMENT_RANGE_SD: Final = (0.0, 5.0)
SYMBOLS: Final = {Verdict.UNDER: "triangle-down", Verdict.CORRECT: "circle", Verdict.OVER: "triangle-up"}
UNKNOWN: Final = "#7a7f87"
LEAST_REACH_Z: Final = 1.0


@dataclass(frozen=True, slots=True)
class ShownTake:
    """A take with what was found in it.

    Attributes
    ----------
    lower, upper : float
        The thresholds in force for it, z units.
    """

    name: str
    analysis: Analysis
    verdict: Verdict | None
    lower: float
    upper: float


def take_axis(takes: Sequence[ShownTake]) -> go.Figure:
    """A row for each take: attention as an area, loudness and the face's movement as lines, one time axis."""
    figure = make_subplots(
        rows=len(takes),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.22 / len(takes),
        subplot_titles=[f"<b>{take.name}</b>" for take in takes],
    )
    figure.update_annotations(x=0, xanchor="left", font_size=13)
    for row, take in enumerate(takes, start=1):
        for trace in _curves(take.analysis, is_first=row == 1):
            figure.add_trace(trace, row=row, col=1)
        for peak in take.analysis.peaks:
            figure.add_vline(
                x=peak.time_s, line={"color": UNKNOWN, "dash": "dot", "width": 1}, row=row, col=1
            )
    longest = max(take.analysis.duration_s for take in takes)
    figure.update_xaxes(range=[0, longest])
    figure.update_xaxes(title=messages.say("perform.seconds"), row=len(takes), col=1)
    figure.update_yaxes(range=[0, 1.05], showticklabels=False, showgrid=False)
    figure.update_layout(
        height=ROW_HEIGHT * len(takes) + FRAME_HEIGHT,
        margin={"l": 10, "r": 10, "t": 62, "b": 10},
        legend={"orientation": "h", "yref": "container", "y": 0.995, "yanchor": "top", "x": 0},
    )
    return figure


def gap_steps(takes: Sequence[ShownTake]) -> go.Figure:
    """How the gap moved from take to take, with the band that counts as right."""
    known = [take for take in takes if take.analysis.alignment is not None]
    names = [take.name for take in known]
    gaps = [float(take.analysis.alignment or 0.0) for take in known]
    figure = go.Figure(
        go.Scatter(
            x=names,
            y=gaps,
            mode="lines+markers",
            line={"color": UNKNOWN, "width": 1.5},
            marker={
                "size": 13,
                "symbol": [_look(take.verdict)[0] for take in known],
                "color": [_look(take.verdict)[1] for take in known],
            },
            customdata=[
                messages.say(f"zone.{'none' if take.verdict is None else take.verdict.value}")
                for take in known
            ],
            hovertemplate="%{x}: %{y:+.2f} (%{customdata})<extra></extra>",
            showlegend=False,
        )
    )
    if known:
        figure.add_hrect(
            y0=known[-1].lower, y1=known[-1].upper, fillcolor="rgba(21, 143, 111, 0.18)", line_width=0
        )
    figure.add_hline(y=0, line={"color": UNKNOWN, "width": 1})
    reach = 1.15 * max([LEAST_REACH_Z, *(abs(gap) for gap in gaps)])
    figure.update_yaxes(range=[-reach, reach], title=messages.say("perform.gap"))
    figure.update_layout(height=230, margin={"l": 10, "r": 10, "t": 10, "b": 10})
    for verdict, place in zip(VERDICT_ORDER, (-0.93, None, 0.93), strict=True):
        if place is not None:
            figure.add_annotation(
                x=0, xref="paper", xanchor="left", y=place * reach, showarrow=False,
                text=messages.say(f"zone.{verdict.value}"), font={"color": COLOURS[verdict]},
            )  # fmt: skip
    return figure


def _look(verdict: Verdict | None) -> tuple[str, str]:
    """Sign and colour of a verdict."""
    return ("circle-open", UNKNOWN) if verdict is None else (SYMBOLS[verdict], COLOURS[verdict])


def _curves(analysis: Analysis, *, is_first: bool) -> Sequence[go.Scatter]:
    times = analysis.attention_times_s
    top = max(analysis.attention, default=0.0) or 1.0
    attention = [value / top for value in analysis.attention]
    rows = (
        ("attention", attention, {"color": UNKNOWN, "width": 1}, "tozeroy"),
        (
            "loudness",
            _scaled(analysis.curves.loudness_db, LOUDNESS_RANGE_DB),
            {"color": VOICE, "width": 2},
            None,
        ),
        (
            "movement",
            _scaled(analysis.curves.face_movement, MOVEMENT_RANGE_SD),
            {"color": FACE, "width": 2, "dash": "dash"},
            None,
        ),
    )
    return [
        go.Scatter(
            x=times,
            y=values,
            mode="lines",
            line=line,
            fill=fill,
            fillcolor=ATTENTION,
            name=messages.say(f"perform.curve.{name}"),
            legendgroup=name,
            showlegend=is_first,
            hoverinfo="skip",
        )
        for name, values, line, fill in rows
        if any(value is not None for value in values)
    ]


def _scaled(values: Sequence[float | None], span: tuple[float, float]) -> list[float | None]:
    low, high = span
    return [None if value is None else min(1.0, max(0.0, (value - low) / (high - low))) for value in values]
