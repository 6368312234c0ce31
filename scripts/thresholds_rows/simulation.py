"""Row 5: intervals hold the truth as often as they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.cumulative_link import probabilities
from engine.verdict.intervals import INTERVAL_LEVEL, level_thresholds, pooled_threshold, severities
from engine.verdict.ratings_table import RatingTable
from engine.verdict.shrinkage import SPREAD_SCALE
from engine.vocabulary import VERDICT_ORDER
from scripts.thresholds_rows.tables import Table

COLUMN = "context"
DESIGNS = ((200, 6, 0), (1000, 6, 0), (1000, 12, 20), (2000, 20, 40))
"""Ratings, context levels, raters."""


def measure(data: Path, *, quick: bool, generator: np.random.Generator) -> list[Table]:  # noqa: ARG001 - every row takes the data folder; this one draws its own
    """Draw thresholds, contexts and raters from the model itself and count how often intervals hold them."""
    draws = 20 if quick else 400
    rows = []
    for size, levels, raters in DESIGNS:
        held: dict[str, list[bool]] = {"pooled": [], "level": [], "shift": [], "severity": []}
        for _ in range(draws):
            _one_draw(held, size, levels, raters, generator)
        rows.append(
            (
                f"{size} / {levels} / {raters}",
                *(f"{np.mean(found):.3f}" if found else "" for found in held.values()),
            )
        )
    header = ("ratings / levels / raters", "pooled thresholds", "levels' thresholds", "shifts", "severities")
    notes = (
        f"{draws} simulations a design; spreads of the levels drawn between half and twice the expected "
        f"ones; {INTERVAL_LEVEL:.0%} intervals of lower and upper thresholds together. Target 0.87 to 0.93.",
    )
    return [Table("5. Coverage of the intervals", header, tuple(rows), notes)]


def _one_draw(
    held: dict[str, list[bool]], size: int, levels: int, raters: int, generator: np.random.Generator
) -> None:
    pooled = np.array(
        [
            generator.normal(0.0, 0.2),
            np.log(0.6) + generator.normal(0.0, 0.3),
            np.log(2.0) + generator.normal(0.0, 0.3),
        ]
    )
    spread = np.array(SPREAD_SCALE) * 2.0 ** generator.uniform(-1.0, 1.0, 3)
    effects = generator.normal(0.0, 1.0, (3, levels)) * spread[:, None]
    level = generator.integers(0, levels, size)
    gap = generator.normal(0.0, 1.0, size)
    band = pooled[:, None] + effects[:, level]
    rater = generator.integers(0, raters, size) if raters else None
    severity = generator.normal(0.0, 0.3, max(raters, 1))
    if rater is not None:
        band[0] -= severity[rater]
    chance = generator.random((size, 1))
    answer = (chance > probabilities(gap, *band).cumsum(axis=1)[:, :-1]).sum(axis=1)
    ratings = RatingTable.of(
        alignment=gap,
        verdict=[VERDICT_ORDER[code].value for code in answer],
        rater=rater,
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
