"""How sure a branch may be: temperature, reference weights, and the error that is left."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from engine.verdict.scale import NEUTRAL_SHARE

BINS: Final = 15
"""As Guo et al. 2017 take them."""
DRAWS: Final = 1000
PERCENTILE: Final = 95.0

Numbers = NDArray[np.float64]


def fitted_temperature(logits: Numbers, target: NDArray[np.floating[Any]]) -> float:
    """The temperature that makes the logits [n, k] likeliest under ``target`` [n, k] (Guo et al. 2017)."""

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        top = scaled.max(axis=1, keepdims=True)
        log_share = scaled - top - np.log(np.exp(scaled - top).sum(axis=1, keepdims=True))
        return float(-(target * log_share).sum(axis=1).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 4), method="bounded").x))


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
    which = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gap = np.bincount(which, weights=confidence - correct, minlength=BINS)
    return float(np.abs(gap).sum() / confidence.size)


def calibration_error_by_chance(confidence: Numbers, *, rng: Generator) -> float:
    """What :func:`expected_calibration_error` of n answers shows at the 95th percentile if every confidence
    is exactly right: below it nothing is left to correct.
    """
    errors = [
        expected_calibration_error(confidence, rng.random(confidence.size) < confidence) for _ in range(DRAWS)
    ]
    return float(np.percentile(errors, PERCENTILE))
