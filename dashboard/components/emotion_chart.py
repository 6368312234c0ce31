"""How sure each system is of each emotion, beside one another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import plotly.graph_objects as go

from dashboard.services import messages
from engine.analysis import EmotionEstimate
from engine.vocabulary import Emotion, SystemName

HEIGHT: Final = 340
LOOKS: Final = {
    SystemName.ALIGNMENT: ("#2b7bba", ""),
    SystemName.MMMLA: ("#d55e00", "\\"),
    SystemName.MELD: ("#009e73", "x"),
    SystemName.RAVDESS: ("#9065bd", "/"),
}
"""Colours that colour-blind people tell apart, each with a pattern of its own."""


def emotion_chart(estimates: Mapping[SystemName, EmotionEstimate]) -> go.Figure:
    """A bar for each emotion and system; a system has none for emotions it cannot name."""
    every = [
        emotion for emotion in Emotion if any(emotion in each.probabilities for each in estimates.values())
    ]
    figure = go.Figure()
    for system, estimate in estimates.items():
        colour, pattern = LOOKS[system]
        known = [emotion for emotion in every if emotion in estimate.probabilities]
        figure.add_trace(
            go.Bar(
                x=[messages.say(f"emotion.{emotion.value}") for emotion in known],
                y=[estimate.probabilities[emotion] for emotion in known],
                name=messages.say(f"models.system.{system.value}"),
                marker={
                    "color": colour,
                    "pattern": {
                        "shape": pattern,
                        "fgcolor": "rgba(255,255,255,0.5)",
                        "fillmode": "overlay",
                        "size": 6,
                    },
                },
                hovertemplate="%{x}: %{y:.0%}<extra>%{fullData.name}</extra>",
            )
        )
    figure.update_layout(
        barmode="group",
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 40, "b": 10},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    figure.update_xaxes(
        categoryorder="array", categoryarray=[messages.say(f"emotion.{emotion.value}") for emotion in every]
    )
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%", title=messages.say("models.axis_share"))
    return figure
