"""Row 6: what fitting and judging cost."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import numpy as np

from engine.verdict.abstain import COVERAGE, Abstention
from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.cumulative_link import probabilities
from engine.verdict.learned import Origin
from engine.verdict.learned_file import learned_policy
from engine.verdict.ratings_table import RatingTable
from scripts.thresholds_rows.tables import Table

LEVELS, RATERS = 200, 500
COLUMN = "context"


def made(size: int, generator: np.random.Generator) -> RatingTable:
    """Ratings with as many context levels and raters as the target names."""
    level, rater = generator.integers(0, LEVELS, size), generator.integers(0, RATERS, size)
    gap = generator.normal(0.0, 1.0, size)
    band = np.stack(
        [
            generator.normal(0.0, 0.2, LEVELS)[level] - generator.normal(0.0, 0.3, RATERS)[rater],
            np.full(size, np.log(0.6)),
            np.full(size, np.log(2.0)),
        ]
    )
    chance = generator.random((size, 1))
    answer = (chance > probabilities(gap, *band).cumsum(axis=1)[:, :-1]).sum(axis=1).astype(np.int8)
    names = np.array([f"level {number}" for number in range(LEVELS)], dtype=object)
    people = np.array([f"rater {number}" for number in range(RATERS)], dtype=object)
    return RatingTable(
        gap, answer, np.ones(size), people[rater], np.arange(size).astype(object), {COLUMN: names[level]}
    )


def measure(data: Path, *, quick: bool, generator: np.random.Generator) -> list[Table]:  # noqa: ARG001 - every row takes the data folder; this one draws its own
    """Time one fit and one judgement at growing sizes."""
    rows = []
    for size in (1_000, 10_000, 100_000) if quick else (1_000, 10_000, 100_000, 1_000_000):
        ratings = made(size, generator)
        started = time.perf_counter()
        model = AdaptiveThresholds([COLUMN]).fit(ratings)
        fitted = time.perf_counter() - started
        origin = Origin("fixed-0.15", "", 0, size, RATERS, size)
        policy = learned_policy(model, ratings, origin=origin, abstention=Abstention(COVERAGE, 0.2, 100))
        started = time.perf_counter()
        policy.judge_rows(ratings.alignment, ratings.context)
        judged = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        rows.append((f"{size:,}", f"{fitted:.2f}", f"{size / judged / 1e6:.2f}", f"{peak:.2f}"))
    header = ("ratings", "fit (s)", "judged (million rows/s)", "peak memory so far (GB)")
    notes = (
        f"{LEVELS} context levels and {RATERS} raters throughout. Targets at 100,000: 10 s and 1 GB; at "
        "least 1 million rows a second.",
    )
    return [Table("6. Cost", header, tuple(rows), notes)]
