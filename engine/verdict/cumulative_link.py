"""The cumulative-link likelihood of one rating, its gradient and its information.

A rating is *under*, *correct* or *over*. With the gap g, the centre m, the half-width w = exp(s) and the
slope α = exp(a) of the band of correct deliveries,

    logit P(under)     = α (m - w - g)
    logit P(not over)  = α (m + w - g)

which is P(y ≤ k | g) = σ(θ_k - α g) with θ = α (m ∓ w) (McCullagh 1980): ordered by construction, and
P(under) = ½ at g = m - w, P(over) = ½ at g = m + w, the two thresholds of the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

Array = NDArray[np.float64]

PREDICTORS: Final = ("centre", "log_width", "log_slope")
"""The three numbers a context can move, in the order of every derivative here."""

LEAST_DISTANCE: Final = 1e-12  # keeps the probability of "correct" above 0 in floating point
GREATEST_DISTANCE: Final = 500.0  # and its odds below infinity


@dataclass(frozen=True, slots=True)
class Derivatives:
    """Log-likelihood of n ratings, its gradient and its expected curvature in the three predictors.

    Attributes
    ----------
    value : ndarray, shape (n,)
    gradient : ndarray, shape (3, n)
    information : ndarray, shape (3, 3, n)
        Fisher information: the expected negative Hessian, never negative in any direction.
    """

    value: Array
    gradient: Array
    information: Array


def probabilities(gap: Array, centre: Array, log_width: Array, log_slope: Array) -> Array:
    """P(under), P(correct), P(over) of each row.

    Parameters
    ----------
    gap, centre, log_width, log_slope : ndarray, shape (n,)
        z units; natural logarithms of z units and of 1 / z units.

    Returns
    -------
    ndarray, shape (n, 3)
        Each row sums to 1.
    """
    slope, width = np.exp(log_slope), np.exp(log_width)
    below = expit(slope * (centre - width - gap))
    above = expit(-slope * (centre + width - gap))
    return np.stack([below, np.clip(1.0 - below - above, 0.0, 1.0), above], axis=-1)


def log_likelihood(gap: Array, verdict: NDArray[np.int8], predictors: Array) -> Derivatives:
    """Log-likelihood of ratings with its gradient and Fisher information.

    Parameters
    ----------
    gap : ndarray, shape (n,)
    verdict : ndarray of int8, shape (n,)
        0 under, 1 correct, 2 over.
    predictors : ndarray, shape (3, n)
        Centre, log width, log slope of each row.
    """
    centre, log_width, log_slope = predictors
    slope, width = np.exp(log_slope), np.exp(log_width)
    reach = slope * width
    low = slope * (centre - width - gap)  # logit P(under)
    high = slope * (centre + width - gap)  # logit P(not over)
    p_low, p_high = expit(low), expit(high)
    under, over = verdict == 0, verdict == 2
    correct = ~(under | over)
    # P(correct) = σ(high) σ(-low) (1 - exp(low - high)), which keeps its digits in both tails.
    distance = np.clip(2.0 * reach, LEAST_DISTANCE, GREATEST_DISTANCE)
    inside = -np.expm1(-distance)
    once = 1.0 / np.expm1(distance)
    value = log_expit(np.where(under, low, np.where(over, -high, high)))
    value += np.where(correct, log_expit(-low) + np.log(inside), 0.0)
    # Derivatives in the two logits of "under", of "correct" (two) and of "over".
    under_low, correct_low = 1.0 - p_low, -p_low - once
    correct_high, over_high = 1.0 - p_high + once, -p_high
    in_low = np.where(under, under_low, np.where(correct, correct_low, 0.0))
    in_high = np.where(over, over_high, np.where(correct, correct_high, 0.0))
    p_correct = p_high * under_low * inside
    low_low = p_low * under_low**2 + p_correct * correct_low**2
    high_high = (1.0 - p_high) * over_high**2 + p_correct * correct_high**2
    low_high = p_correct * correct_low * correct_high
    # Chain rule: the logits' derivatives are slope, ∓reach, and the logits themselves.
    gradient = np.stack(
        [slope * (in_low + in_high), reach * (in_high - in_low), in_low * low + in_high * high]
    )
    along_low, along_high = low_low * low + low_high * high, low_high * low + high_high * high
    information = np.empty((len(PREDICTORS), len(PREDICTORS), gap.size))
    information[0, 0] = slope * slope * (low_low + high_high + 2.0 * low_high)
    information[1, 1] = reach * reach * (low_low + high_high - 2.0 * low_high)
    information[2, 2] = along_low * low + along_high * high
    information[0, 1] = information[1, 0] = slope * reach * (high_high - low_low)
    information[0, 2] = information[2, 0] = slope * (along_low + along_high)
    information[1, 2] = information[2, 1] = reach * (along_high - along_low)
    return Derivatives(value, gradient, information)
