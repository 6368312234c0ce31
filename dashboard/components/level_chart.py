"""Small multiples: for each level of a context, what people said about which gap and where its cuts lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.components.gap_chart import (
    COLOURS,
    INTERVAL_COLOUR,
    ThresholdPair,
    bin_borders,
    draw_pair,
    pair_line,
    reach_of,
    verdict_bars,
)
from dashboard.services import messages
from dashboard.services.training_ratings import RatedGaps
from engine.vocabulary import VERDICT_ORDER

ROW_HEIGHT: Final = 92
FRAME_HEIGHT: Final = 146
TITLE_SIZE: Final = 13


@dataclass(frozen=True, slots=True)
class LevelGaps:
    """One small picture.

    Attributes
    ----------
    title : str
        The level's name and how many ratings it has.
    gaps : RatedGaps
        z units, and what a person said about it.
    pair : ThresholdPair
        The level's own thresholds.
    """

    title: str
    gaps: RatedGaps
    pair: ThresholdPair


def level_chart(levels: Sequence[LevelGaps], pooled: ThresholdPair) -> go.Figure:
    """One row for each level on one common axis, the pair of all levels dashed across all rows.

    Parameters
    ----------
    levels : sequence of LevelGaps
        At least one.
    pooled : ThresholdPair
        What holds where the level is unknown.
    """
    reach = max(reach_of(level.gaps) for level in levels)
    borders = bin_borders(reach)
    figure = make_subplots(
        rows=len(levels),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.28 / len(levels),
        subplot_titles=[f"<b>{level.title}</b>" for level in levels],
    )
    figure.update_annotations(x=0, xanchor="left", font_size=TITLE_SIZE)
    for row, level in enumerate(levels, start=1):
        for verdict in VERDICT_ORDER:
            given = level.gaps.of(verdict)
            bars = verdict_bars(borders, np.histogram(given, bins=borders)[0], verdict)
            bars.update(name=messages.say(f"zone.{verdict.value}"), showlegend=row == 1, legendgroup=verdict)
            figure.add_trace(bars, row=row, col=1)
        for low, high in level.pair.intervals:
            figure.add_vrect(
                x0=low, x1=high, row=row, col=1, layer="below", line_width=0, fillcolor=INTERVAL_COLOUR
            )
        for value in (level.pair.lower, level.pair.upper):
            figure.add_vline(x=value, line=pair_line(level.pair), row=row, col=1)
    figure.add_trace(
        go.Scatter(x=[None], y=[None], mode="lines", line=pair_line(levels[0].pair), name=levels[0].pair.name)
    )
    draw_pair(figure, pooled)
    figure.update_xaxes(range=[-reach, reach], zeroline=True)
    figure.update_xaxes(title=messages.say("thresholds.axis"), row=len(levels), col=1)
    figure.update_yaxes(nticks=3, rangemode="tozero")
    figure.update_layout(
        barmode="stack",
        bargap=0.06,
        height=ROW_HEIGHT * len(levels) + FRAME_HEIGHT,
        margin={"l": 10, "r": 10, "t": 88, "b": 10},
        legend={"orientation": "h", "yref": "container", "y": 0.995, "yanchor": "top", "x": 0},
        colorway=list(COLOURS.values()),
    )
    return figure
