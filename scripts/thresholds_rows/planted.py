"""Row 2: planted contexts are found, and none is invented."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.cumulative_link import probabilities
from engine.verdict.fixed import FIXED
from engine.verdict.folds import deal_folds, held_out, learning
from engine.verdict.gate import recalibrate
from engine.verdict.intervals import level_thresholds
from engine.verdict.ratings_table import RatingTable
from engine.verdict.resampling import macro_f1_difference
from scripts.thresholds_rows.tables import CONTEXT, Table, gaps

CONTEXT_RUNG = "context"


def redraw(ratings: RatingTable, centre: NDArray[np.float64], generator: np.random.Generator) -> RatingTable:
    """The same clips, answers drawn from the pooled fit with each row's band moved by ``centre``, (n,)."""
    band = np.repeat(AdaptiveThresholds().fit(ratings).pooled()[:, None], len(ratings), axis=1)
    band[0] += centre
    shares = probabilities(ratings.alignment, *band)
    chance = generator.random((len(ratings), 1))
    answer = (chance > shares.cumsum(axis=1)[:, :-1]).sum(axis=1).astype(np.int8)
    return RatingTable(
        ratings.alignment, answer, ratings.weight, ratings.rater, ratings.group, ratings.context
    )


def measure(data: Path, *, quick: bool, generator: np.random.Generator) -> list[Table]:
    """Move two emotions' thresholds, one up and one down, redraw all answers, and look for them."""
    ratings = gaps(data)
    levels = np.unique(ratings.context[CONTEXT].astype(str))
    _, unit = np.unique(ratings.group.astype(str), return_inverse=True)
    draws = 20 if quick else 200
    rows = []
    for size in (0.3, 0.6):
        moved_found, others_found, gains, shown, opened = [], [], [], 0, 0
        for _ in range(draws):
            up, down = generator.choice(levels, 2, replace=False)
            centre = size * (
                (ratings.context[CONTEXT] == up).astype(float) - (ratings.context[CONTEXT] == down)
            )
            drawn = redraw(ratings, centre, generator)
            learned = level_thresholds(AdaptiveThresholds([CONTEXT]).fit(drawn), drawn, CONTEXT)
            for level in levels:
                found = learned[level].lower_shift.excludes(0.0) or learned[level].upper_shift.excludes(0.0)
                (moved_found if level in (up, down) else others_found).append(found)
            fold = deal_folds(unit, generator=generator)
            one, by_context = (held_out(learning(used), drawn, unit, fold) for used in ((), (CONTEXT,)))
            gain = macro_f1_difference(
                drawn, unit, by_context.verdict, one.verdict, level=0.9, generator=generator
            )
            gains.append(gain.value)
            shown += gain.low > 0
            report = recalibrate(drawn, incumbent=FIXED, context_columns=[CONTEXT])
            opened += report.in_force == CONTEXT_RUNG
        rows.append(
            (
                f"±{size}",
                f"{np.mean(moved_found):.3f}",
                f"{np.mean(others_found):.3f}",
                f"{np.mean(gains):+.3f}",
                f"{shown / draws:.2f}",
                f"{opened / draws:.2f}",
            )
        )
    header = (
        "moved by (z)",
        "moved levels found",
        "unmoved levels found",
        "macro-F1 over one pair",
        "draws whose interval lies above 0",
        "draws in which the gate opens contexts",
    )
    notes = (
        f"{draws} draws of {len(ratings)} answers; two random emotions moved, one up and one down, answers "
        "drawn from the pooled fit. Found: the 90 % interval of the level's lower or upper threshold minus "
        "the pooled one excludes 0. Targets: ≥ 0.90 at 0.6, ≥ 0.60 at 0.3, unmoved ≤ 0.10.",
    )
    return [Table("2. Planted contexts", header, tuple(rows), notes)]
