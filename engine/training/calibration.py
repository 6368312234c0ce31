"""What makes probabilities honest and a reference set ordinary: temperature, and reference weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from engine.verdict.scale import NEUTRAL_SHARE

Numbers = NDArray[np.float64]


def fitted_temperature(logits: Numbers, target: NDArray[np.floating[Any]], *, lowest: float = -2) -> float:
    """The temperature that makes logits [n, classes] likeliest for the target shares (Guo et al. 2017)."""

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        top = scaled.max(axis=1, keepdims=True)
        log_share = scaled - top - np.log(np.exp(scaled - top).sum(axis=1, keepdims=True))
        return float(-(target * log_share).sum(axis=1).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(lowest, 4), method="bounded").x))


def reference_weights(rest: NDArray[np.bool_], full: NDArray[np.bool_]) -> Numbers:
    """Sampling weights [n]: neutral material holds ``NEUTRAL_SHARE``, moderate and full split the rest."""
    moderate = ~rest & ~full
    share = np.zeros(rest.size)
    for group, part in (
        (rest, NEUTRAL_SHARE),
        (moderate, (1 - NEUTRAL_SHARE) / 2),
        (full, (1 - NEUTRAL_SHARE) / 2),
    ):
        share[group] = part / max(1, int(group.sum()))
    return share
