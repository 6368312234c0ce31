"""How far a difference between two policies could be chance: groups drawn again with replacement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from engine.verdict.agreement_metrics import (
    CLASSES,
    confusion_by_group,
    losses,
    macro_f1,
    weighted_kappa,
)
from engine.verdict.cumulative_link import Array
from engine.verdict.ratings_table import RatingTable

RESAMPLES: Final = 2_000

MOST_UNITS: Final = 1_000
"""More groups than this are joined at random first: coarser units keep the interval honest and cheap."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference in agreement and how far it could be chance.

    Attributes
    ----------
    value, low, high : float
    error : float
        Standard error over the resamples.
    """

    value: float
    low: float
    high: float
    error: float


def macro_f1_difference(
    ratings: RatingTable,
    unit: NDArray[np.intp],
    candidate: NDArray[np.int8],
    other: NDArray[np.int8],
    *,
    level: float,
    generator: np.random.Generator,
) -> Difference:
    """Macro-F1 of one set of verdicts minus another's, with an interval over resampled groups.

    The percentile interval is stretched to the t distribution with one degree of freedom less than
    there are groups, without which it is too narrow for few groups (Hesterberg 2015).

    Parameters
    ----------
    ratings : RatingTable
    unit : ndarray of intp, shape (n,)
        Group of each rating.
    candidate, other : ndarray of int8, shape (n,)
        Held-out verdicts.
    level : float
        Confidence level, in (0, 1).
    generator : numpy.random.Generator
    """
    return _verdicts_difference(macro_f1, ratings, unit, (candidate, other), level, generator)


def kappa_difference(
    ratings: RatingTable,
    unit: NDArray[np.intp],
    candidate: NDArray[np.int8],
    other: NDArray[np.int8],
    *,
    level: float,
    generator: np.random.Generator,
) -> Difference:
    """Quadratically weighted kappa of one set of verdicts minus another's.

    Parameters
    ----------
    ratings, unit, candidate, other, level, generator
        As in :func:`macro_f1_difference`.
    """
    return _verdicts_difference(weighted_kappa, ratings, unit, (candidate, other), level, generator)


def log_loss_gain(
    ratings: RatingTable,
    unit: NDArray[np.intp],
    candidate: Array,
    other: Array,
    *,
    level: float,
    generator: np.random.Generator,
) -> Difference:
    """How much lower one set of probabilities' log-loss is than another's; positive where it is better.

    Parameters
    ----------
    ratings, unit, level, generator
        As in :func:`macro_f1_difference`.
    candidate, other : ndarray, shape (n, 3)
        Held-out probabilities.
    """
    saved = losses(other, ratings.verdict) - losses(candidate, ratings.verdict)
    return mean_gain(saved, ratings.weight, unit, level=level, generator=generator)


def mean_gain(
    saved: Array, weight: Array, unit: NDArray[np.intp], *, level: float, generator: np.random.Generator
) -> Difference:
    """Weighted mean of what each row saves, with an interval over resampled groups.

    Parameters
    ----------
    saved, weight : ndarray, shape (n,)
    unit, level, generator
        As in :func:`macro_f1_difference`.
    """
    unit, groups = _units(unit, generator)
    gained = np.bincount(unit, weights=weight * saved, minlength=groups)
    mass = np.bincount(unit, weights=weight, minlength=groups)
    draws = _draws(groups, generator)
    return _interval(float(gained.sum() / mass.sum()), (draws @ gained) / (draws @ mass), groups, level)


def _units(unit: NDArray[np.intp], generator: np.random.Generator) -> tuple[NDArray[np.intp], int]:
    _, numbered = np.unique(unit, return_inverse=True)
    groups = int(numbered.max()) + 1
    if groups <= MOST_UNITS:
        return numbered, groups
    return generator.permutation(np.arange(groups) % MOST_UNITS)[numbered], MOST_UNITS


def _draws(groups: int, generator: np.random.Generator) -> NDArray[np.int64]:
    return generator.multinomial(groups, np.full(groups, 1.0 / groups), size=RESAMPLES)


def _interval(value: float, resampled: Array, groups: int, level: float) -> Difference:
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(resampled, [tail, 1.0 - tail])
    free = max(groups - 1, 1)
    stretch = stdtrit(free, 1.0 - tail) / ndtri(1.0 - tail) * np.sqrt(groups / free)
    return Difference(
        value=value,
        low=value - float(stretch * (value - low)),
        high=value + float(stretch * (high - value)),
        error=float(resampled.std() * stretch),
    )


def _verdicts_difference(
    score: Callable[[Array], Array],
    ratings: RatingTable,
    unit: NDArray[np.intp],
    verdicts: tuple[NDArray[np.int8], NDArray[np.int8]],
    level: float,
    generator: np.random.Generator,
) -> Difference:
    unit, groups = _units(unit, generator)
    counts = [confusion_by_group(ratings.verdict, each, ratings.weight, unit) for each in verdicts]
    draws = _draws(groups, generator)
    first, second = (
        score((draws @ table.reshape(groups, CLASSES**2)).reshape(-1, CLASSES, CLASSES)) for table in counts
    )
    value = float(score(counts[0].sum(axis=0)) - score(counts[1].sum(axis=0)))
    return _interval(value, first - second, groups, level)
