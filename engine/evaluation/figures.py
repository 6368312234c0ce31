"""Figures of predictions: the one place where an evaluation turns answers into numbers.

scikit-learn computes them; classes that nobody labelled are left out of the means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    mean_absolute_error,
    precision_recall_fscore_support,
    roc_auc_score,
    roc_curve,
)

from engine.calibration import CALIBRATION_BINS, calibration_error, perfect_calibration_error
from engine.evaluation.predictions import Naming, Numbers, Rating

ROC_STEPS: Final = 33
"""Points of a stored curve, at equal steps of the false positive rate."""

CALIBRATION_SEED: Final = 0

LEVELS: Final = ("low", "medium", "high")
LEVEL_CUTS: Final = (0.33, 0.66)
"""Borders of the three levels of intensity."""

LEAST_FOR_CORRELATION: Final = 3
"""Two points always correlate perfectly."""


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How well one class was told from the others.

    Attributes
    ----------
    precision, recall, f1 : float
        0 to 1; 0 where the class was never named.
    support : int
        Labels of it.
    auc : float or None
        Area under its one-against-the-rest ROC curve.
    curve : tuple of float
        True positive rate at :data:`ROC_STEPS` equal steps of the false positive rate from 0 to 1.
    """

    precision: float
    recall: float
    f1: float
    support: int
    auc: float | None
    curve: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class NamingFigures:
    """How well emotions were named.

    Attributes
    ----------
    n : int
    accuracy, precision, recall, macro_f1, weighted_f1 : float
        Precision and recall are means over the classes that occur, each counting once.
    auc : float or None
        Mean over classes.
    calibration_error, calibration_limit : float or None
        The error, and what a perfectly calibrated model of this size exceeds in one of twenty cases;
        ``None`` for scores that are no probabilities.
    by_class : dict of str to ClassFigures
    confusion : ndarray, shape (k, k), int
        Rows are labels, columns what was named, in the order of ``classes``.
    reliability : tuple of (float, float, int)
        Mean stated probability, share that came true, and count, in bins of equal count.
    """

    n: int
    accuracy: float
    precision: float
    recall: float
    macro_f1: float
    weighted_f1: float
    auc: float | None
    calibration_error: float | None
    calibration_limit: float | None
    classes: tuple[str, ...]
    by_class: dict[str, ClassFigures]
    confusion: NDArray[np.int64]
    reliability: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True, slots=True)
class RatingFigures:
    """How near intensities came to people's.

    Attributes
    ----------
    n : int
    mae : float
    pearson, spearman : float or None
        Means over the emotions asked for, each counting once; ``None`` where undefined.
    by_emotion : dict of str to float or None
        Pearson.
    levels : NamingFigures
        The same answers cut into low, medium and high.
    """

    n: int
    mae: float
    pearson: float | None
    spearman: float | None
    by_emotion: dict[str, float | None]
    levels: NamingFigures


def naming_figures(found: Naming, *, with_limit: bool = True) -> NamingFigures:
    """All figures of emotions named; simulating the limit of the calibration error takes longest."""
    columns = np.arange(len(found.classes))
    occurring = np.unique(found.truth)
    precision, recall, f1, support = precision_recall_fscore_support(
        found.truth, found.named, labels=columns, zero_division=0
    )
    by_class = {}
    for column in occurring:
        right = found.truth == column
        auc, curve = _curve(right, found.shares[:, column])
        by_class[found.classes[column]] = ClassFigures(
            float(precision[column]),
            float(recall[column]),
            float(f1[column]),
            int(support[column]),
            auc,
            curve,
        )
    aucs = [one.auc for one in by_class.values() if one.auc is not None]
    error, limit = _calibration(found, with_limit)
    return NamingFigures(
        n=int(found.truth.size),
        accuracy=float(accuracy_score(found.truth, found.named)),
        precision=float(precision[occurring].mean()),
        recall=float(recall[occurring].mean()),
        macro_f1=float(f1[occurring].mean()),
        weighted_f1=float(np.average(f1, weights=support)),
        auc=float(np.mean(aucs)) if aucs else None,
        calibration_error=error,
        calibration_limit=limit,
        classes=found.classes,
        by_class=by_class,
        confusion=np.asarray(confusion_matrix(found.truth, found.named, labels=columns), dtype=np.int64),
        reliability=reliability(found) if found.calibrated else (),
    )


def rating_figures(found: Rating) -> RatingFigures:
    """All figures of intensities."""
    asked = np.array(found.asked)
    pearson: dict[str, float | None] = {}
    spearman: list[float] = []
    for name in sorted(set(found.asked)):
        said, truth = found.said[asked == name], found.truth[asked == name]
        defined = said.size >= LEAST_FOR_CORRELATION and np.ptp(said) > 0 and np.ptp(truth) > 0
        pearson[name] = float(pearsonr(said, truth).statistic) if defined else None
        if defined:
            spearman.append(float(spearmanr(said, truth).statistic))
    known = [value for value in pearson.values() if value is not None]
    return RatingFigures(
        n=int(found.truth.size),
        mae=float(mean_absolute_error(found.truth, found.said)),
        pearson=float(np.mean(known)) if known else None,
        spearman=float(np.mean(spearman)) if spearman else None,
        by_emotion=pearson,
        levels=naming_figures(levels_of(found)),
    )


def levels_of(found: Rating) -> Naming:
    """Intensities cut at :data:`LEVEL_CUTS`; the score of a level is its nearness to the answer."""
    centres = np.array([LEVEL_CUTS[0] / 2, sum(LEVEL_CUTS) / 2, (1 + LEVEL_CUTS[1]) / 2])
    named = np.digitize(found.said, LEVEL_CUTS)
    scores = -np.abs(found.said[:, None] - centres)  # orders the answers for the ROC curve
    scores[np.arange(named.size), named] += 1  # and the cuts, not the nearness, say which level is named
    truth = np.digitize(found.truth, LEVEL_CUTS).astype(np.int64)
    return Naming(LEVELS, truth, scores, calibrated=False)


def reliability(found: Naming) -> tuple[tuple[float, float, int], ...]:
    """Stated probability against what came true, all classes pooled, in bins of equal count."""
    stated = found.shares.ravel()
    happened = (found.truth[:, None] == np.arange(len(found.classes))).ravel()
    order = np.argsort(stated, kind="stable")
    return tuple(
        (float(stated[part].mean()), float(happened[part].mean()), int(part.size))
        for part in np.array_split(order, CALIBRATION_BINS)
        if part.size
    )


def _curve(right: NDArray[np.bool_], score: Numbers) -> tuple[float | None, tuple[float, ...]]:
    if right.all() or not right.any():
        return None, ()
    false_rate, true_rate, _ = roc_curve(right, score)
    steps = np.interp(np.linspace(0, 1, ROC_STEPS), false_rate, true_rate)
    return float(roc_auc_score(right, score)), tuple(steps.tolist())


def _calibration(found: Naming, with_limit: bool) -> tuple[float | None, float | None]:
    if not found.calibrated or not found.truth.size:
        return None, None
    error = calibration_error(found.shares, found.truth)
    if not with_limit:
        return error, None
    generator = np.random.default_rng(CALIBRATION_SEED)
    return error, perfect_calibration_error(found.shares, generator=generator)
