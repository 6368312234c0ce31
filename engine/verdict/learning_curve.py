"""How agreement with people grows with the number of ratings, on groups never seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.verdict.agreement_metrics import confusion_by_group, macro_f1
from engine.verdict.cumulative_link import Array
from engine.verdict.figures import refuse_if_too_few
from engine.verdict.fixed import FIXED
from engine.verdict.folds import FOLDS, deal_folds, held_out, learning
from engine.verdict.ratings_table import RatingTable

DRAWS: Final = 20
"""Deals of groups at each size: enough for a band from the 5th to the 95th percentile."""

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
        for i, size in enumerate(wanted):
            found[draw, i] = _score(ratings, unit, fold, order, size, columns)
    low, high = np.quantile(found, BAND, axis=0)
    points = tuple(
        CurvePoint(size, float(found[:, i].mean()), float(low[i]), float(high[i]))
        for i, size in enumerate(wanted)
    )
    return LearningCurve(points, _agreement(ratings, FIXED.judge_rows(ratings.alignment).verdict), draws)


def _score(
    ratings: RatingTable,
    unit: NDArray[np.intp],
    fold: NDArray[np.intp],
    order: NDArray[np.intp],
    size: int,
    columns: tuple[str, ...],
) -> float:
    def learn(seen: RatingTable, unseen: RatingTable) -> tuple[NDArray[np.int8], Array]:
        return learning(columns)(_first(seen, size), unseen)

    rank = np.empty(order.size, dtype=np.intp)
    rank[order] = np.arange(order.size)
    by_rank = np.argsort(rank[unit], kind="stable")
    shuffled = ratings.take(by_rank)
    answers = held_out(learn, shuffled, unit[by_rank], fold)
    return _agreement(shuffled, answers.verdict)


def _first(ratings: RatingTable, size: int) -> RatingTable:
    return ratings.take(np.arange(min(size, len(ratings))))


def _agreement(ratings: RatingTable, verdict: NDArray[np.int8]) -> float:
    whole = np.zeros(len(ratings), dtype=np.intp)
    return float(macro_f1(confusion_by_group(ratings.verdict, verdict, ratings.weight, whole)[0]))
