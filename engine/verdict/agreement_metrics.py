"""How well verdicts agree with raters: macro-F1, weighted kappa, log-loss, calibration error.

Metrics of verdicts are computed from counts, so that thousands of resampled sets cost one matrix
product.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.verdict.cumulative_link import Array
from engine.vocabulary import VERDICT_ORDER

CLASSES: Final = len(VERDICT_ORDER)
CALIBRATION_BINS: Final = 10
"""Bins of equal count over the stated probabilities, all three verdicts pooled."""

PERFECT_LEVEL: Final = 0.95
"""A calibration error below this quantile of a perfect model's is no evidence of miscalibration."""

_LEAST_PROBABILITY: Final = 1e-12


def confusion_by_group(
    answer: NDArray[np.int8], verdict: NDArray[np.int8], weight: Array, unit: NDArray[np.intp]
) -> Array:
    """Weighted counts of (answer, verdict) in each group, shape (groups, 3, 3).

    Parameters
    ----------
    answer, verdict : ndarray of int8, shape (n,)
        What raters said and what was shown.
    weight : ndarray, shape (n,)
    unit : ndarray of intp, shape (n,)
        Group of each row, 0 ... groups - 1.
    """
    groups = int(unit.max()) + 1 if unit.size else 0
    cells = unit * CLASSES**2 + answer.astype(np.intp) * CLASSES + verdict
    counts = np.bincount(cells, weights=weight, minlength=groups * CLASSES**2)
    return np.asarray(counts, dtype=np.float64).reshape(groups, CLASSES, CLASSES)


def macro_f1(confusion: Array) -> Array:
    """Mean F1 of the verdicts that occur among answers or verdicts, shape (...,).

    Parameters
    ----------
    confusion : ndarray, shape (..., 3, 3)
        Rows are answers, columns verdicts.
    """
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    seen = confusion.sum(axis=-1) + confusion.sum(axis=-2)
    occurs = seen > 0
    score = np.where(occurs, 2.0 * hits / np.where(occurs, seen, 1.0), 0.0)
    mean: Array = score.sum(axis=-1) / np.maximum(occurs.sum(axis=-1), 1)
    return mean


def weighted_kappa(confusion: Array) -> Array:
    """Quadratically weighted kappa (Cohen 1968), shape (...,); 0 where there is no variation.

    Parameters
    ----------
    confusion : ndarray, shape (..., 3, 3)
    """
    steps = np.arange(CLASSES)
    cost = (steps[:, None] - steps[None, :]) ** 2
    total = confusion.sum(axis=(-2, -1))
    chance = confusion.sum(axis=-1)[..., :, None] * confusion.sum(axis=-2)[..., None, :]
    expected = (cost * chance).sum(axis=(-2, -1)) / np.where(total > 0, total, 1.0)
    observed = (cost * confusion).sum(axis=(-2, -1))
    kappa: Array = np.where(expected > 0, 1.0 - observed / np.where(expected > 0, expected, 1.0), 0.0)
    return kappa


def losses(probabilities: Array, answer: NDArray[np.int8]) -> Array:
    """Negative log-likelihood in nats of each answer, shape (n,), under probabilities, shape (n, 3)."""
    stated: Array = np.maximum(probabilities[np.arange(answer.size), answer], _LEAST_PROBABILITY)
    return np.asarray(-np.log(stated), dtype=np.float64)


def log_loss(probabilities: Array, answer: NDArray[np.int8], weight: Array) -> float:
    """Weighted mean of :func:`losses`."""
    return float(weight @ losses(probabilities, answer) / weight.sum())


def calibration_error(
    probabilities: Array, answer: NDArray[np.int8], weight: Array, *, bins: int = CALIBRATION_BINS
) -> float:
    """Expected calibration error, all classes pooled, in bins of equal count (Naeini et al. 2015).

    Parameters
    ----------
    probabilities : ndarray, shape (n, k)
        k verdicts or emotions.
    answer : ndarray of int8, shape (n,)
    weight : ndarray, shape (n,)
    bins : int
    """
    place = _bins(probabilities, bins)
    return _away(probabilities, answer, weight, place, bins)


def perfect_calibration_error(
    probabilities: Array, *, draws: int, generator: np.random.Generator, level: float = PERFECT_LEVEL
) -> float:
    """The calibration error that chance alone gives a perfectly calibrated model of this size.

    Parameters
    ----------
    probabilities : ndarray, shape (n, k)
        What the model states; its answers are drawn from them.
    draws : int
        Simulated answer sheets.
    generator : numpy.random.Generator
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


def _bins(probabilities: Array, bins: int) -> NDArray[np.intp]:
    """The bin of equal count of each stated probability, shape (n * k,)."""
    order = np.argsort(probabilities.ravel(), kind="stable")
    place = np.empty(order.size, dtype=np.intp)
    place[order] = np.arange(order.size) * bins // order.size
    return place


def _away(
    probabilities: Array, answer: NDArray[np.int8], weight: Array, place: NDArray[np.intp], bins: int
) -> float:
    """Weighted mean over bins of how far what was stated lies from what happened."""
    classes = probabilities.shape[1]
    happened = (answer[:, None] == np.arange(classes)).astype(np.float64)
    mass = np.repeat(weight, classes)
    away = np.bincount(place, weights=mass * (happened - probabilities).ravel(), minlength=bins)
    return float(np.abs(away).sum() / mass.sum())
