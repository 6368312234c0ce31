"""The figures that measuring the performance brain prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, recall_score, roc_auc_score

from engine.calibration import calibration_error, perfect_calibration_error
from engine.training.ravdess_names import RavdessName
from engine.vocabulary import Emotion

Figures = dict[str, Any]
Numbers = NDArray[np.float64]

PROTOCOL: Final = (
    "Files seen in training are read only by the network that never saw their person; others by all five."
)

ENROLLED_PROTOCOL: Final = (
    "As above; each speaker's usual voice is learned from all their clips in the folder, without labels."
)
CHANCE_SEED: Final = 0
"""Of the draws that say what calibration error chance alone shows."""


def recognition(truth: list[str], guess: list[str]) -> Figures:
    """Accuracy and unweighted average recall over the labels that occur."""
    if not truth:
        return {"accuracy": None, "uar": None}
    labels = sorted(set(truth))
    recall = recall_score(truth, guess, labels=labels, average="macro", zero_division=0)
    return {"accuracy": rounded(accuracy_score(truth, guess)), "uar": rounded(recall)}


def naming(truth: list[str], guess: list[str]) -> Figures:
    """Accuracy and macro F1 over the labels that occur."""
    if not truth:
        return {"accuracy": None, "macro_f1": None}
    labels = sorted(set(truth))
    score = f1_score(truth, guess, labels=labels, average="macro", zero_division=0)
    return {"accuracy": rounded(accuracy_score(truth, guess)), "macro_f1": rounded(score)}


def calibration(probabilities: Numbers, truth: NDArray[np.int64]) -> tuple[float | None, float | None]:
    """Calibration error, and what a perfectly calibrated model shows by chance at the 95th percentile.

    Parameters
    ----------
    probabilities : ndarray, shape (n, classes)
    truth : ndarray, shape (n,)
    """
    if not truth.size:
        return None, None
    chance = perfect_calibration_error(probabilities, generator=np.random.default_rng(CHANCE_SEED))
    return rounded(calibration_error(probabilities, truth)), rounded(chance)


def auc(strong: NDArray[np.bool_], score: Numbers) -> float | None:
    """Area under the ROC curve (Hanley & McNeil 1982); ``None`` where one class is missing."""
    if not strong.size or strong.all() or not strong.any():
        return None
    return rounded(roc_auc_score(strong, score))


def pairs_ordered(names: list[RavdessName], expressed: Numbers) -> float | None:
    """Share of normal and strong pairs of one actor, emotion and sentence in which strong is higher."""
    takes: dict[tuple[int, Emotion, str], dict[bool, list[float]]] = {}
    for name, value in zip(names, expressed, strict=True):
        takes.setdefault(name.take, {True: [], False: []})[name.strong].append(float(value))
    pairs = [high > low for take in takes.values() for high in take[True] for low in take[False]]
    return rounded(np.mean(pairs)) if pairs else None


def per_fold(fold: NDArray[np.int64], figures: Callable[[NDArray[np.int64]], Figures]) -> list[Figures]:
    """The figures of each training fold's rows; rows nobody was trained on have fold -1."""
    return [figures(np.flatnonzero(fold == one)) for one in np.unique(fold) if one >= 0]


def provenance(fold: NDArray[np.int64], skipped: Mapping[str, int]) -> Figures:
    """What every answer says beside its figures."""
    return {"seen_in_training": int((fold >= 0).sum()), "skipped": dict(skipped), "protocol": PROTOCOL}


def standings(standing: Numbers, rest: NDArray[np.bool_], full: NDArray[np.bool_]) -> str:
    """10th, 50th and 90th percentile of neutral, moderate and full deliveries' standings, in words."""
    groups = (("neutral", rest), ("moderate", ~rest & ~full), ("strong", full))
    return ", ".join(
        f"{name} {' / '.join(f'{value:.2f}' for value in np.percentile(standing[group], [10, 50, 90]))}"
        for name, group in groups
    )


def rounded(value: Any) -> float | None:
    """Four digits; an undefined figure is ``None``, never NaN."""
    return round(float(value), 4) if np.isfinite(value) else None
