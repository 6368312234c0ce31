"""Steps of a stretch on their way into a network, and its logits and attention on their way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.analysis import EmotionEstimate
from engine.features.table import INSTANTS
from engine.systems.branch import LARGEST_Z, Standardiser
from engine.vocabulary import Emotion


def z_scored(steps: NDArray[Any], standardiser: Standardiser) -> NDArray[np.float32]:
    """Z-scores of raw steps, shape (steps, width), clipped to plus or minus :data:`LARGEST_Z`."""
    found = standardiser.apply(np.asarray(steps, np.float32), np.ones(len(steps), dtype=np.bool_))
    return np.clip(found, -LARGEST_Z, LARGEST_Z)


def at_instants(
    attention: NDArray[np.float64], times_s: NDArray[np.float64], duration_s: float
) -> NDArray[np.float64]:
    """Attention over steps [steps] at these times as attention over a clip's 50 instants; sums to 1."""
    place = np.clip(times_s / duration_s * INSTANTS, 0, INSTANTS - 1).astype(np.int64)
    found = np.bincount(place, attention, minlength=INSTANTS)
    return np.asarray(found / found.sum(), dtype=np.float64)


def shares_of(logits: Tensor, temperature: float) -> NDArray[np.float64]:
    """Probabilities of logits [K] after temperature scaling (Guo et al. 2017)."""
    return np.asarray(torch.softmax(logits.double() / temperature, dim=-1).numpy(), dtype=np.float64)


def estimate(shares: NDArray[np.float64], classes: Sequence[Emotion]) -> EmotionEstimate:
    """Probabilities [K] as an estimate over their classes."""
    return EmotionEstimate(dict(zip(classes, shares.tolist(), strict=True)))
