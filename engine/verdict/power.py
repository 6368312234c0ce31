"""How many more ratings it takes before a better policy can be shown to be better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from scipy.special import ndtri

from engine.verdict.learned import LearnedPolicy
from engine.verdict.resampling import Difference
from engine.vocabulary import FIXED_TOLERANCE_Z

POWER: Final = 0.8
"""Chance of showing a difference that is there."""

SMALLEST_GAIN: Final = 0.02
"""The least gain in macro-F1 worth asking people for."""

MOST_ASKED: Final = 100_000

CONTEXTS_NAMED: Final = 3


def more_ratings(difference: Difference, *, ratings: int, level: float) -> int:
    """Ratings still missing to show a difference of this size, or the smallest worth having.

    The standard error shrinks with the root of the number of ratings; the interval has to clear zero
    with probability :data:`POWER`.

    Parameters
    ----------
    difference : Difference
        What was seen so far.
    ratings : int
        How many ratings that was.
    level : float
        Confidence level of the interval.

    Returns
    -------
    int
        0 where these ratings would already have shown the smallest gain worth having; at most
        :data:`MOST_ASKED`.
    """
    effect = max(difference.value, SMALLEST_GAIN)
    reach = float(ndtri(0.5 + level / 2.0) + ndtri(POWER))
    needed = ratings * (reach * difference.error / effect) ** 2
    return int(min(max(math.ceil(needed) - ratings, 0), MOST_ASKED))


def contexts_in_need(policy: LearnedPolicy) -> Mapping[str, int]:
    """The levels whose thresholds are least known, and the ratings that would halve their doubt to ±0.15.

    A level's interval shrinks with the root of its ratings; the aim is a half-width of the published
    tolerance, below which a shift could not be told from the fixed pair's own width.
    """
    wanted: dict[str, int] = {}
    for column, levels in policy.levels.items():
        for level, learned in levels.items():
            reach = max(
                (interval.high - interval.low) / 2.0
                for interval in (learned.lower_shift, learned.upper_shift)
            )
            needed = math.ceil(max(learned.ratings, 1) * (reach / FIXED_TOLERANCE_Z) ** 2) - learned.ratings
            if needed > 0:
                wanted[f"{column} = {level}"] = min(needed, MOST_ASKED)
    most = sorted(wanted, key=lambda name: (-wanted[name], name))[:CONTEXTS_NAMED]
    return {name: wanted[name] for name in most}
