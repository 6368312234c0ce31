"""Row 5: intervals hold the truth as often as they say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.cumulative_link import probabilities
from engine.verdict.intervals import INTERVAL_LEVEL, level_thresholds, pooled_threshold, severities
from engine.verdict.ratings_table import RatingTable
from engine.verdict.shrinkage import SPREAD_SCALE
from engine.vocabulary import VERDICT_ORDER
from scripts.thresholds_rows.tables import Table

COLUMN = "context"
CLIP_SD = 0.4
"""Shift that all answers to one clip share, z units."""

WIDE = 3.0
"""Times the expected spread where levels lie far apart."""


@dataclass(frozen=True, slots=True)
class Design:
    """What is drawn.

    Attributes
    ----------
    ratings, levels, raters : int
    per_clip : int
        Answers to each clip; above 1 they share a shift of the clip.
    wide : bool
        Levels lie three times as far apart as expected rather than half to twice as far.
    """

    ratings: int
    levels: int
    raters: int
    per_clip: int = 1
    wide: bool = False

    def words(self) -> tuple[str, str]:
        """Its size, and what is particular about it."""
        said = [f"{self.per_clip} answers a clip"] if self.per_clip > 1 else []
        said += ["levels far apart"] if self.wide else []
        return f"{self.ratings} / {self.levels} / {self.raters}", ", ".join(said)


DESIGNS = (
    Design(200, 6, 0),
    Design(1000, 6, 0),
    Design(1000, 12, 20),
    Design(2000, 20, 40),
    Design(1000, 6, 0, wide=True),
    Design(1000, 6, 0, per_clip=5),
    Design(1000, 6, 20, per_clip=5),
)


def measure(data: Path, *, quick: bool, generator: np.random.Generator) -> list[Table]:  # noqa: ARG001 - every row takes the data folder; this one draws its own
    """Draw thresholds, contexts and raters from the model itself and count how often intervals hold them."""
    draws = 20 if quick else 400
    rows = []
    for design in DESIGNS:
        held: dict[str, list[bool]] = {"pooled": [], "level": [], "shift": [], "severity": []}
        for _ in range(draws):
            _one_draw(held, design, generator)
        rows.append(
            (
                *design.words(),
                *(f"{np.mean(found):.3f}" if found else "" for found in held.values()),
            )
        )
    header = (
        "ratings / levels / raters",
        "particular",
        "pooled thresholds",
        "levels' thresholds",
        "shifts",
        "severities",
    )
    notes = (
        f"{draws} simulations a design; spreads of the levels drawn between half and twice the expected "
        f"ones, or {WIDE:g} times them where they lie far apart; answers to one clip share a shift of SD "
        f"{CLIP_SD} z; {INTERVAL_LEVEL:.0%} intervals of lower and upper thresholds together. Target 0.87 to "
        "0.93.",
    )
    return [Table("5. Coverage of the intervals", header, tuple(rows), notes)]


def _raters(design: Design, clips: int, generator: np.random.Generator) -> NDArray[np.intp] | None:
    """Who gave each answer, nobody twice to one clip; ``None`` where nobody is named."""
    if not design.raters:
        return None
    chosen = [generator.choice(design.raters, design.per_clip, replace=False) for _ in range(clips)]
    return np.concatenate(chosen).astype(np.intp)


def _one_draw(held: dict[str, list[bool]], design: Design, generator: np.random.Generator) -> None:
    levels, raters = design.levels, design.raters
    pooled = np.array(
        [
            generator.normal(0.0, 0.2),
            np.log(0.6) + generator.normal(0.0, 0.3),
            np.log(2.0) + generator.normal(0.0, 0.3),
        ]
    )
    factor = WIDE if design.wide else 2.0 ** generator.uniform(-1.0, 1.0, 3)
    effects = generator.normal(0.0, 1.0, (3, levels)) * (np.array(SPREAD_SCALE[:3]) * factor)[:, None]
    clips = design.ratings // design.per_clip
    clip = np.repeat(np.arange(clips), design.per_clip)
    size = clip.size
    level = generator.integers(0, levels, clips)[clip]
    gap = generator.normal(0.0, 1.0, clips)[clip]
    band = pooled[:, None] + effects[:, level]
    if design.per_clip > 1:
        band[0] += generator.normal(0.0, CLIP_SD, clips)[clip]
    rater = _raters(design, clips, generator)
    severity = generator.normal(0.0, 0.3, max(raters, 1))
    if rater is not None:
        band[0] -= severity[rater]
    chance = generator.random((size, 1))
    answer = (chance > probabilities(gap, *band).cumsum(axis=1)[:, :-1]).sum(axis=1)
    ratings = RatingTable.of(
        alignment=gap,
        verdict=[VERDICT_ORDER[code].value for code in answer],
        rater=rater,
        group=clip,
        context={COLUMN: level},
    )
    model = AdaptiveThresholds([COLUMN]).fit(ratings)
    learned = level_thresholds(model, ratings, COLUMN)
    width = np.exp(pooled[1])
    for sign, side in ((-1.0, "lower"), (1.0, "upper")):
        interval = pooled_threshold(model, side)
        held["pooled"].append(not interval.excludes(pooled[0] + sign * width))
        for name, thresholds in learned.items():
            own = effects[:, int(name)]
            truth = pooled[0] + own[0] + sign * np.exp(pooled[1] + own[1])
            interval, shift = (
                (thresholds.lower, thresholds.lower_shift)
                if side == "lower"
                else (thresholds.upper, thresholds.upper_shift)
            )
            held["level"].append(not interval.excludes(truth))
            held["shift"].append(not shift.excludes(truth - pooled[0] - sign * width))
    for name, interval in severities(model).items():
        held["severity"].append(not interval.excludes(severity[int(name)]))
