"""Whether the probabilities of a system come true as often as they say, branch by branch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import plotly.graph_objects as go

from dashboard.services import messages

HEIGHT: Final = 340
LOOKS: Final = (
    ("#2b7bba", "circle"),
    ("#d55e00", "square"),
    ("#009e73", "diamond"),
    ("#9065bd", "x"),
    ("#8c6d1f", "triangle-up"),
)
"""Colours that colour-blind people tell apart, each with a mark of its own."""

Bins = Sequence[tuple[float, float, int]]


def score_chart(branches: Mapping[str, Bins]) -> go.Figure:
    """Stated chance against what came true, a line for each branch, beside the diagonal."""
    figure = go.Figure()
    figure.add_trace(
        go.Scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            line={"color": "#777", "width": 2, "dash": "dash"},
            name=messages.say("thresholds.perfect"),
            hoverinfo="skip",
        )
    )
    for place, (name, bins) in enumerate(branches.items()):
        colour, symbol = LOOKS[place % len(LOOKS)]
        figure.add_trace(
            go.Scatter(
                x=[stated for stated, _, _ in bins],
                y=[happened for _, happened, _ in bins],
                customdata=[count for _, _, count in bins],
                mode="lines+markers",
                line={"color": colour, "width": 2},
                marker={"size": 8, "symbol": symbol},
                name=name,
                hovertemplate=messages.say("thresholds.hover_reliability") + "<br>n = %{customdata}",
            )
        )
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 62, "b": 10},
        legend={"orientation": "h", "yref": "container", "y": 0.995, "yanchor": "top", "x": 0},
    )
    for axis, title in (("xaxis", "axis_stated"), ("yaxis", "axis_happened")):
        figure.update_layout(
            {
                axis: {
                    "title": messages.say(f"thresholds.{title}"),
                    "tickformat": ".0%",
                    "range": [-0.02, 1.04],
                }
            }
        )
    return figure
