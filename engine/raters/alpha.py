"""Krippendorff's alpha: one less the disagreement within units over the disagreement by chance.

Krippendorff (2011), "Computing Krippendorff's alpha-reliability". With the coincidences o_ck of answers
to the same unit, each pair counted 1 / (m_u - 1) times, and the marginals n_c,

    alpha = 1 - (n - 1) Σ o_ck δ²_ck / Σ n_c n_k δ²_ck.

Missing answers need no treatment: a unit counts with the answers it has.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.raters.answers import Answers, Array, Level
from engine.raters.unit_draws import UnitDraws

MOST_RANKED: Final = 40
"""Different answers up to which ranks are taken anew in every resample; above, they hardly move."""


def krippendorff_alpha(answers: Answers, draws: UnitDraws) -> Array:
    """Alpha at the answers' level, in the sample and in every draw.

    Parameters
    ----------
    answers : Answers
    draws : UnitDraws

    Returns
    -------
    ndarray, shape (1 + resamples,)
        NaN where all answers are the same.
    """
    if answers.level is Level.ORDINAL and len(answers.categories) <= MOST_RANKED:
        return _ranked_anew(answers, draws)
    counted = draws.totals(answers.per_unit)
    within = draws.totals(_within(answers))
    if answers.level is Level.NOMINAL:
        marginals = draws.table_totals(answers.unit, answers.value, len(answers.categories))
        chance = counted**2 - (marginals**2).sum(axis=1)
    else:
        numbers = _numbers(answers)
        sums, squares = (draws.totals(answers.sums(each)) for each in (numbers, numbers**2))
        chance = 2.0 * (counted * squares - sums**2)
    return _alpha(counted, within, chance)


def unit_disagreement(answers: Answers) -> Array:
    """How far the answers to each unit differ, shape (units,): 0 not at all, 1 as much as by chance."""
    draws = UnitDraws(np.arange(answers.units), np.ones((1, answers.units)))
    each = answers.per_unit
    within = _within(answers)
    expected = within.sum() / max(1.0 - float(krippendorff_alpha(answers, draws)[0]), np.finfo(float).tiny)
    if not answers.varies or expected <= 0:
        return np.zeros(answers.units)
    return np.asarray(within / each / (expected / each.sum()), dtype=np.float64)


def _alpha(counted: Array, within: Array, chance: Array) -> Array:
    varies = chance > np.finfo(float).eps * np.maximum(counted, 1.0) ** 2
    return np.where(varies, 1.0 - (counted - 1.0) * within / np.where(varies, chance, 1.0), np.nan)


def _numbers(answers: Answers) -> Array:
    """Each answer as a number whose differences are the level's: centred values, or mid-ranks.

    Krippendorff's ordinal difference, the sum of n_g from c to k less (n_c + n_k) / 2, is the difference
    of mid-ranks. Both are brought to a spread of 1, which no ratio notices.
    """
    scale = answers.scale
    if answers.level is Level.ORDINAL:
        counts = np.bincount(answers.value, minlength=len(answers.categories))
        scale = np.cumsum(counts) - counts / 2.0
    numbers = scale[answers.value]
    numbers = numbers - numbers.mean()
    spread = float(numbers.std())
    return np.asarray(numbers / spread if spread > 0 else numbers, dtype=np.float64)


def _within(answers: Answers) -> Array:
    """Squared differences between each unit's answers, ordered pairs, over m - 1, shape (units,)."""
    each = answers.per_unit
    if answers.level is Level.NOMINAL:
        size = len(answers.categories)
        cells, counts = np.unique(answers.unit * size + answers.value, return_counts=True)
        same = np.bincount(cells // size, weights=counts.astype(np.float64) ** 2, minlength=answers.units)
        return np.asarray((each**2 - same) / (each - 1.0), dtype=np.float64)
    numbers = _numbers(answers)
    centre = answers.sums(numbers) / each
    away: Array = numbers - centre[answers.unit]
    squares = answers.sums(away * away)
    return np.asarray(2.0 * each * squares / (each - 1.0), dtype=np.float64)


def _ranked_anew(answers: Answers, draws: UnitDraws) -> Array:
    """Ordinal alpha with the ranks of each draw's own marginals."""
    size = len(answers.categories)
    marginals = draws.table_totals(answers.unit, answers.value, size)
    counted = marginals.sum(axis=1)
    ranks = np.cumsum(marginals, axis=1) - marginals / 2.0
    ranks -= (marginals * ranks).sum(axis=1, keepdims=True) / counted[:, None]
    coincidences = (draws.weights @ _coincidences(answers, draws)).reshape(-1, size, size)
    crossed = np.einsum("dc,dck,dk->d", ranks, coincidences, ranks)
    squares = (marginals * ranks**2).sum(axis=1)
    return _alpha(counted, 2.0 * (squares - crossed), 2.0 * counted * squares)


def _coincidences(answers: Answers, draws: UnitDraws) -> Array:
    """Coincidences of answers, summed over the units of each block, shape (blocks, categories²)."""
    size = len(answers.categories)
    order = np.argsort(draws.block, kind="stable")  # units, block by block
    place = np.empty(order.size, dtype=np.intp)
    place[order] = np.arange(order.size)
    counts = np.bincount(place[answers.unit] * size + answers.value, minlength=order.size * size)
    counts = counts.reshape(-1, size).astype(np.float64)  # [units, categories]
    scaled = counts / (answers.per_unit[order] - 1.0)[:, None]
    ends = np.cumsum(np.bincount(draws.block, minlength=draws.blocks))[:-1]
    found = np.empty((draws.blocks, size * size))
    for block, (mine, of_pairs) in enumerate(
        zip(np.split(counts, ends), np.split(scaled, ends), strict=True)
    ):
        found[block] = (of_pairs.T @ mine - np.diag(of_pairs.sum(axis=0))).ravel()
    return found
