"""How agreement with people grows with the number of ratings, on groups never seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.agreement_metrics import confusion_by_group, macro_f1
from engine.verdict.cumulative_link import Array
from engine.verdict.figures import refuse_if_too_few
from engine.verdict.fixed import FIXED
from engine.verdict.folds import FOLDS, deal_folds
from engine.verdict.ratings_table import RatingTable

DRAWS: Final = 10
"""Deals of groups into folds: each judges all ratings at every size, so that the mean is steady."""

SIZES: Final = (10, 20, 50, 100, 200, 500, 1000, 2000)
"""Numbers of ratings learned from; those the ratings do not reach are left out, all of them added."""

BAND: Final = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Agreement after learning from so many ratings.

    Attributes
    ----------
    ratings : int
        How many were learned from.
    macro_f1 : float
        Mean over the draws, on groups not learned from.
    low, high : float
        5th and 95th percentile of the draws.
    """

    ratings: int
    macro_f1: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """A learning curve and where the fixed pair stands.

    Attributes
    ----------
    points : tuple of CurvePoint
        By rising number of ratings.
    fixed : float
        Macro-F1 of ±0.15 on the same ratings.
    draws : int
    """

    points: tuple[CurvePoint, ...]
    fixed: float
    draws: int


def learning_curve(
    ratings: RatingTable,
    columns: tuple[str, ...] = (),
    *,
    generator: np.random.Generator,
    sizes: tuple[int, ...] = SIZES,
    draws: int = DRAWS,
    report: Callable[[int, int], None] | None = None,
) -> LearningCurve:
    """Learn from growing parts of the ratings and judge the groups left out.

    In every draw the groups are dealt into folds; of the other folds' groups whole ones are taken in
    random order until the wanted number of ratings is reached.

    Parameters
    ----------
    ratings : RatingTable
    columns : tuple of str
        Context columns the thresholds may depend on.
    generator : numpy.random.Generator
        Of folds and order.
    sizes : tuple of int
        Rising numbers of ratings to learn from.
    draws : int
    report : callable, optional
        Gets (draws done, draws in all) after each.

    Raises
    ------
    TableError
        If there are too few ratings, groups or kinds of answers to hold any out.
    """
    refuse_if_too_few(ratings)
    _, unit = np.unique(ratings.group.astype(str), return_inverse=True)
    most = int(len(ratings) - np.ceil(len(ratings) / FOLDS))
    wanted = (*(size for size in sizes if size < most), most)
    found = np.empty((draws, len(wanted)))
    for draw in range(draws):
        fold = deal_folds(unit, generator=generator)
        order = generator.permutation(fold.size)
        found[draw] = _scores(ratings, unit, fold, order, wanted, columns)
        if report is not None:
            report(draw + 1, draws)
    low, high = np.quantile(found, BAND, axis=0)
    points = tuple(
        CurvePoint(size, float(found[:, i].mean()), float(low[i]), float(high[i]))
        for i, size in enumerate(wanted)
    )
    return LearningCurve(points, _agreement(ratings, FIXED.judge_rows(ratings.alignment).verdict), draws)


def _scores(
    ratings: RatingTable,
    unit: NDArray[np.intp],
    fold: NDArray[np.intp],
    order: NDArray[np.intp],
    sizes: tuple[int, ...],
    columns: tuple[str, ...],
) -> Array:
    """Agreement on held-out folds after learning from each number of ratings, shape (sizes,)."""
    rank = np.empty(order.size, dtype=np.intp)
    rank[order] = np.arange(order.size)
    by_rank = np.argsort(rank[unit], kind="stable")
    shuffled, of_row = ratings.take(by_rank), fold[unit[by_rank]]
    verdict = np.empty((len(sizes), len(ratings)), dtype=np.int8)
    for number in np.unique(fold):
        out = of_row == number
        seen, unseen = shuffled.take(~out), shuffled.take(out)
        model = None
        for i, size in enumerate(sizes):  # each begins where the smaller part of the same ratings ended
            model = AdaptiveThresholds(columns).fit(_first(seen, size), start=model)
            verdict[i, out] = model.predict(unseen.alignment, unseen.context)
    return np.array([_agreement(shuffled, each) for each in verdict])


def _first(ratings: RatingTable, size: int) -> RatingTable:
    return ratings.take(np.arange(min(size, len(ratings))))


def _agreement(ratings: RatingTable, verdict: NDArray[np.int8]) -> float:
    whole = np.zeros(len(ratings), dtype=np.intp)
    return float(macro_f1(confusion_by_group(ratings.verdict, verdict, ratings.weight, whole)[0]))
