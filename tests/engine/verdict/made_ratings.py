"""Ratings drawn from known thresholds."""

from __future__ import annotations

import numpy as np

from engine.verdict.cumulative_link import probabilities
from engine.verdict.ratings_table import RatingTable
from engine.vocabulary import VERDICT_ORDER


def drawn(
    size: int,
    *,
    seed: int,
    lower: float = -0.7,
    upper: float = 0.5,
    slope: float = 3.0,
    moved: dict[str, float] | None = None,
    severity: tuple[float, ...] = (),
    per_group: int = 5,
) -> RatingTable:
    """Ratings whose band is moved by each level of ``emotion``, by raters of the given severities."""
    generator = np.random.default_rng(seed)
    names = np.array(list(moved or {"anger": 0.0, "joy": 0.0}), dtype=object)
    level = generator.integers(0, names.size, size)
    gap = generator.normal(0.0, 1.0, size)
    centre = np.full(size, (lower + upper) / 2)
    centre += np.array([(moved or {}).get(name, 0.0) for name in names])[level]
    rater = generator.integers(0, len(severity), size) if severity else None
    if rater is not None:
        centre -= np.array(severity)[rater]
    shares = probabilities(
        gap, centre, np.full(size, np.log((upper - lower) / 2)), np.full(size, np.log(slope))
    )
    chance = generator.random((size, 1))
    answer = (chance > shares.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return RatingTable.of(
        alignment=gap,
        verdict=[VERDICT_ORDER[code].value for code in answer],
        rater=rater,
        group=np.arange(size) // per_group,
        context={"emotion": names[level]},
    )
