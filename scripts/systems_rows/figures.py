"""The figures of the systems table: mean and spread over folds, all measured on people never seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score

HEADER = ("accuracy", "weighted F1", "macro F1", "n")


def scored(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> tuple[float, float, float]:
    """Accuracy, weighted F1 and macro F1."""
    return (
        float(accuracy_score(truth, guess)),
        float(f1_score(truth, guess, average="weighted", zero_division=0)),
        float(f1_score(truth, guess, average="macro", zero_division=0)),
    )


def once(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> tuple[str, ...]:
    """One measurement as cells of :data:`HEADER`."""
    return (*(f"{figure:.3f}" for figure in scored(truth, guess)), str(truth.size))


def over_folds(
    truth: NDArray[np.int64], guess: NDArray[np.int64], fold: NDArray[np.int64]
) -> tuple[str, ...]:
    """Mean ± standard deviation over folds as cells of :data:`HEADER`."""
    found = np.array([scored(truth[fold == one], guess[fold == one]) for one in np.unique(fold)])
    return (*(spread(column) for column in found.T), str(truth.size))


def spread(values: Sequence[float] | NDArray[np.float64]) -> str:
    """Mean ± sample standard deviation."""
    return f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}"
