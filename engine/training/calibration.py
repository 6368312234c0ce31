"""Calibration: the temperature that makes probabilities honest, and how far off they are."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

Numbers = NDArray[np.float64]

BINS: Final = 10
DRAWS: Final = 1000


def fitted_temperature(logits: Numbers, target: NDArray[np.floating[Any]], *, lowest: float = -2) -> float:
    """The temperature that makes logits [n, classes] likeliest for the target shares (Guo et al. 2017)."""

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        top = scaled.max(axis=1, keepdims=True)
        log_share = scaled - top - np.log(np.exp(scaled - top).sum(axis=1, keepdims=True))
        return float(-(target * log_share).sum(axis=1).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(lowest, 2), method="bounded").x))


def calibration_error(probabilities: Numbers, truth: NDArray[np.int64]) -> float:
    """Expected calibration error of the top label in bins of equal count, 0 to 1 (Naeini et al. 2015).

    Parameters
    ----------
    probabilities : ndarray, shape (n, classes)
    truth : ndarray, shape (n,)
    """
    sure = probabilities.max(axis=1)
    return float(_error(sure, (probabilities.argmax(axis=1) == truth)[None])[0])


def perfect_calibration_error(probabilities: Numbers, *, rng: Generator, percentile: float = 95) -> float:
    """What a perfectly calibrated model with these confidences would show at most, by simulation.

    Its top label is right with exactly the probability it states.
    """
    sure = probabilities.max(axis=1)
    drawn = rng.random((DRAWS, sure.size)) < sure
    return float(np.percentile(_error(sure, drawn), percentile))


def _error(sure: Numbers, right: NDArray[np.bool_]) -> Numbers:
    """Calibration error of each row of ``right`` [draws, n]."""
    order = np.argsort(sure, kind="stable")
    total = np.zeros(len(right))
    for part in np.array_split(order, BINS):
        if part.size:
            total += part.size * np.abs(right[:, part].mean(axis=1) - sure[part].mean())
    return total / sure.size
