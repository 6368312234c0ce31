"""How far stated probabilities lie from what comes true: the one measure of calibration here.

Of verdicts and emotions, in the evaluation, in training and on the pages alike: all classes pooled, bins of
equal count.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Labels = NDArray[np.integer[Any]]

CALIBRATION_BINS: Final = 10
"""Bins of equal count over the stated probabilities, all classes pooled."""

PERFECT_LEVEL: Final = 0.95
"""A calibration error below this quantile of a perfect model's is no evidence of miscalibration."""

DRAWS: Final = 400
"""Simulated answer sheets of a perfect model; their 95th percentile is known to some percent."""


def calibration_error(
    probabilities: Numbers, answer: Labels, weight: Numbers | None = None, *, bins: int = CALIBRATION_BINS
) -> float:
    """Expected calibration error, all classes pooled, in bins of equal count (Naeini et al. 2015).

    Parameters
    ----------
    probabilities : ndarray, shape (n, k)
        k verdicts or emotions.
    answer : ndarray of int, shape (n,)
    weight : ndarray, shape (n,), optional
        Every answer counts alike without it.
    bins : int
    """
    counted = np.ones(answer.size) if weight is None else weight
    return _away(probabilities, answer, counted, _bins(probabilities, bins), bins)


def perfect_calibration_error(
    probabilities: Numbers,
    *,
    generator: np.random.Generator,
    draws: int = DRAWS,
    level: float = PERFECT_LEVEL,
) -> float:
    """The calibration error that chance alone gives a perfectly calibrated model of this size.

    Parameters
    ----------
    probabilities : ndarray, shape (n, k)
        What the model states; its answers are drawn from them.
    generator : numpy.random.Generator
    draws : int
        Simulated answer sheets.
    level : float
        Quantile over the draws, in (0, 1).
    """
    edges = probabilities.cumsum(axis=1)[:, :-1]
    even = np.ones(len(probabilities))
    place = _bins(probabilities, CALIBRATION_BINS)  # the same in each draw, for only the answers differ
    found = []
    for _ in range(draws):
        answer = (generator.random((even.size, 1)) > edges).sum(axis=1).astype(np.int8)
        found.append(_away(probabilities, answer, even, place, CALIBRATION_BINS))
    return float(np.quantile(found, level))


def _bins(probabilities: Numbers, bins: int) -> NDArray[np.intp]:
    """The bin of equal count of each stated probability, shape (n * k,)."""
    order = np.argsort(probabilities.ravel(), kind="stable")
    place = np.empty(order.size, dtype=np.intp)
    place[order] = np.arange(order.size) * bins // order.size
    return place


def _away(
    probabilities: Numbers, answer: Labels, weight: Numbers, place: NDArray[np.intp], bins: int
) -> float:
    """Weighted mean over bins of how far what was stated lies from what happened."""
    classes = probabilities.shape[1]
    happened = (answer[:, None] == np.arange(classes)).astype(np.float64)
    mass = np.repeat(weight, classes)
    away = np.bincount(place, weights=mass * (happened - probabilities).ravel(), minlength=bins)
    return float(np.abs(away).sum() / mass.sum())
