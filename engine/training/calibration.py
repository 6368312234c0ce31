"""Calibration: temperature, reference weights, and how far off probabilities are."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from engine.verdict.scale import NEUTRAL_SHARE

Numbers = NDArray[np.float64]

BINS: Final = 10
WIDE_BINS: Final = 15
"""Of equal width, as Guo et al. 2017 take them."""
DRAWS: Final = 1000
PERCENTILE: Final = 95.0


def fitted_temperature(logits: Numbers, target: NDArray[np.floating[Any]], *, lowest: float = -2) -> float:
    """The temperature that makes logits [n, classes] likeliest for the target shares (Guo et al. 2017)."""

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        top = scaled.max(axis=1, keepdims=True)
        log_share = scaled - top - np.log(np.exp(scaled - top).sum(axis=1, keepdims=True))
        return float(-(target * log_share).sum(axis=1).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(lowest, 4), method="bounded").x))


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


def reference_weights(rest: NDArray[np.bool_], full: NDArray[np.bool_]) -> Numbers:
    """Sampling weights [n]: neutral material holds ``NEUTRAL_SHARE``, moderate and full split the rest."""
    moderate = ~rest & ~full
    share = np.zeros(rest.size)
    for group, part in (
        (rest, NEUTRAL_SHARE),
        (moderate, (1 - NEUTRAL_SHARE) / 2),
        (full, (1 - NEUTRAL_SHARE) / 2),
    ):
        share[group] = part / max(1, int(group.sum()))
    return share


def expected_calibration_error(confidence: Numbers, correct: NDArray[np.bool_]) -> float:
    """Mean distance of confidence and accuracy over equal bins of confidence (Guo et al. 2017).

    Parameters
    ----------
    confidence : ndarray, shape (n,)
        Probability of the label that was named.
    correct : ndarray, shape (n,), bool
    """
    which = np.minimum((confidence * WIDE_BINS).astype(int), WIDE_BINS - 1)
    gap = np.bincount(which, weights=confidence - correct, minlength=WIDE_BINS)
    return float(np.abs(gap).sum() / confidence.size)


def calibration_error_by_chance(confidence: Numbers, *, rng: Generator) -> float:
    """What :func:`expected_calibration_error` of n answers shows at the 95th percentile if every confidence
    is exactly right: below it nothing is left to correct.
    """
    errors = [
        expected_calibration_error(confidence, rng.random(confidence.size) < confidence) for _ in range(DRAWS)
    ]
    return float(np.percentile(errors, PERCENTILE))
