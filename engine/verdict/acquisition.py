"""Which clip to ask about next: the one whose answer would teach the thresholds most.

The worth of an answer is a product: how much it would tell about the thresholds of the clip's context
(information), how open the answer is (disagreement), and how few answers that context has (coverage).
Clips are then drawn at random with chances that grow with their worth, and in random order, so that
neither being chosen nor coming early tells a rater anything. A share of the chances is even for all
clips: every clip may come up, each chance is known, and weighting by its inverse makes every mean over
the ratings speak about all clips (Horvitz & Thompson 1952).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from engine.errors import TableError
from engine.verdict.agreement_metrics import CLASSES
from engine.verdict.cumulative_link import Array, log_likelihood, probabilities
from engine.verdict.intervals import Interval
from engine.verdict.learned import LearnedPolicy
from engine.verdict.policy import CORRECT, Columns
from engine.verdict.ratings_table import Labels

BATCH: Final = 10
"""Clips drawn at once: many enough to hide an order, few enough to follow what was just learned."""

RANDOM_SHARE: Final = 0.2
"""Part of the chances that is even for all clips; it bounds every weight by five."""

_MODEL_ANSWERS: Final = 1.0  # how many answers the model's own probabilities count for


@dataclass(frozen=True, slots=True)
class Batch:
    """Clips to ask about next, in the order to ask.

    Attributes
    ----------
    rows : ndarray of intp, shape (b,)
        Positions in the pool, in random order.
    probability : ndarray, shape (b,)
        With which each of them came into the batch, in (0, 1].
    even_probability : float
        With which any clip comes into a batch drawn with even chances. ``even_probability /
        probability`` is the weight that makes the ratings speak about the whole pool.
    """

    rows: NDArray[np.intp]
    probability: Array
    even_probability: float


def information(alignment: Array, policy: LearnedPolicy, context: Columns) -> Array:
    """What one more answer is expected to tell about its context's two thresholds, nats, shape (n,).

    ``½ log(1 + v I)`` for each threshold: v is its variance now, I the Fisher information of an answer
    at that gap (Lindley 1956, in the Gaussian approximation).

    Parameters
    ----------
    alignment : ndarray, shape (n,)
        Gaps in z units; NaN where unknown, which tells nothing.
    policy : LearnedPolicy
    context : Mapping[str, ndarray of object]
    """
    known = np.isfinite(alignment)
    gaps = np.where(known, alignment, 0.0)
    bands = policy.bands(gaps.size, context)
    curve = log_likelihood(gaps, np.full(gaps.size, CORRECT, dtype=np.int8), bands).information
    steepness = 0.5 / np.exp(bands[1])  # how fast the logarithm of the width moves with a threshold
    told = np.zeros(gaps.size)
    for sign, variance in zip((-1.0, 1.0), _variances(policy, context, gaps.size), strict=True):
        along = np.stack([np.full(gaps.size, 0.5), sign * steepness])
        about = np.einsum("in,ijn,jn->n", along, curve[:2, :2], along)
        told += 0.5 * np.log1p(variance * np.maximum(about, 0.0))
    return np.where(known, told, 0.0)


def disagreement(alignment: Array, policy: LearnedPolicy, context: Columns, answers: Array) -> Array:
    """How open the answer to each clip is, 0 to 1, shape (n,): the entropy of answers given and expected.

    Parameters
    ----------
    alignment, policy, context
        As in :func:`information`.
    answers : ndarray, shape (n, 3)
        How many people gave each verdict so far.
    """
    gaps = np.where(np.isfinite(alignment), alignment, 0.0)
    expected = probabilities(gaps, *policy.bands(gaps.size, context))
    shares = answers + _MODEL_ANSWERS * expected
    shares = np.maximum(shares / shares.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    return np.asarray(-(shares * np.log(shares)).sum(axis=1) / np.log(CLASSES), dtype=np.float64)


def coverage_need(context: Columns, rated: Mapping[str, Mapping[str, int]], rows: int) -> Array:
    """How thinly each clip's contexts are rated against the mean level, 1 where alike, shape (n,).

    Parameters
    ----------
    context : Mapping[str, ndarray of object]
        Levels of the n clips by column.
    rated : Mapping[str, Mapping[str, int]]
        Ratings so far by column and level.
    rows : int
        n.
    """
    if not context:
        return np.ones(rows)
    need = np.zeros(rows)
    for column, labels in context.items():
        names, place = np.unique(labels.astype(str), return_inverse=True)
        counts = np.array([rated.get(column, {}).get(name, 0) for name in names], dtype=np.float64)
        need += np.sqrt((counts.mean() + 1.0) / (counts + 1.0))[place]
    return need / len(context)


def draw_batch(
    worth: Array,
    *,
    generator: np.random.Generator,
    size: int = BATCH,
    random_share: float = RANDOM_SHARE,
) -> Batch:
    """Draw clips with chances that grow with their worth.

    Systematic sampling on a shuffled list: each clip's chance of being in the batch is exactly the one
    stated (Madow 1949).

    Parameters
    ----------
    worth : ndarray, shape (n,)
        Not negative; all zero makes every chance even.
    generator : numpy.random.Generator
    size : int
        Clips wanted; all of a smaller pool.
    random_share : float
        In (0, 1].

    Raises
    ------
    TableError
        If a worth is negative or not finite, or an option out of its range.
    """
    pool = worth.size
    if not (np.isfinite(worth) & (worth >= 0)).all() or size < 1 or not 0 < random_share <= 1:
        raise TableError("A batch needs worths of 0 or more, at least one clip, and a random share above 0.")
    if pool <= size:
        return Batch(generator.permutation(pool), np.ones(pool), 1.0)
    even = np.full(pool, 1.0 / pool)
    tilted = worth / worth.sum() if worth.sum() > 0 else even
    chance = _inclusion(random_share * even + (1.0 - random_share) * tilted, size)
    order = generator.permutation(pool)
    reached = np.cumsum(chance[order])
    reached *= size / reached[-1]  # rounding must not lose the last clip
    marks = generator.random() + np.arange(size)
    rows = order[np.minimum(np.searchsorted(reached, marks, side="right"), pool - 1)]
    rows = generator.permutation(rows)
    return Batch(rows.astype(np.intp), chance[rows], size / pool)


def _inclusion(share: Array, size: int) -> Array:
    """Chances proportional to ``share`` that sum to ``size``, none above 1."""
    certain = np.zeros(share.size, dtype=np.bool_)
    while True:
        left = size - int(certain.sum())
        chance = np.where(certain, 1.0, share * left / share[~certain].sum())
        above = chance > 1.0
        if not above.any():
            return np.asarray(chance, dtype=np.float64)
        certain |= above


def _variances(policy: LearnedPolicy, context: Columns, rows: int) -> tuple[Array, Array]:
    """Variance of the lower and the upper threshold in each row's least known context, shape (n,) each."""
    reach = float(ndtri(0.5 + policy.interval_level / 2.0))
    lower = np.full(rows, _variance(policy.lower, reach))
    upper = np.full(rows, _variance(policy.upper, reach))
    for column, levels in policy.levels.items():
        labels: Labels | None = context.get(column)
        if labels is None:
            continue
        for level, learned in levels.items():
            here = labels == level
            lower[here] = np.maximum(lower[here], _variance(learned.lower, reach))
            upper[here] = np.maximum(upper[here], _variance(learned.upper, reach))
    return lower, upper


def _variance(interval: Interval, reach: float) -> float:
    return ((interval.high - interval.low) / (2.0 * reach)) ** 2
