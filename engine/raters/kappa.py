"""Kappas: agreement beyond chance of pairs of raters (Cohen) and of interchangeable ones (Fleiss).

With more than two raters, Cohen's kappas are averaged over the pairs of raters (Light 1971), each pair
weighing as many units as it shares; with every unit answered by everybody that is Light's plain mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from engine.raters.answers import Answers, Array, Codes
from engine.raters.unit_draws import UnitDraws

MOST_PAIRS: Final = 5_000_000
"""Pairs of answers above which pairs of raters are not compared one by one."""

MOST_PRODUCTS: Final = 300_000_000
"""Multiplications spent on an interval; with very many pairs fewer resamples are drawn."""

DRAWS_AT_ONCE: Final = 50


def fleiss_kappa(answers: Answers, draws: UnitDraws) -> Array:
    """Fleiss' kappa (1971), for units with different numbers of answers as Gwet (2014) has it.

    Parameters
    ----------
    answers : Answers
        Their order plays no part.
    draws : UnitDraws

    Returns
    -------
    ndarray, shape (1 + resamples,)
        NaN where all answers are the same.
    """
    each = answers.per_unit
    size = len(answers.categories)
    cells, counts = np.unique(answers.unit * size + answers.value, return_counts=True)
    same = np.bincount(cells // size, weights=counts * (counts - 1.0), minlength=answers.units)
    units = draws.units
    agreed = draws.totals(same / (each * (each - 1.0))) / units
    shares = draws.table_totals(answers.unit, answers.value, size, 1.0 / each[answers.unit]) / units[:, None]
    return _beyond_chance(agreed, (shares**2).sum(axis=1))


def cohen_kappa(answers: Answers, draws: UnitDraws) -> Array:
    """Cohen's kappa (1960), the mean over pairs of raters.

    Parameters
    ----------
    answers : Answers
        With named raters.
    draws : UnitDraws

    Returns
    -------
    ndarray, shape (1 + resamples used,)
        NaN where no pair of raters that shares units varies in its answers.
    """
    pairs = _pairs(answers)
    size = len(answers.categories)
    first = _Summed(pairs, draws, pairs.number * size + answers.value[pairs.first], pairs.count * size)
    second = _Summed(pairs, draws, pairs.number * size + answers.value[pairs.second], pairs.count * size)
    same = (answers.value[pairs.first] == answers.value[pairs.second]).astype(np.float64)
    agreed = _Summed(pairs, draws, pairs.number, pairs.count, same)
    found = []
    for weights in _chunks(draws, pairs):
        one = first.of(weights).reshape(pairs.count, size, -1)
        other = second.of(weights).reshape(pairs.count, size, -1)
        shared = one.sum(axis=1)
        there = np.maximum(shared, 1.0)
        found.append(_mean(agreed.of(weights) / there, (one * other).sum(axis=1) / there**2, shared))
    return np.concatenate(found)


def quadratic_kappa(answers: Answers, draws: UnitDraws) -> Array:
    """Kappa weighted by squared differences of the values (Cohen 1968), the mean over pairs of raters.

    With the moments of two raters it is 1 - mean (a - b)² / (var a + var b + (mean a - mean b)²), which
    is also Lin's (1989) concordance.

    Parameters
    ----------
    answers : Answers
        Ordinal or interval, with named raters.
    draws : UnitDraws

    Returns
    -------
    ndarray, shape (1 + resamples used,)
        NaN where no pair of raters that shares units varies in its answers.
    """
    pairs = _pairs(answers)
    values = (answers.scale - answers.scale.mean())[answers.value]
    one, other = values[pairs.first], values[pairs.second]
    summed = [
        _Summed(pairs, draws, pairs.number, pairs.count, amount)
        for amount in (np.ones(one.size), one, other, one**2 + other**2, (one - other) ** 2)
    ]
    found = []
    for weights in _chunks(draws, pairs):
        shared, first, second, squares, apart = (each.of(weights) for each in summed)
        there = np.maximum(shared, 1.0)
        chance = squares / there - 2.0 * first * second / there**2
        tiny = np.finfo(float).eps * np.maximum(squares / there, np.finfo(float).tiny)
        varies = chance > tiny
        agreed = np.where(varies, 1.0 - apart / there / np.where(varies, chance, 1.0), 0.0)
        found.append(_mean(agreed, np.where(varies, 0.0, 1.0), shared))
    return np.concatenate(found)


def too_many_pairs(answers: Answers) -> bool:
    """Whether there are too many pairs of answers to compare raters two by two."""
    return answers.pairs > MOST_PAIRS


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of answers to the same unit: rows of the two answers, the unit, the pair of raters."""

    first: Codes
    second: Codes
    unit: Codes
    number: Codes
    count: int


def _pairs(answers: Answers) -> _Pairs:
    if answers.rater is None:
        raise ValueError("Pairs of raters need named raters.")
    order = np.lexsort((answers.rater, answers.unit))
    unit, rater = answers.unit[order], answers.rater[order]
    firsts, seconds = [], []
    for step in range(1, int(answers.per_unit.max())):
        rows = np.flatnonzero(unit[:-step] == unit[step:])
        firsts.append(rows)
        seconds.append(rows + step)
    first, second = np.concatenate(firsts), np.concatenate(seconds)
    who = rater[first] * len(answers.rater_names) + rater[second]
    known, number = np.unique(who, return_inverse=True)
    return _Pairs(order[first], order[second], unit[first], number, known.size)


class _Summed:
    """Sums over pairs of answers by cell, in any draws."""

    def __init__(
        self, pairs: _Pairs, draws: UnitDraws, cell: Codes, cells: int, amount: Array | None = None
    ) -> None:
        given = np.ones(cell.size) if amount is None else amount
        self._table = csr_array((given, (cell, draws.block[pairs.unit])), shape=(cells, draws.blocks))

    def of(self, weights: Array) -> Array:
        """Sums, shape (cells, draws), under weights of shape (draws, blocks)."""
        return np.asarray(self._table @ weights.T, dtype=np.float64)


def _chunks(draws: UnitDraws, pairs: _Pairs) -> list[Array]:
    used = min(draws.weights.shape[0], 1 + max(DRAWS_AT_ONCE, MOST_PRODUCTS // max(pairs.first.size, 1)))
    return [
        draws.weights[start : start + DRAWS_AT_ONCE][: used - start]
        for start in range(0, used, DRAWS_AT_ONCE)
    ]


def _mean(agreed: Array, chance: Array, shared: Array) -> Array:
    """Mean kappa over pairs of raters, shape (draws,), from tables of shape (pairs, draws)."""
    kappa = _beyond_chance(agreed, chance)
    weight = np.where(np.isfinite(kappa), shared, 0.0)
    total = weight.sum(axis=0)
    summed = (weight * np.nan_to_num(kappa)).sum(axis=0)
    return np.where(total > 0, summed / np.where(total > 0, total, 1.0), np.nan)


def _beyond_chance(agreed: Array, chance: Array) -> Array:
    room = 1.0 - chance
    varies = room > np.finfo(float).eps * 16
    return np.where(varies, (agreed - chance) / np.where(varies, room, 1.0), np.nan)
