"""What a naming system's held-out logits teach: temperatures, and the scales of its distilled intensities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError
from engine.training.calibration import fitted_temperature, reference_weights
from engine.training.sound_set import SoundSet
from engine.verdict.scale import NEUTRAL_SHARE, ReferenceScale

Numbers = NDArray[np.float64]

LEAST_EXPRESSION, FULL_EXPRESSION = 0.1, 0.5
"""Intensities of made face clips: below is neutral material, from the second on a full expression."""


def softmax(logits: Numbers, temperature: float = 1.0) -> Numbers:
    """Probabilities of logits [n, K] after temperature scaling (Guo et al. 2017)."""
    shares = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def temperature(logits: Numbers, label: NDArray[np.int64]) -> float:
    """The temperature that makes the labels [n] likeliest under logits [n, K]."""
    return fitted_temperature(logits, np.eye(logits.shape[1])[label])


def line_scale(raw: Numbers, neutral: NDArray[np.bool_]) -> ReferenceScale:
    """The scale of lines: those people called neutral hold ``NEUTRAL_SHARE``.

    Parameters
    ----------
    raw : ndarray, shape (n,)
        Arousal logits of lines that were not learned from.
    neutral : ndarray, shape (n,), bool

    Raises
    ------
    TableError
        If there are too few lines.
    """
    share = np.where(
        neutral, NEUTRAL_SHARE / max(1, neutral.sum()), (1 - NEUTRAL_SHARE) / max(1, (~neutral).sum())
    )
    try:
        return ReferenceScale.fit(raw, weights=share)
    except ValueError as error:
        raise TableError(f"meld_train.csv is too small to train on: {error}") from error


def voice_scale(raw: Numbers, sounds: SoundSet) -> ReferenceScale:
    """The scale of deliveries: voices at rest hold ``NEUTRAL_SHARE``, normal and strong split the rest.

    Parameters
    ----------
    raw : ndarray, shape (n,)
        Out-of-fold arousal logits of the recordings.

    Raises
    ------
    TableError
        If there are too few recordings.
    """
    rest = np.array([name.at_rest for name in sounds.names])
    strong = np.array([name.strong for name in sounds.names])
    return _delivery_scale(raw, rest, ~rest & strong)


def face_scale(raw: Numbers, intensity: NDArray[np.float32]) -> ReferenceScale:
    """The scale of made face clips: those at rest hold ``NEUTRAL_SHARE``, moderate and full split the rest.

    Parameters
    ----------
    raw : ndarray, shape (n,)
        Out-of-fold arousal logits.
    intensity : ndarray, shape (n,)
        Of each clip, 0 to 1.

    Raises
    ------
    TableError
        If there are too few clips.
    """
    return _delivery_scale(raw, intensity < LEAST_EXPRESSION, intensity >= FULL_EXPRESSION)


def _delivery_scale(raw: Numbers, rest: NDArray[np.bool_], full: NDArray[np.bool_]) -> ReferenceScale:
    try:
        return ReferenceScale.fit(raw, weights=reference_weights(rest, full))
    except ValueError as error:
        raise TableError(f"There are too few recordings or faces to train on: {error}") from error
