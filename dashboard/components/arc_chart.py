"""The arc of a script: what each line demands, from the first to the last, by character."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go

from dashboard.services import messages
from db.records import ScriptLineRecord

HEIGHT: Final = 340
COLOURS: Final = ("#2b7bba", "#d55e00", "#158f6f", "#9065bd", "#b58900", "#7a7f87", "#a83279", "#4f6d2f")
SYMBOLS: Final = (
    "circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon", "triangle-down",
)  # fmt: skip
SMOOTH_LINES: Final = 9
"""The arc is the mean over so many lines of everybody, centred."""
SHOWN_CHARACTERS: Final = 70
MOST_SPEAKERS: Final = len(COLOURS)
"""Who says least is drawn together; more signs nobody tells apart."""


def arc_chart(lines: Sequence[ScriptLineRecord]) -> go.Figure:
    """A point for each line that demands something, a sign for each character, and the arc of all."""
    read = [line for line in lines if line.expected_intensity is not None]
    figure = go.Figure()
    for number, speaker in enumerate(_speakers(read)):
        own = [line for line in read if _named(line, _speakers(read)) == speaker]
        figure.add_trace(
            go.Scatter(
                x=[line.position for line in own],
                y=[line.expected_intensity for line in own],
                mode="markers",
                name=speaker or messages.say("scripts.no_speaker"),
                marker={"color": COLOURS[number], "symbol": SYMBOLS[number], "size": 8},
                customdata=[_shown(line) for line in own],
                hovertemplate="%{x}. %{customdata}<br>%{y:.2f}<extra>%{fullData.name}</extra>",
            )
        )
    if len(read) >= SMOOTH_LINES:
        figure.add_trace(
            go.Scatter(
                x=[line.position for line in read],
                y=_smooth([float(line.expected_intensity or 0.0) for line in read]),
                mode="lines",
                line={"color": "rgba(122, 127, 135, 0.9)", "width": 3},
                name=messages.say("scripts.arc"),
                hoverinfo="skip",
            )
        )
    figure.update_yaxes(range=[0, 1.02], title=messages.say("scripts.expected"))
    figure.update_xaxes(title=messages.say("scripts.line_number"))
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 34, "b": 10},
        legend={"orientation": "h", "y": 1.14, "x": 0},
    )
    return figure


def _speakers(lines: Sequence[ScriptLineRecord]) -> list[str]:
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.speaker or ""] = counts.get(line.speaker or "", 0) + 1
    if len(counts) <= MOST_SPEAKERS:
        return list(counts)
    most = sorted(counts, key=lambda name: -counts[name])[: MOST_SPEAKERS - 1]
    return [name for name in counts if name in most] + [messages.say("scripts.others")]


def _named(line: ScriptLineRecord, speakers: Sequence[str]) -> str:
    name = line.speaker or ""
    return name if name in speakers else messages.say("scripts.others")


def _smooth(values: Sequence[float]) -> list[float]:
    half = SMOOTH_LINES // 2
    return [float(np.mean(values[max(0, i - half) : i + half + 1])) for i in range(len(values))]


def _shown(line: ScriptLineRecord) -> str:
    text = line.text if len(line.text) <= SHOWN_CHARACTERS else line.text[: SHOWN_CHARACTERS - 1] + "…"
    return text.replace("<", "&lt;")
