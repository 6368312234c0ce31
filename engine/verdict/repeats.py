"""What answers to one clip have in common, and how much less they say together than apart.

What the instrument misread in a clip, every answer to it shares: five people who rate one clip are no
five clips. The shared part is a shift of the clip's band with a variance of its own, found from how the
answers of one group err together (a moment estimate by the scores; Lin 1997), and added to the covariance
of the thresholds between its two sides, as in the sandwich of Liang & Zeger (1986). Taking one variance
for all groups keeps it steady where a context has few of them, in which the plain sandwich is too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from engine.verdict.cumulative_link import Array, Derivatives
from engine.verdict.effects import Codes, Effects

_CENTRE = 0  # position of the centre among the predictors: what a clip shifts


@dataclass(frozen=True, slots=True)
class Repeats:
    """What the answers of one group share.

    Attributes
    ----------
    variance : float
        Of the shift of a group's band, square z units; 0 where answers of a group agree no more than
        others.
    groups : int
        How many it was estimated from; 0 where no group has two answers.
    covariance : ndarray, shape (p, p)
        What it adds to the covariance of the effects.
    """

    variance: float
    groups: int
    covariance: Array


def shared_errors(effects: Effects, rows: Derivatives, weight: Array, unit: Codes, curved: Array) -> Repeats:
    """Estimate what the answers of a group share, at the most probable effects.

    Parameters
    ----------
    effects : Effects
    rows : Derivatives
        Of each rating's log-likelihood at the mode.
    weight : ndarray, shape (n,)
    unit : ndarray of intp, shape (n,)
        Group of each rating, 0 ... groups - 1.
    curved : ndarray, shape (p, p)
        Inverse of the expected curvature.
    """
    nothing = Repeats(0.0, 0, np.zeros_like(curved))
    sizes = np.bincount(unit)
    if sizes.size < 2 or sizes.max() < 2:
        return nothing
    score, known = weight * rows.gradient[_CENTRE], weight * rows.information[_CENTRE, _CENTRE]
    pairs = float(_pairs(known, unit).sum())
    variance = max(float(_pairs(score, unit).sum()), 0.0) / pairs if pairs > 0 else 0.0
    # The fit takes one group's worth of agreement away.
    variance *= sizes.size / (sizes.size - 1)
    if variance == 0.0:
        return Repeats(0.0, int(sizes.size), nothing.covariance)
    alone = _moved(effects, weight * rows.information[:, _CENTRE], np.arange(unit.size))
    together = _moved(effects, weight * rows.information[:, _CENTRE], unit)
    common = (together.T @ together - alone.T @ alone).toarray()
    return Repeats(variance, int(sizes.size), variance * curved @ common @ curved)


def _pairs(values: Array, unit: NDArray[np.intp]) -> Array:
    """Sum of the products of all pairs of different rows in each group, shape (groups,)."""
    total = np.bincount(unit, weights=values) ** 2 - np.bincount(unit, weights=values**2)
    return np.asarray(total, dtype=np.float64)


def _moved(effects: Effects, known: Array, unit: Codes) -> csr_array:
    """How a shift of each group's centre moves the scores of the effects, shape (groups, p)."""
    down, across, values = [], [], []
    for block, place in zip(effects.blocks, effects.slices(), strict=True):
        has = block.codes < block.size
        down.append(unit[has])
        across.append(place.start + block.codes[has])
        values.append(known[block.predictor][has])
    shape = (int(unit.max()) + 1, effects.size)
    return csr_array((np.concatenate(values), (np.concatenate(down), np.concatenate(across))), shape=shape)
