"""Classical models whose settings and temperatures are chosen inside the training folds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.training.calibration import fitted_temperature

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shares:
    """Probabilities of one branch for the takes it may be asked about.

    Attributes
    ----------
    training : ndarray, shape (n, k)
        Of every row outside the held fold, by models that saw neither that row's fold nor the held one;
        rows of the held fold are NaN.
    held : ndarray, shape (m, k)
        Of the rows of the held fold, in their order, by the model fitted on all other folds.
    """

    training: Numbers
    held: Numbers


def nested_shares(
    makers: Sequence[Callable[[], Any]],
    columns: Numbers,
    label: NDArray[np.int64],
    fold: NDArray[np.int64],
    *,
    held: int,
    classes: int,
) -> Shares:
    """Choose among unfitted classifiers, and answer for every row by a model that never saw its fold.

    Nothing of the held fold is in any choice, scale, temperature or fit.

    Parameters
    ----------
    makers : sequence of callable
        Each makes a classifier with ``decision_function`` of one column per class.
    columns : ndarray, shape (n, width)
    label, fold : ndarray, shape (n,), int
    held : int
    classes : int
    """
    training = np.flatnonzero(fold != held)
    inner = [
        (training[fold[training] != one], training[fold[training] == one]) for one in _others(fold, held)
    ]
    tried = []
    for make in makers:
        margin = np.full((label.size, classes), np.nan)
        for fit, ask in inner:
            margin[ask] = make().fit(columns[fit], label[fit]).decision_function(columns[ask])
        tried.append(margin)
    reached = [float((one[training].argmax(axis=1) == label[training]).mean()) for one in tried]
    best = int(np.argmax(reached))
    machine = makers[best]().fit(columns[training], label[training])
    temperature = temperature_of(tried[best][training], label[training])
    return Shares(
        softmax(tried[best] / temperature),
        softmax(machine.decision_function(columns[fold == held]) / temperature),
    )


def temperature_of(logits: Numbers, label: NDArray[np.int64]) -> float:
    """The temperature that makes logits [n, k] likeliest for the labels [n] (Guo et al. 2017)."""
    return fitted_temperature(logits, np.eye(logits.shape[1])[label])


def softmax(logits: Numbers) -> Numbers:
    """Shares of each row that sum to 1, shape (n, k); NaN rows stay NaN."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)


def _others(fold: NDArray[np.int64], held: int) -> list[int]:
    return [int(one) for one in np.unique(fold) if one != held]
