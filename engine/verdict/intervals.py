"""How sure the learned thresholds are: Laplace intervals by the delta method."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.special import stdtrit

from engine.verdict.adaptive import CENTRE, LOG_SLOPE, LOG_WIDTH, AdaptiveThresholds
from engine.verdict.cumulative_link import PREDICTORS, Array
from engine.verdict.effects import POOLED
from engine.verdict.levels import RATER
from engine.verdict.ratings_table import RatingTable

INTERVAL_LEVEL: Final = 0.9
"""Credible level of every interval that is shown."""

LEAST_FREEDOM: Final = 3.0
"""Degrees of freedom below which an interval says no more than that nothing is known."""

Side = Literal["lower", "upper"]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its interval, z units.

    Attributes
    ----------
    value, low, high : float
    """

    value: float
    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Whether ``value`` lies outside the interval."""
        return not self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class LevelThresholds:
    """What was learned about one level of one context column, all else pooled.

    Attributes
    ----------
    effects : tuple of float, length 3
        What the level adds to centre, log width and log slope.
    lower, upper : Interval
        The level's thresholds.
    lower_shift, upper_shift : Interval
        The level's thresholds minus the pooled ones.
    ratings, raters : int
        What they were learned from; ``raters`` is 0 where nobody is named.
    """

    effects: tuple[float, float, float]
    lower: Interval
    upper: Interval
    lower_shift: Interval
    upper_shift: Interval
    ratings: int
    raters: int


def pooled_threshold(
    model: AdaptiveThresholds, side: Side, *, interval_level: float = INTERVAL_LEVEL
) -> Interval:
    """The pooled lower or upper threshold with its interval."""
    return _threshold(model, side, None, 0, interval_level)


def level_thresholds(
    model: AdaptiveThresholds, ratings: RatingTable, column: str, *, interval_level: float = INTERVAL_LEVEL
) -> dict[str, LevelThresholds]:
    """What was learned about every level of a context column."""
    found = {}
    labels = ratings.context[column]
    for position, level in enumerate(model.levels_[column]):
        rows = labels == level
        effects = [
            float(model.mode_.effects[model.places_[column, predictor]][position])
            if (column, predictor) in model.places_
            else 0.0
            for predictor in range(len(PREDICTORS))
        ]
        found[level] = LevelThresholds(
            effects=(effects[CENTRE], effects[LOG_WIDTH], effects[LOG_SLOPE]),
            lower=_threshold(model, "lower", column, position, interval_level),
            upper=_threshold(model, "upper", column, position, interval_level),
            lower_shift=_shift(model, "lower", column, position, interval_level),
            upper_shift=_shift(model, "upper", column, position, interval_level),
            ratings=int(rows.sum()),
            raters=0 if ratings.rater is None else int(np.unique(ratings.rater[rows].astype(str)).size),
        )
    return found


def severities(model: AdaptiveThresholds, *, interval_level: float = INTERVAL_LEVEL) -> dict[str, Interval]:
    """By rater: how much more intense than the average rater this one finds a delivery, z units.

    Positive is severe towards too much: the rater calls a delivery over at a smaller gap.
    """
    if RATER not in model.levels_:
        return {}
    place = model.places_[RATER, CENTRE]
    found = {}
    for position, rater in enumerate(model.levels_[RATER]):
        slope = np.zeros(model.effects_.size)
        slope[place.start + position] = -1.0
        found[rater] = _around(model, -float(model.mode_.effects[place][position]), slope, interval_level)
    return found


def combination(
    model: AdaptiveThresholds, weights: Array, *, interval_level: float = INTERVAL_LEVEL
) -> Interval:
    """The interval of a weighted sum of a fitted model's effects, shape (p,), z units."""
    return _around(model, float(weights @ model.mode_.effects), weights, interval_level)


def _around(model: AdaptiveThresholds, value: float, slope: Array, level: float) -> Interval:
    """The interval of a linear combination of effects, by Student's t.

    Degrees of freedom after Satterthwaite (1946): the part of the variance that stems from a learned
    spread is known only as well as the levels it was learned from, and the part that the answers of a
    group share only as well as there are groups.
    """
    mode = model.mode_
    moved = mode.covariance @ slope
    variance = max(float(slope @ moved), 0.0)
    doubt = 0.0
    for place, spread, determined in zip(model.effects_.slices(), mode.spreads, mode.determined, strict=True):
        doubt += (float(moved[place] @ moved[place]) / spread**2) ** 2 / determined
    if mode.repeats.groups > 1:
        doubt += float(slope @ mode.repeats.covariance @ slope) ** 2 / (mode.repeats.groups - 1)
    free = max(variance**2 / doubt, LEAST_FREEDOM) if doubt > 0 else np.inf
    reach = float(stdtrit(free, 0.5 + level / 2)) * math.sqrt(variance)
    return Interval(value, value - reach, value + reach)


def _widths(model: AdaptiveThresholds, column: str | None, position: int) -> tuple[float, float]:
    """Half-width of the pooled band and of the level's."""
    pooled = float(model.pooled()[LOG_WIDTH])
    if column is None or (column, LOG_WIDTH) not in model.places_:
        return float(np.exp(pooled)), float(np.exp(pooled))
    effect = float(model.mode_.effects[model.places_[column, LOG_WIDTH]][position])
    return float(np.exp(pooled)), float(np.exp(pooled + effect))


def _threshold(
    model: AdaptiveThresholds, side: Side, column: str | None, position: int, level: float
) -> Interval:
    sign = -1.0 if side == "lower" else 1.0
    _, width = _widths(model, column, position)
    slope: Array = np.zeros(model.effects_.size)
    value = float(model.pooled()[CENTRE]) + sign * width
    for owner, where in ((POOLED, 0), (column, position)):
        if owner is None:
            continue
        if (owner, CENTRE) in model.places_:
            place = model.places_[owner, CENTRE].start + where
            slope[place] = 1.0
            if owner == column:
                value += float(model.mode_.effects[place])
        if (owner, LOG_WIDTH) in model.places_:
            slope[model.places_[owner, LOG_WIDTH].start + where] = sign * width
    return _around(model, value, slope, level)


def _shift(model: AdaptiveThresholds, side: Side, column: str, position: int, level: float) -> Interval:
    sign = -1.0 if side == "lower" else 1.0
    pooled, width = _widths(model, column, position)
    slope: Array = np.zeros(model.effects_.size)
    value = sign * (width - pooled)
    if (column, CENTRE) in model.places_:
        place = model.places_[column, CENTRE].start + position
        slope[place] = 1.0
        value += float(model.mode_.effects[place])
    if (column, LOG_WIDTH) in model.places_:
        slope[model.places_[column, LOG_WIDTH].start + position] = sign * width
        slope[model.places_[POOLED, LOG_WIDTH].start] = sign * (width - pooled)
    return _around(model, value, slope, level)
