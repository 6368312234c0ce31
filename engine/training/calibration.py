"""From held-out logits to probabilities, and from their arousal to standings among a reference set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError
from engine.training.performance import reference_weights
from engine.training.sound_set import SoundSet
from engine.verdict.scale import NEUTRAL_SHARE, ReferenceScale

Numbers = NDArray[np.float64]


def softmax(logits: Numbers, temperature: float = 1.0) -> Numbers:
    """Probabilities of logits [n, K] after temperature scaling (Guo et al. 2017)."""
    shares = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


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
    try:
        return ReferenceScale.fit(raw, weights=reference_weights(rest, ~rest & strong))
    except ValueError as error:
        raise TableError(f"There are too few recordings to train on: {error}") from error
