"""Clips along the gap, with a pair that is being tried and the clips it would judge otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from dashboard.components.gap_chart import COLOURS, LEARNED_COLOUR
from dashboard.services import messages
from dashboard.services.threshold_trial import JudgedClip, TriedClip
from engine.vocabulary import VERDICT_ORDER, Verdict

SYMBOLS: Final = {Verdict.UNDER: "triangle-down", Verdict.CORRECT: "circle", Verdict.OVER: "triangle-up"}
HEIGHT: Final = 210


def trial_chart(
    clips: Sequence[JudgedClip], changed: Sequence[TriedClip], pair: tuple[float, float], *, reach: float
) -> go.Figure:
    """One mark a clip at its gap, in the row of its verdict now; those that would change stand out.

    Parameters
    ----------
    clips : sequence of JudgedClip
    changed : sequence of TriedClip
    pair : (float, float)
        z units.
    reach : float
        How far the axis goes to either side, z units.
    """
    moving = {each.clip.clip_id for each in changed}
    figure = go.Figure()
    for verdict in VERDICT_ORDER:
        row = messages.say(f"zone.{verdict.value}")
        for moves in (False, True):
            marks = [clip for clip in clips if clip.verdict is verdict and (clip.clip_id in moving) == moves]
            figure.add_trace(
                go.Scatter(
                    x=[min(max(clip.alignment, -reach), reach) for clip in marks],
                    y=[row] * len(marks),
                    mode="markers",
                    cliponaxis=False,
                    marker={
                        "symbol": SYMBOLS[verdict],
                        "color": COLOURS[verdict],
                        "size": 15 if moves else 9,
                        "opacity": 1.0 if moves else 0.45,
                        "line": {"width": 2 if moves else 0, "color": LEARNED_COLOUR},
                    },
                    customdata=[[clip.clip_name, clip.alignment] for clip in marks],
                    hovertemplate="%{customdata[0]}: %{customdata[1]:+.2f}<extra></extra>",
                    showlegend=False,
                )
            )
    for value in pair:
        figure.add_vline(x=value, line={"color": LEARNED_COLOUR, "width": 2.5})
    figure.update_layout(height=HEIGHT, margin={"l": 10, "r": 10, "t": 10, "b": 10})
    figure.update_xaxes(range=[-reach, reach], title=messages.say("thresholds.trial.axis"), zeroline=True)
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=[messages.say(f"zone.{verdict.value}") for verdict in VERDICT_ORDER],
        range=[-0.6, len(VERDICT_ORDER) - 0.4],
    )
    return figure
