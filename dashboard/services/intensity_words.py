"""What an intensity map has learned, in sentences a teacher can read.

Names of levels that people typed are escaped, since the sentences are Markdown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dashboard.services.context_words import level_name
from dashboard.services.messages import plain, say
from dashboard.services.training_intensities import RatedIntensity
from engine.verdict.intensity_map import IntensityMap
from engine.verdict.intervals import INTERVAL_LEVEL

SPOKEN: Final = np.round(np.arange(0.1, 0.95, 0.1), 1)
"""Stated intensities a sentence may name: round ones, and only where people were asked.

The one that differs most is named, so the interval is one that holds at all of them at once."""


@dataclass(frozen=True, slots=True)
class IntensityWords:
    """A map, or a context of it, in words.

    Attributes
    ----------
    level, name : str
        The level as stored and as people read it; empty for all together.
    sentence : str
    differs : bool
        Whether raters are shown to say otherwise than the model.
    ratings, raters : int
    """

    level: str
    name: str
    sentence: str
    differs: bool
    ratings: int
    raters: int


def describe(
    fitted: IntensityMap, answers: Sequence[RatedIntensity], column: str
) -> tuple[IntensityWords, ...]:
    """Every level of a column in words, the best known first."""
    found = [
        _words(
            fitted,
            [answer.stated for answer in answers if answer.context.get(column) == level],
            column=column,
            level=level,
            counted=(known.ratings, known.raters),
        )
        for level, known in fitted.levels.get(column, {}).items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.ratings, each.name)))


def overall(fitted: IntensityMap, answers: Sequence[RatedIntensity]) -> IntensityWords:
    """The map of all contexts in words."""
    stated = [answer.stated for answer in answers]
    return _words(fitted, stated, column="", level="", counted=(fitted.ratings, fitted.raters))


def _words(
    fitted: IntensityMap, stated: Sequence[float], *, column: str, level: str, counted: tuple[int, int]
) -> IntensityWords:
    asked = np.array(stated) if stated else np.array([0.0, 1.0])
    least, most = asked.min(), asked.max()
    inside = SPOKEN[(least <= SPOKEN) & (most >= SPOKEN)]
    at = inside if inside.size else np.round([float(np.median(asked))], 1)
    curve = fitted.curve(at, column=column, level=level, simultaneous=True)
    away = np.abs(curve.value - curve.stated)
    shown = (curve.low > curve.stated) | (curve.high < curve.stated)
    place = int(np.argmax(np.where(shown, away, -1.0) if shown.any() else away))
    shift, low, high = (
        float(each[place] - curve.stated[place]) for each in (curve.value, curve.low, curve.high)
    )
    differs = bool(shown.any())
    kind = "same" if not differs else "more" if shift > 0 else "less"
    if kind == "less":
        low, high = -high, -low
    name = level_name(column, level) if column else ""
    sentence = say(
        f"intensity.sentence.{kind}",
        who=say("intensity.sentence.of", name=plain(name)) if column else say("intensity.sentence.all"),
        shift=_number(abs(shift)),
        at=f"{curve.stated[place]:.1f}",
        said=f"{curve.value[place]:.2f}",
        source=_source(*counted),
        percent=f"{100 * INTERVAL_LEVEL:.0f}",
        low=_number(low),
        high=_number(high),
    )
    return IntensityWords(level, name, sentence, differs, *counted)


def _source(ratings: int, raters: int) -> str:
    said = say("thresholds.sentence.ratings", n=ratings)
    return said if raters == 0 else say("thresholds.sentence.source", ratings=said, n=raters)


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
