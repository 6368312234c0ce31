"""How far a shown prediction pulls the answers of those who see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from engine.errors import TableError
from engine.verdict.adaptive import CENTRE, AdaptiveThresholds
from engine.verdict.intervals import INTERVAL_LEVEL, Interval
from engine.verdict.policy import UNDER
from engine.verdict.ratings_table import Labels, RatingTable, as_labels
from engine.vocabulary import VERDICT_ORDER, Verdict

SHOWN: Final = "shown verdict"

RESAMPLES: Final = 200
"""Draws of clips behind the interval: answers to one clip share what the instrument misread in it."""


def anchoring_pull(
    ratings: RatingTable,
    shown: Iterable[object],
    *,
    generator: np.random.Generator,
    interval_level: float = INTERVAL_LEVEL,
) -> Interval:
    """The pull of the verdict that was on the screen, in z units of the gap.

    Blind and assisted answers to equal gaps are compared: where *over* was shown the band lies lower by
    the pull, where *under* was shown higher by as much.

    Parameters
    ----------
    ratings : RatingTable
        Answers of both kinds; the groups are the clips.
    shown : iterable, length n
        The verdict word that was shown, empty or ``None`` where the answer was blind.
    generator : numpy.random.Generator
        Of the clips drawn again for the interval.
    interval_level : float
        In (0, 1).

    Returns
    -------
    Interval
        Positive where answers follow what is shown.

    Raises
    ------
    TableError
        If not both kinds of answers are there, or nothing but *correct* was ever shown.
    """
    labels = as_labels(shown)
    if labels.size != len(ratings) or not set(labels) <= {"", *(verdict.value for verdict in VERDICT_ORDER)}:
        raise TableError("Give for every rating the verdict that was shown, or nothing where it was blind.")
    seen = {Verdict.UNDER.value, Verdict.OVER.value} & set(labels)
    if "" not in set(labels) or not seen:
        raise TableError(
            "The pull of a shown prediction can only be told where some answers were blind and some were "
            "given in sight of under or over."
        )
    value = _pull(ratings, labels, seen)
    groups, unit = np.unique(ratings.group.astype(str), return_inverse=True)
    rows_of = np.split(np.argsort(unit, kind="stable"), np.cumsum(np.bincount(unit))[:-1])
    drawn = []
    for _ in range(RESAMPLES):
        rows = np.concatenate([rows_of[group] for group in generator.integers(0, groups.size, groups.size)])
        drawn.append(_pull(ratings.take(rows), labels[rows], seen))
    low, high = np.quantile(drawn, [0.5 - interval_level / 2, 0.5 + interval_level / 2])
    return Interval(value, float(low), float(high))


def _pull(ratings: RatingTable, shown: Labels, levels: set[str]) -> float:
    table = replace(ratings, context={SHOWN: shown})
    model = AdaptiveThresholds([SHOWN], shift_only=[SHOWN]).fit(table)
    effects = dict(zip(model.levels_[SHOWN], model.mode_.effects[model.places_[SHOWN, CENTRE]], strict=True))
    signed = [
        float(effects.get(level, 0.0)) * (1.0 if level == VERDICT_ORDER[UNDER].value else -1.0)
        for level in sorted(levels)
    ]
    return float(np.mean(signed))
