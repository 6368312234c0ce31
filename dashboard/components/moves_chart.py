"""How answers moved after the reveal: kept, nearer the machine, neither way, farther from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from dashboard.services import messages
from dashboard.services.anchoring import Moves

ROW_HEIGHT: Final = 44
FRAME_HEIGHT: Final = 120
LOOKS: Final = {
    "towards": ("#d55e00", "\\"),
    "aside": ("#9065bd", "x"),
    "away": ("#2b7bba", "/"),
    "kept": ("#9aa0a6", ""),
}
"""Colours that colour-blind people tell apart, each with a pattern of its own."""


def moves_chart(moves: Sequence[Moves]) -> go.Figure:
    """One bar for each field, split by where its answers went.

    Parameters
    ----------
    moves : sequence of Moves
        At least one.
    """
    names = [messages.say(f"agreement.field.{each.field.value}") for each in moves]
    counts = {
        "towards": [each.towards for each in moves],
        "aside": [each.moved - each.towards - each.away for each in moves],
        "away": [each.away for each in moves],
        "kept": [each.answers - each.moved for each in moves],
    }
    figure = go.Figure()
    for part, (colour, pattern) in LOOKS.items():
        figure.add_trace(
            go.Bar(
                x=counts[part],
                y=names,
                orientation="h",
                name=messages.say(f"anchoring.chart.{part}"),
                text=[count or "" for count in counts[part]],
                textposition="inside",
                marker={
                    "color": colour,
                    "pattern": {
                        "shape": pattern,
                        "fgcolor": "rgba(255,255,255,0.5)",
                        "fillmode": "overlay",
                        "size": 6,
                    },
                },
                hovertemplate=messages.say("anchoring.chart.hover") + "<extra>%{fullData.name}</extra>",
            )
        )
    figure.update_layout(
        barmode="stack",
        height=ROW_HEIGHT * len(moves) + FRAME_HEIGHT,
        margin={"l": 10, "r": 10, "t": 40, "b": 10},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )
    figure.update_xaxes(title=messages.say("anchoring.chart.axis"), rangemode="tozero")
    figure.update_yaxes(autorange="reversed")
    return figure
