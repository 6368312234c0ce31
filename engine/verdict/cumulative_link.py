"""The cumulative-link likelihood of one rating, and its derivatives.

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
from scipy.special import expit

Array = NDArray[np.float64]

PREDICTORS: Final = ("centre", "log_width", "log_slope")
"""The three numbers a context can move, in the order of every derivative here."""

_LEAST_WIDTH: Final = 1e-12  # keeps the probability of "correct" above 0 in floating point


@dataclass(frozen=True, slots=True)
class Derivatives:
    """Log-likelihood of n ratings and its derivatives in the three predictors.

    Attributes
    ----------
    value : ndarray, shape (n,)
    gradient : ndarray, shape (3, n)
    hessian : ndarray, shape (3, 3, n)
    """

    value: Array
    gradient: Array
    hessian: Array


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
    """Log-likelihood of ratings with exact first and second derivatives.

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
    low = slope * (centre - width - gap)  # logit P(under)
    high = slope * (centre + width - gap)  # logit P(not over)
    p_low, p_high = expit(low), expit(high)
    under, correct, over = verdict == 0, verdict == 1, verdict == 2
    # P(correct) = σ(high) σ(-low) (1 - exp(low - high)), which keeps its digits in both tails.
    distance = np.maximum(2.0 * slope * width, _LEAST_WIDTH)
    once = 1.0 / np.expm1(distance)
    twice = -once * (1.0 + once)
    value = -(
        np.where(over, 0.0, np.logaddexp(0.0, np.where(under, -low, low)))
        + np.where(under, 0.0, np.logaddexp(0.0, np.where(over, high, -high)))
    ) + np.where(correct, np.log(-np.expm1(-distance)), 0.0)
    # First and second derivatives in the two logits.
    in_low = np.where(over, 0.0, np.where(under, 1.0, 0.0) - p_low - np.where(correct, once, 0.0))
    in_high = np.where(under, 0.0, np.where(over, 0.0, 1.0) - p_high + np.where(correct, once, 0.0))
    both = np.where(correct, twice, 0.0)
    low_low = np.where(over, 0.0, -p_low * (1.0 - p_low)) + both
    high_high = np.where(under, 0.0, -p_high * (1.0 - p_high)) + both
    low_high = -both
    # Chain rule: derivatives of the two logits in centre, log width and log slope.
    reach = slope * width
    d_low = np.stack([slope, -reach, low])
    d_high = np.stack([slope, reach, high])
    gradient = in_low * d_low + in_high * d_high
    cross = d_low[:, None] * d_high[None, :]
    hessian = (
        low_low * d_low[:, None] * d_low[None, :]
        + high_high * d_high[:, None] * d_high[None, :]
        + low_high * (cross + cross.swapaxes(0, 1))
    )
    hessian[1, 1] += (in_high - in_low) * reach
    hessian[2, 2] += in_low * low + in_high * high
    for row, column, curve in ((0, 2, (in_low + in_high) * slope), (1, 2, (in_high - in_low) * reach)):
        hessian[row, column] += curve
        hessian[column, row] += curve
    return Derivatives(value, gradient, hessian)
