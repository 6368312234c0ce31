"""How well verdicts agree with raters: macro-F1, weighted kappa, log-loss.

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
