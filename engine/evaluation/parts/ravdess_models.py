"""The classical models of voice and face on RAVDESS, with the settings they are chosen from."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from engine.evaluation.parts.nested import Shares, nested_shares
from engine.evaluation.parts.ravdess_takes import Takes, of_own_clips
from engine.training.ravdess_names import VOICE_EMOTIONS

CLASSES: Final = len(VOICE_EMOTIONS)
VOICE_MACHINES: Final = ((3.0, 0.002), (10.0, 0.001), (10.0, 0.002))
"""Penalty and kernel width of the support vector machines on functionals, which are z-scored."""
FACE_MACHINES: Final = ((1.0, 0.02), (3.0, 0.01), (3.0, 0.02))
VOICE_LINES: Final = (0.002, 0.005, 0.01)
"""Penalty of the linear models: small, for there are as many columns as takes of a few actors."""
FACE_LINES: Final = (0.1, 0.2, 0.5)
JOINT_MACHINES: Final = ((5.0, 0.001, 1.5), (5.0, 0.001, 2.5))
"""As above, and how much a column of the face counts beside one of the voice, of which there are 13 times
as many."""


class Emphasis(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Multiply the last columns, so that few of them are heard among many.

    Parameters
    ----------
    last : int
    factor : float
    """

    def __init__(self, *, last: int, factor: float) -> None:
        self.last = last
        self.factor = factor

    def fit(self, columns: NDArray[np.float64], _label: object = None) -> Emphasis:
        """Nothing to learn."""
        self.n_features_in_ = columns.shape[1]
        return self

    def transform(self, columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """The columns, the last of them multiplied."""
        return np.hstack([columns[:, : -self.last], self.factor * columns[:, -self.last :]])


def linear(penalty: float) -> Any:
    """Z-scores and logistic regression."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=penalty, max_iter=300, tol=1e-3))


def machine(penalty: float, width: float) -> Any:
    """Z-scores and a support vector machine with a Gaussian kernel."""
    return make_pipeline(StandardScaler(), SVC(C=penalty, gamma=width))


def joint_machine(penalty: float, width: float, factor: float, last: int) -> Any:
    """The same on voice and face together."""
    emphasis = Emphasis(last=last, factor=factor)
    return make_pipeline(StandardScaler(), emphasis, SVC(C=penalty, gamma=width))


def voice_shares(takes: Takes, held: int, *, enrolled: bool) -> dict[str, Shares]:
    """Linear model and machine on functionals of the voice block."""
    columns = of_own_clips(takes.functionals, takes.actor) if enrolled else takes.functionals
    return {
        "linear": _shares(takes, columns, [partial(linear, one) for one in VOICE_LINES], held),
        "machine": _shares(takes, columns, [partial(machine, *one) for one in VOICE_MACHINES], held),
    }


def face_shares(takes: Takes, held: int, *, enrolled: bool) -> dict[str, Shares]:
    """Linear model and machine on action-unit means."""
    columns = of_own_clips(takes.units, takes.actor) if enrolled else takes.units
    return {
        "linear": _shares(takes, columns, [partial(linear, one) for one in FACE_LINES], held),
        "machine": _shares(takes, columns, [partial(machine, *one) for one in FACE_MACHINES], held),
    }


def joint_shares(takes: Takes, held: int, *, enrolled: bool) -> Shares:
    """One machine on functionals and action units together."""
    columns = np.hstack([takes.functionals, takes.units])
    columns = of_own_clips(columns, takes.actor) if enrolled else columns
    last = takes.units.shape[1]
    return _shares(takes, columns, [partial(joint_machine, *one, last) for one in JOINT_MACHINES], held)


def _shares(takes: Takes, columns: NDArray[np.float64], makers: list[Any], held: int) -> Shares:
    return nested_shares(makers, columns, takes.emotion, takes.fold, held=held, classes=CLASSES)
