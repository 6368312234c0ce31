"""What people said about which gap, with the thresholds across it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from dashboard.services import messages
from dashboard.services.training_ratings import RatedGaps
from engine.vocabulary import VERDICT_ORDER, Verdict

COLOURS: Final = {Verdict.UNDER: "#2b7bba", Verdict.CORRECT: "#158f6f", Verdict.OVER: "#d55e00"}
PATTERNS: Final = {Verdict.UNDER: "/", Verdict.CORRECT: "", Verdict.OVER: "\\"}
FIXED_COLOUR: Final = "#7a7f87"
LEARNED_COLOUR: Final = "#9065bd"  # reaches 3:1 on white and on near-black
INTERVAL_COLOUR: Final = "rgba(144, 101, 189, 0.2)"
BIN_Z: Final = 0.1
ROW_HEIGHT: Final = 104
LEAST_REACH_Z: Final = 1.0


@dataclass(frozen=True, slots=True)
class ThresholdPair:
    """Two thresholds to draw, z units; ``is_learned`` decides colour and dash.

    Attributes
    ----------
    intervals : tuple of (float, float)
        How sure each threshold is; empty where it was set by hand.
    """

    name: str
    lower: float
    upper: float
    is_learned: bool
    intervals: tuple[tuple[float, float], ...] = ()


def gap_chart(gaps: RatedGaps, pairs: Sequence[ThresholdPair]) -> go.Figure:
    """Histograms of the gaps, one row for each verdict people gave, with the thresholds across them.

    Parameters
    ----------
    gaps : RatedGaps
    """
    order = tuple(reversed(VERDICT_ORDER))
    figure = make_subplots(rows=len(order), cols=1, shared_xaxes=True, vertical_spacing=0.04)
    reach = reach_of(gaps)
    borders = bin_borders(reach)
    counts = {verdict: np.histogram(gaps.of(verdict), bins=borders)[0] for verdict in order}
    tallest = max(int(each.max()) for each in counts.values())
    for row, verdict in enumerate(order, start=1):
        name = f"<b>{messages.say(f'zone.{verdict.value}')}</b><br>n = {counts[verdict].sum()}"
        figure.add_trace(verdict_bars(borders, counts[verdict], verdict), row=row, col=1)
        figure.update_yaxes(
            title={"text": name, "standoff": 6}, range=[0, 1.12 * max(tallest, 1)], nticks=3, row=row, col=1
        )
    for pair in pairs:
        draw_pair(figure, pair)
    figure.update_xaxes(range=[-reach, reach], zeroline=True)
    figure.update_xaxes(title=messages.say("thresholds.axis"), row=len(order), col=1)
    figure.update_layout(
        height=ROW_HEIGHT * len(order) + 108,
        margin={"l": 10, "r": 10, "t": 34, "b": 10},
        bargap=0.06,
        legend={"orientation": "h", "y": 1.12, "x": 0},
    )
    return figure


def reach_of(gaps: RatedGaps) -> float:
    """How far an axis goes to either side to show all gaps, z units."""
    return max(LEAST_REACH_Z, float(np.abs(gaps.alignment).max(initial=0.0))) * 1.08


def bin_borders(reach: float) -> NDArray[np.float64]:
    """Borders of the bins, one of them centred on zero, shape (bins + 1,)."""
    half = math.ceil(reach / BIN_Z) + 0.5
    borders: NDArray[np.float64] = BIN_Z * np.arange(-half, half + 1)
    return borders


def verdict_bars(borders: NDArray[np.float64], counts: NDArray[np.int64], verdict: Verdict) -> go.Bar:
    """The bars of one verdict, told apart by colour and by pattern."""
    return go.Bar(
        x=(borders[:-1] + borders[1:]) / 2,
        y=counts,
        width=BIN_Z,
        marker={
            "color": COLOURS[verdict],
            "pattern": {
                "shape": PATTERNS[verdict],
                "fgcolor": "rgba(255,255,255,0.5)",
                "fillmode": "overlay",
                "size": 6,
            },
        },
        hovertemplate=messages.say("thresholds.hover") + "<extra></extra>",
        showlegend=False,
    )


def draw_pair(figure: go.Figure, pair: ThresholdPair) -> None:
    """Draw a pair across every row, its intervals shaded, and name it in the legend."""
    line = pair_line(pair)
    for low, high in pair.intervals:
        figure.add_vrect(
            x0=low, x1=high, row="all", col=1, layer="below", line_width=0, fillcolor=INTERVAL_COLOUR
        )
    for value in (pair.lower, pair.upper):
        figure.add_vline(x=value, line=line, row="all", col=1)
    figure.add_trace(  # only its legend entry shows
        go.Scatter(x=[None], y=[None], mode="lines", line=line, name=pair.name), row=1, col=1
    )


def pair_line(pair: ThresholdPair) -> dict[str, Any]:
    """How a pair's two lines are drawn."""
    if pair.is_learned:
        return {"color": LEARNED_COLOUR, "width": 2.5, "dash": "solid"}
    return {"color": FIXED_COLOUR, "width": 2, "dash": "dash"}
