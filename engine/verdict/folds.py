"""Every policy's verdicts on groups its thresholds never saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.calibration import calibration_error
from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.agreement_metrics import (
    confusion_by_group,
    log_loss,
    macro_f1,
    weighted_kappa,
)
from engine.verdict.cumulative_link import Array
from engine.verdict.gate_report import RungMetrics
from engine.verdict.policy import Policy
from engine.verdict.ratings_table import RatingTable

FOLDS: Final = 5

Procedure = Callable[[RatingTable, RatingTable], tuple[NDArray[np.int8], Array]]
"""Learns on the first table, answers for the second: verdict codes (n,) and probabilities (n, 3)."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What a procedure says about each rating when its group is held out.

    Attributes
    ----------
    verdict : ndarray of int8, shape (n,)
    probabilities : ndarray, shape (n, 3)
    """

    verdict: NDArray[np.int8]
    probabilities: Array

    def take(self, rows: NDArray[np.bool_]) -> HeldOut:
        """The answers for some rows."""
        return HeldOut(self.verdict[rows], self.probabilities[rows])

    def metrics(self, ratings: RatingTable) -> RungMetrics:
        """Agreement with the ratings these answers are for."""
        unit = np.zeros(len(ratings), dtype=np.intp)
        confusion = confusion_by_group(ratings.verdict, self.verdict, ratings.weight, unit)[0]
        return RungMetrics(
            macro_f1=float(macro_f1(confusion)),
            kappa=float(weighted_kappa(confusion)),
            log_loss=log_loss(self.probabilities, ratings.verdict, ratings.weight),
            calibration_error=calibration_error(self.probabilities, ratings.verdict, ratings.weight),
        )


def learning(columns: tuple[str, ...]) -> Procedure:
    """The procedure that learns thresholds by the given context columns."""

    def learn(seen: RatingTable, unseen: RatingTable) -> tuple[NDArray[np.int8], Array]:
        model = AdaptiveThresholds(columns).fit(seen)
        return (
            model.predict(unseen.alignment, unseen.context),
            model.predict_proba(unseen.alignment, unseen.context),
        )

    return learn


def applying(policy: Policy) -> Procedure:
    """The procedure that applies a policy as it is.

    A fixed pair states no probabilities; it is given those of a slope fitted to the ratings seen, with
    its thresholds held fast, so that log-loss and calibration compare like with like.
    """

    def apply(seen: RatingTable, unseen: RatingTable) -> tuple[NDArray[np.int8], Array]:
        rows = policy.judge_rows(unseen.alignment, unseen.context)
        if rows.probabilities is not None:
            return rows.verdict, rows.probabilities
        pair = (float(rows.lower[0]), float(rows.upper[0]))
        sloped = AdaptiveThresholds(pinned=pair).fit(seen)
        return rows.verdict, sloped.predict_proba(unseen.alignment)

    return apply


def held_out(
    procedure: Procedure, ratings: RatingTable, unit: NDArray[np.intp], fold: NDArray[np.intp]
) -> HeldOut:
    """Answers for every rating by a procedure that learned on the other folds.

    Parameters
    ----------
    procedure : Procedure
    ratings : RatingTable
    unit : ndarray of intp, shape (n,)
        Group of each rating.
    fold : ndarray of intp, shape (groups,)
        Fold of each group.
    """
    verdict = np.empty(len(ratings), dtype=np.int8)
    probabilities = np.empty((len(ratings), 3))
    of_row = fold[unit]
    for number in np.unique(fold):
        out = of_row == number
        if out.any():
            verdict[out], probabilities[out] = procedure(ratings.take(~out), ratings.take(out))
    return HeldOut(verdict, probabilities)


def deal_folds(
    unit: NDArray[np.intp], *, generator: np.random.Generator, folds: int = FOLDS
) -> NDArray[np.intp]:
    """Deal groups into folds of nearly equal numbers of ratings, shape (groups,).

    Parameters
    ----------
    unit : ndarray of intp, shape (n,)
        Group of each rating.
    generator : numpy.random.Generator
    folds : int
        At most the number of groups.
    """
    sizes = np.bincount(unit)
    load = np.zeros(min(folds, sizes.size))
    fold = np.empty(sizes.size, dtype=np.intp)
    shuffled = generator.permutation(sizes.size)
    for group in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        fold[group] = int(np.argmin(load))
        load[fold[group]] += sizes[group]
    return fold
