"""The data behind the figures about a policy: how sure it is, when it is right, where it errs.

Everything here is measured on groups the thresholds never saw. :func:`out_of_fold` answers first; then
:func:`reliability`, :func:`risk_coverage` and :func:`confusion` look at those answers. The learning
curve is in :mod:`engine.verdict.learning_curve`. Page and report draw the same figures from these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.calibration import CALIBRATION_BINS
from engine.errors import TableError
from engine.verdict.abstain import calibrate
from engine.verdict.agreement_metrics import CLASSES, confusion_by_group
from engine.verdict.cumulative_link import Array
from engine.verdict.folds import HeldOut, applying, deal_folds, held_out, learning
from engine.verdict.gate_words import obstacle
from engine.verdict.intervals import INTERVAL_LEVEL
from engine.verdict.policy import Policy
from engine.verdict.ratings_table import RatingTable

RESAMPLES: Final = 500
"""Draws of groups behind each interval of a figure."""


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What a policy, or its way of learning, says about each rating when its group is held out.

    Attributes
    ----------
    ratings : RatingTable
    answers : HeldOut
        Verdicts, shape (n,), and probabilities, shape (n, 3).
    sets : ndarray of bool, shape (n, 3)
        The verdicts that could not be ruled out, calibrated on the other folds.
    unit : ndarray of intp, shape (n,)
        Group of each rating.
    """

    ratings: RatingTable
    answers: HeldOut
    sets: NDArray[np.bool_]
    unit: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Statements of about equal probability, and how often they came true.

    Attributes
    ----------
    stated, happened : float
        Mean stated probability and share that came true, 0 to 1.
    low, high : float
        90 % interval of ``happened`` over resampled groups.
    statements : int
        Three for each rating in the bin: one for each verdict.
    """

    stated: float
    happened: float
    low: float
    high: float
    statements: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability diagram: bins of equal count, the three verdicts pooled.

    Attributes
    ----------
    bins : tuple of ReliabilityBin
        From the least to the most probable statements.
    error : float
        Expected calibration error over these bins.
    """

    bins: tuple[ReliabilityBin, ...]
    error: float


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """How often verdicts are wrong when only the surest ones are given (El-Yaniv & Wiener 2010).

    Attributes
    ----------
    coverage : ndarray, shape (n,)
        Share of clips judged, rising to 1.
    risk : ndarray, shape (n,)
        Share of those verdicts raters disagree with.
    area : float
        Area under the curve; smaller is better.
    alone_share : float
        Share of clips whose verdict set holds one verdict, the others being "not sure".
    alone_risk : float or None
        How often those are wrong; ``None`` where no verdict stands alone.
    """

    coverage: Array
    risk: Array
    area: float
    alone_share: float
    alone_risk: float | None


@dataclass(frozen=True, slots=True)
class Confusion:
    """What raters said (rows) against what was judged (columns), in verdict order.

    Attributes
    ----------
    counts : ndarray of intp, shape (3, 3)
        Numbers of ratings.
    shares : ndarray, shape (3, 3)
        The same by weight, each row summing to 1, NaN in a row nobody gave.
    cells : ndarray of intp, shape (n,)
        ``3 * answer + verdict`` of each rating.
    """

    counts: NDArray[np.intp]
    shares: Array
    cells: NDArray[np.intp]

    def rows(self, answer: int, verdict: int) -> NDArray[np.intp]:
        """Positions, in the table of ratings, of the ratings in one cell."""
        return np.flatnonzero(self.cells == CLASSES * answer + verdict)


def out_of_fold(ratings: RatingTable, policy: Policy, *, generator: np.random.Generator) -> OutOfFold:
    """Judge every rating by thresholds that never saw its group.

    A fixed pair is applied as it is, with a slope fitted in the other folds; of a learned policy the
    way of learning is refitted on the other folds, since its own thresholds have seen these ratings.

    Parameters
    ----------
    ratings : RatingTable
    policy : Policy
    generator : numpy.random.Generator
        Of the folds.

    Raises
    ------
    TableError
        If there are too few ratings, groups or kinds of answers to hold any out, in a sentence.
    """
    refuse_if_too_few(ratings)
    _, unit = np.unique(ratings.group.astype(str), return_inverse=True)
    fold = deal_folds(unit, generator=generator)
    columns = tuple(name for name in policy.context_columns if name in ratings.context)
    learned = policy.judge_rows(np.zeros(1)).probabilities is not None
    answers = held_out(learning(columns) if learned else applying(policy), ratings, unit, fold)
    return OutOfFold(ratings, answers, _held_out_sets(ratings, answers, fold[unit]), unit)


