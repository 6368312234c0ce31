"""The most probable effects under partial pooling, and how sure they are.

Every level's effect is drawn towards 0, that is towards its parent, by a normal prior whose spread is
itself learned from the levels (empirical Bayes by EM on the Laplace approximation; Dempster, Laird &
Rubin 1977, Breslow & Clayton 1993). A level nobody rated stays with its parent; one with many ratings
goes its own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from engine.errors import PolicyError
from engine.verdict.cumulative_link import Array, log_likelihood
from engine.verdict.effects import POOLED, Effects

SPREAD_SCALE: Final = (0.15, 0.2, 0.2)
"""How far levels are expected to lie apart before they are seen, per predictor: the published
tolerance for the centre, a fifth for width and slope."""

SPREAD_WEIGHT: Final = 1.0
"""How many levels that expectation counts for."""

_ROUNDS: Final = 40  # of the EM; small tables stop after five to ten
_SETTLED: Final = 0.02  # relative change of the spreads at which the EM stops
_GRADIENT_TOLERANCE: Final = 1e-5


@dataclass(frozen=True, slots=True)
class Prior:
    """Normal prior of the pooled effects, in the order of the predictors.

    Attributes
    ----------
    mean, sd : tuple of float, length 3
    """

    mean: tuple[float, float, float]
    sd: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Mode:
    """The most probable effects.

    Attributes
    ----------
    effects : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        Laplace approximation: the inverse of the curvature at the mode.
    spreads : tuple of float
        Standard deviation of each block's prior.
    """

    effects: Array
    covariance: Array
    spreads: tuple[float, ...]


def most_probable(
    effects: Effects,
    *,
    gap: Array,
    verdict: NDArray[np.int8],
    weight: Array,
    offset: Array,
    prior: Prior,
) -> Mode:
    """Find the most probable effects and the spread of each column's levels.

    Parameters
    ----------
    effects : Effects
        The blocks; the pooled ones have the given prior, every other one a learned spread around 0.
    gap, verdict, weight : ndarray, shape (n,)
    offset : ndarray, shape (3, 1)
        Values of the predictors that are pinned.

    Raises
    ------
    PolicyError
        If the ratings have no finite best fit.
    """
    places = effects.slices()
    centre = np.zeros(effects.size)
    spreads = []
    for block, where in zip(effects.blocks, places, strict=True):
        pooled = block.column == POOLED
        centre[where] = prior.mean[block.predictor] if pooled else 0.0
        spreads.append(prior.sd[block.predictor] if pooled else SPREAD_SCALE[block.predictor])
    learned = [i for i, block in enumerate(effects.blocks) if block.column != POOLED]
    state = centre.copy()
    for _ in range(_ROUNDS):
        precision = np.concatenate(
            [np.full(block.size, spread**-2) for block, spread in zip(effects.blocks, spreads, strict=True)]
        )
        state, covariance = _climb(state, effects, gap, verdict, weight, offset, centre, precision)
        if not learned:
            break
        change = 0.0
        for i in learned:
            where, block = places[i], effects.blocks[i]
            power = float(np.sum(state[where] ** 2) + np.trace(covariance[where, where]))
            scale = SPREAD_SCALE[block.predictor]
            updated = float(np.sqrt((power + SPREAD_WEIGHT * scale**2) / (block.size + SPREAD_WEIGHT)))
            change = max(change, abs(np.log(updated / spreads[i])))
            spreads[i] = updated
        if change < _SETTLED:
            break
    return Mode(state, covariance, tuple(spreads))


def _climb(
    start: Array,
    effects: Effects,
    gap: Array,
    verdict: NDArray[np.int8],
    weight: Array,
    offset: Array,
    centre: Array,
    precision: Array,
) -> tuple[Array, Array]:
    """Newton steps in a trust region to the mode; the mode and the inverse curvature there."""
    diagonal = np.arange(effects.size)

    def negative(state: Array) -> tuple[float, Array]:
        rows = log_likelihood(gap, verdict, effects.predictors(state, offset))
        away = state - centre
        value = -float(weight @ rows.value) + 0.5 * float(precision @ away**2)
        return value, precision * away - effects.gradient(weight * rows.gradient)

    def curvature(state: Array) -> Array:
        rows = log_likelihood(gap, verdict, effects.predictors(state, offset))
        matrix = -effects.hessian(weight * rows.hessian)
        matrix[diagonal, diagonal] += precision
        return matrix

    found = minimize(
        negative,
        start,
        jac=True,
        hess=curvature,
        method="trust-exact",
        options={"gtol": _GRADIENT_TOLERANCE * max(1.0, float(np.sqrt(weight.sum()))), "maxiter": 200},
    )
    state = np.asarray(found.x, dtype=np.float64)
    try:
        factor = cho_factor(curvature(state))
    except (np.linalg.LinAlgError, ValueError) as error:
        raise PolicyError(
            "These ratings have no finite best thresholds; check for gaps of absurd size or add ratings."
        ) from error
    covariance = np.asarray(cho_solve(factor, np.eye(effects.size)), dtype=np.float64)
    return state, covariance
