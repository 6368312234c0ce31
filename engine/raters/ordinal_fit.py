"""Maximum likelihood of the three verdicts given the gap, with a covariance that knows who answered what.

The likelihood is that of :mod:`engine.verdict.cumulative_link`. Nothing is shrunk here: thresholds are
learned with shrinkage, but a test of whether two groups differ must let the data speak alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from engine.raters.answers import Array, Codes
from engine.verdict.cumulative_link import log_likelihood

START: Final = (0.0, float(np.log(0.5)), 0.0)
"""Centre, log width and log slope the search begins at: half a z unit on either side, a slope of 1."""

RIDGE: Final = 1e-6
"""Keeps the search finite where the answers do not tell an effect at all."""

MOST_STEPS: Final = 100
HALVINGS: Final = 30
SETTLED: Final = 1e-8
WIDEST: Final = 6.0
"""Effects beyond this, in z units or powers of e, say that the answers do not bound them."""


@dataclass(frozen=True, slots=True)
class OrdinalFit:
    """A fitted model.

    Attributes
    ----------
    effects : ndarray, shape (effects,)
        Of the centre's columns, then the log width's, then the log slope's.
    log_likelihood : float
        Natural units.
    naive, robust : ndarray, shape (effects, effects)
        Covariance as if all answers were independent, and with answers clustered.
    settled : bool
        Whether the search ended at an estimate that the answers bound.
    """

    effects: Array
    log_likelihood: float
    naive: Array
    robust: Array
    settled: bool


def fit_ordinal(
    gap: Array, verdict: NDArray[np.int8], designs: tuple[Array, Array, Array], clusters: tuple[Codes, ...]
) -> OrdinalFit:
    """Fit centre, log width and log slope, each linear in columns of its own.

    Parameters
    ----------
    gap : ndarray, shape (n,)
        z units.
    verdict : ndarray of int8, shape (n,)
        0 under, 1 correct, 2 over.
    designs : tuple of ndarray, each of shape (n, columns)
        For the centre, the log width and the log slope; the first column of each is 1.
    clusters : tuple of ndarray of intp, each of shape (n,)
        Ways in which answers hang together, such as by clip and by rater: one or two.

    Returns
    -------
    OrdinalFit

    Notes
    -----
    With two ways of clustering the covariance is that of Cameron, Gelbach and Miller (2011): both added,
    the one of their crossing taken away, each inflated by G / (G - 1).
    """
    ends = np.cumsum([0, *(design.shape[1] for design in designs)])
    places = [slice(first, last) for first, last in pairwise(ends.tolist())]
    effects = np.zeros(ends[-1])
    for place, start in zip(places, START, strict=True):
        effects[place.start] = start
    value, scores, information = _look(gap, verdict, designs, places, effects)
    settled = False
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(information + RIDGE * np.eye(effects.size), scores.sum(axis=0))
        for halving in range(HALVINGS):
            tried = effects + step / 2.0**halving
            found = _look(gap, verdict, designs, places, tried)
            if found[0] >= value - SETTLED:
                break
        gained = found[0] - value
        effects, (value, scores, information) = tried, found
        if abs(gained) < SETTLED * max(1.0, abs(value)):
            settled = bool(np.abs(effects).max() < WIDEST)
            break
    naive = np.linalg.pinv(information, hermitian=True)
    return OrdinalFit(effects, value, naive, naive @ _meat(scores, clusters) @ naive, settled)


def _look(
    gap: Array,
    verdict: NDArray[np.int8],
    designs: tuple[Array, Array, Array],
    places: list[slice],
    effects: Array,
) -> tuple[float, Array, Array]:
    """Log-likelihood, each answer's score, shape (n, effects), and the information."""
    predictors = np.stack([design @ effects[place] for design, place in zip(designs, places, strict=True)])
    at = log_likelihood(gap, verdict, np.clip(predictors, -30.0, 30.0))
    scores = np.concatenate(
        [design * at.gradient[row][:, None] for row, design in enumerate(designs)], axis=1
    )
    information = block_diag(*(np.zeros((design.shape[1],) * 2) for design in designs))
    for i, down in enumerate(places):
        for j, across in enumerate(places):
            information[down, across] = designs[i].T @ (designs[j] * at.information[i, j][:, None])
    return float(at.value.sum()), scores, information


def _meat(scores: Array, clusters: tuple[Codes, ...]) -> Array:
    first = _clustered(scores, clusters[0])
    if len(clusters) == 1:
        return first
    crossed = np.unique(np.stack(clusters, axis=1), axis=0, return_inverse=True)[1].reshape(-1)
    return first + _clustered(scores, clusters[1]) - _clustered(scores, crossed)


def _clustered(scores: Array, cluster: Codes) -> Array:
    groups = int(cluster.max()) + 1
    sums = np.zeros((groups, scores.shape[1]))
    np.add.at(sums, cluster, scores)
    return np.asarray(groups / max(groups - 1, 1) * (sums.T @ sums), dtype=np.float64)