def refuse_if_too_few(ratings: RatingTable) -> None:
    """Raise TableError, with the reason, where ratings cannot be held out by group."""
    blocked = obstacle(ratings)
    if blocked is not None:
        raise TableError(f"Nothing can be measured on held-out groups yet: {blocked[0]}")


def reliability(measured: OutOfFold, *, generator: np.random.Generator) -> Reliability:
    """How often what was stated with each probability came true.

    Parameters
    ----------
    measured : OutOfFold
    generator : numpy.random.Generator
        Of the resampled groups.
    """
    ratings = measured.ratings
    stated = measured.answers.probabilities.ravel()
    happened = (ratings.verdict[:, None] == np.arange(CLASSES)).ravel().astype(np.float64)
    mass = np.repeat(ratings.weight, CLASSES)
    order = np.argsort(stated, kind="stable")
    place = np.empty(order.size, dtype=np.intp)
    place[order] = np.arange(order.size) * CALIBRATION_BINS // order.size
    groups = int(measured.unit.max()) + 1
    cell = np.repeat(measured.unit, CLASSES) * CALIBRATION_BINS + place

    def summed(values: Array) -> Array:
        counts = np.bincount(cell, weights=values, minlength=groups * CALIBRATION_BINS)
        return np.asarray(counts, dtype=np.float64).reshape(groups, CALIBRATION_BINS)

    weight, true = summed(mass), summed(mass * happened)
    draws = generator.multinomial(groups, np.full(groups, 1.0 / groups), size=RESAMPLES)
    drawn_weight = draws @ weight
    again = np.where(drawn_weight > 0, draws @ true / np.where(drawn_weight > 0, drawn_weight, 1.0), np.nan)
    tail = (1.0 - INTERVAL_LEVEL) / 2
    low, high = np.nanquantile(again, [tail, 1.0 - tail], axis=0)
    total, come_true = weight.sum(axis=0), true.sum(axis=0)
    meant = summed(mass * stated).sum(axis=0)
    sizes = np.bincount(place, minlength=CALIBRATION_BINS)
    bins = tuple(
        ReliabilityBin(
            stated=float(meant[i] / total[i]),
            happened=float(come_true[i] / total[i]),
            low=float(low[i]),
            high=float(high[i]),
            statements=int(sizes[i]),
        )
        for i in range(CALIBRATION_BINS)
    )
    return Reliability(bins, float(np.abs(come_true - meant).sum() / total.sum()))


def risk_coverage(measured: OutOfFold) -> RiskCoverage:
    """How often the surest verdicts are wrong, from the surest alone to all."""
    ratings, answers = measured.ratings, measured.answers
    wrong = answers.verdict != ratings.verdict
    sure = answers.probabilities[np.arange(len(ratings)), answers.verdict]
    order = np.argsort(-sure, kind="stable")
    mass = ratings.weight[order].cumsum()
    risk: Array = (ratings.weight * wrong)[order].cumsum() / mass
    alone = measured.sets.sum(axis=1) == 1
    judged = float(ratings.weight[alone].sum())
    return RiskCoverage(
        coverage=mass / mass[-1],
        risk=risk,
        area=float(ratings.weight[order] @ risk / mass[-1]),
        alone_share=judged / float(mass[-1]),
        alone_risk=float(ratings.weight[alone & wrong].sum()) / judged if judged > 0 else None,
    )


def confusion(measured: OutOfFold) -> Confusion:
    """What raters said against what was judged, and which ratings lie in each cell."""
    ratings, verdict = measured.ratings, measured.answers.verdict
    whole = np.zeros(len(ratings), dtype=np.intp)
    cells = ratings.verdict.astype(np.intp) * CLASSES + verdict
    weighted = confusion_by_group(ratings.verdict, verdict, ratings.weight, whole)[0]
    given = weighted.sum(axis=1, keepdims=True)
    shares = np.where(given > 0, weighted / np.where(given > 0, given, 1.0), np.nan)
    return Confusion(np.bincount(cells, minlength=CLASSES**2).reshape(CLASSES, CLASSES), shares, cells)


def _held_out_sets(ratings: RatingTable, answers: HeldOut, fold: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Verdict sets of each fold by what the other folds' held-out answers allow, shape (n, 3)."""
    sets = np.zeros((len(ratings), CLASSES), dtype=np.bool_)
    for number in np.unique(fold):
        out = fold == number
        others = answers.take(~out)
        abstention = calibrate(
            others.probabilities, others.verdict, ratings.verdict[~out], ratings.group[~out]
        )
        sets[out] = abstention.sets(answers.probabilities[out], answers.verdict[out])
    return sets
