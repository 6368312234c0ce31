"""The figures of a report's part on intensity maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go

from dashboard.components.intensity_chart import (
    Answers,
    LevelAnswers,
    intensity_chart,
    level_intensity_chart,
)
from dashboard.services.intensity_report import IntensityReport
from dashboard.services.intensity_words import IntensityWords
from dashboard.services.messages import say
from dashboard.services.training_intensities import RatedIntensity
from engine.verdict.intensity_map import Curve, IntensityMap

STEPS: Final = np.linspace(0.0, 1.0, 41)


def map_figure(report: IntensityReport) -> go.Figure:
    """All answers with the map's curve."""
    return intensity_chart(_answers(report.answers), _curve(report.map), name=say("intensity.report.curve"))


def level_figure(report: IntensityReport, column: str, words: Sequence[IntensityWords]) -> go.Figure:
    """A small picture for each level of a column."""
    levels = [
        LevelAnswers(
            say("thresholds.level_title", name=each.name, n=each.ratings),
            _answers([one for one in report.answers if one.context.get(column) == each.level]),
            _curve(report.by_context, column=column, level=each.level),
        )
        for each in words
    ]
    return level_intensity_chart(levels, _curve(report.by_context))


def _curve(fitted: IntensityMap, *, column: str = "", level: str = "") -> Curve:
    return fitted.curve(STEPS, column=column, level=level, simultaneous=True)


def _answers(given: Sequence[RatedIntensity]) -> Answers:
    return Answers([each.stated for each in given], [each.rated for each in given])
