"""Row 5b: what answers in five steps tell beyond the three verdicts, and that they do no harm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.intervals import (
    INTERVAL_LEVEL,
    Interval,
    level_thresholds,
    pooled_threshold,
    severities,
)
from engine.verdict.ratings_table import RatingTable
from engine.vocabulary import VERDICT_ORDER
from scripts.thresholds_rows.tables import Table

COLUMN = "context"
LEVEL_SD = 0.15
SEVERITY_SD = 0.3
HABIT_SD = 0.5
"""How far raters differ in where the ends of the scale begin, as a logarithm of z units."""

SIDES = (("lower", -1.0), ("upper", 1.0))
Array = NDArray[np.float64]
Found = dict[str, list[tuple[bool, float]]]


@dataclass(frozen=True, slots=True)
class Design:
    """What is drawn.

    Attributes
    ----------
    ratings, raters : int
    says : str
        What is particular about it.
    habits : bool
        Raters place the ends of the scale each in their own way.
    named : bool
        Whether the model is told who answered.
    by_verdict : float
        Share of the answers that give a verdict alone.
    at_random : bool
        The outer steps are chosen by lot.
    """

    ratings: int
    raters: int
    says: str = ""
    habits: bool = False
    named: bool = True
    by_verdict: float = 0.0
    at_random: bool = False


DESIGNS = (
    Design(200, 0),
    Design(1000, 0),
    Design(1000, 0, "half of the answers are verdicts", by_verdict=0.5),
    Design(1000, 20, "raters use the ends each in their own way", habits=True),
    Design(1000, 20, "the same, nobody named", habits=True, named=False),
    Design(1000, 0, "outer steps by lot", at_random=True),
)
LEVELS = 6
QUANTITIES = ("pooled thresholds", "levels' thresholds", "shifts", "severities")


def measure(data: Path, *, quick: bool, generator: np.random.Generator) -> list[Table]:  # noqa: ARG001 - every row takes the data folder; this one draws its own
    """Fit the same answers in five steps and folded to three verdicts; count and measure the intervals."""
    draws = 20 if quick else 100
    rows = []
    for design in DESIGNS:
        found: dict[bool, Found] = {used: {name: [] for name in QUANTITIES} for used in (False, True)}
        for _ in range(draws):
            _one_draw(found, design, generator)
        rows.append(
            (
                f"{design.ratings} / {LEVELS} / {design.raters}",
                design.says,
                *(_cell(found[False][name], found[True][name]) for name in QUANTITIES),
            )
        )
    header = ("ratings / levels / raters", "particular", *QUANTITIES)
    notes = (
        f"{draws} simulations a design. In each cell: coverage of the {INTERVAL_LEVEL:.0%} intervals folded "
        "to three verdicts → in five steps; mean width in five steps over the width folded. Levels differ by "
        f"SD {LEVEL_SD:g} z, raters by {SEVERITY_SD:g} z, and where they use the ends each in their own way "
        f"these lie further out or in by a factor whose logarithm has SD {HABIT_SD:g}. Answers come from "
        "the cumulative link with four cut points.",
    )
    return [Table("5b. Five steps against three verdicts", header, tuple(rows), notes)]


def _cell(folded: list[tuple[bool, float]], stepped: list[tuple[bool, float]]) -> str:
    if not folded:
        return ""
    (before, wide), (after, narrow) = (np.mean(each, axis=0) for each in (folded, stepped))
    return f"{before:.3f} → {after:.3f}; × {narrow / wide:.3f}"


def _one_draw(found: dict[bool, Found], design: Design, generator: np.random.Generator) -> None:
    size = design.ratings
    level = generator.integers(0, LEVELS, size)
    gap = generator.normal(0.0, 1.2, size)
    middle, width = generator.normal(0.0, 0.2), 0.6 * np.exp(generator.normal(0.0, 0.3))
    slope = 2.0 * np.exp(generator.normal(0.0, 0.3))
    shift = generator.normal(0.0, LEVEL_SD, LEVELS)
    severity = generator.normal(0.0, SEVERITY_SD, max(design.raters, 1)) * (design.raters > 0)
    habit = generator.normal(0.0, HABIT_SD, max(design.raters, 1)) * design.habits
    rater = generator.integers(0, max(design.raters, 1), size)
    if not design.named:
        severity *= 0.0
    step = _steps(gap, middle + shift[level] - severity[rater], width, slope, np.exp(habit)[rater], generator)
    if design.at_random:
        step = np.sign(step) * generator.integers(1, 3, size)
    words = [VERDICT_ORDER[code].value for code in np.sign(step) + 1]
    by_word = generator.random(size) < design.by_verdict
    ratings = RatingTable.of(
        alignment=gap,
        verdict=[
            word if worded else int(code) for word, code, worded in zip(words, step, by_word, strict=True)
        ],
        rater=rater if design.raters and design.named else None,
        context={COLUMN: level},
    )
    for used, held in found.items():
        model = AdaptiveThresholds([COLUMN], use_steps=used).fit(ratings)
        learned = level_thresholds(model, ratings, COLUMN)
        for side, sign in SIDES:
            border = middle + sign * width
            _note(held["pooled thresholds"], pooled_threshold(model, side), border)  # type: ignore[arg-type]  # the two sides
            for name, thresholds in learned.items():
                own = shift[int(name)]
                _note(held["levels' thresholds"], getattr(thresholds, side), border + own)
                _note(held["shifts"], getattr(thresholds, f"{side}_shift"), own)
        for name, interval in severities(model).items():
            _note(held["severities"], interval, severity[int(name)])


def _steps(
    gap: Array, centre: Array, width: float, slope: float, outer: Array, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Answers -2 ... 2 of the cumulative link, the outer cut points ``outer`` z units further out."""
    cuts = centre[:, None] + np.array([-width, -width, width, width])
    cuts[:, 0] -= outer
    cuts[:, 3] += outer
    below = expit(slope * (cuts - gap[:, None]))
    return np.asarray((generator.random((gap.size, 1)) > below).sum(axis=1) - 2, dtype=np.int64)


def _note(held: list[tuple[bool, float]], interval: Interval, truth: float) -> None:
    held.append((not interval.excludes(truth), interval.high - interval.low))
