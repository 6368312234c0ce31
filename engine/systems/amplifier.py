"""The amplifier override: an unmistakable sign lifts an expressed score that was cautious.

A brain that averages over a take can miss one moment that nobody in the audience would. The rule is
explicit, says what it did, and can be switched off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Amplification
from engine.vocabulary import INTENSITY_MIDPOINT, INTENSITY_UNIT


@dataclass(frozen=True, slots=True)
class Sign:
    """From which value a sign counts, and from which it counts fully."""

    name: str
    counts_from: float
    counts_fully_from: float

    def strength(self, value: float) -> float:
        """How far the sign counts, 0 to 1."""
        return float(np.clip((value - self.counts_from) / (self.counts_fully_from - self.counts_from), 0, 1))


CAUTIOUS_BELOW: Final = INTENSITY_MIDPOINT
"""A score from here on says by itself that the delivery is stronger than an ordinary one."""

LIFTED_TO: Final = INTENSITY_MIDPOINT + INTENSITY_UNIT
"""Where a full sign lifts to: one unit of the gap above the middle, short of calling it extreme."""

JAW: Final = Sign("jaw", 0.42, 0.62)
"""Gap between the lips in distances between the eyes. Speech seldom passes 0.30; posed surprise has its
upper quartile at 0.42 and its widest at 0.68."""

LOUDNESS: Final = Sign("loudness", 18.0, 24.0)
"""Decibels above the clip's own median speech level. Fewer than 1 in 100 acted lines pass 18."""

LEAST_SPOKEN: Final = 5
"""Instants with speech below which a median level means nothing."""


def amplified(
    expressed: float | None,
    *,
    times_s: NDArray[np.float64],
    jaw_open: NDArray[np.float64],
    loudness_db: NDArray[np.float64],
    speech: NDArray[np.bool_],
) -> Amplification | None:
    """Say whether and how far the rule lifts ``expressed``.

    A cautious score i moves towards :data:`LIFTED_TO` by the strength of the stronger sign:
    i + strength · (LIFTED_TO − i). It never falls.

    Parameters
    ----------
    expressed : float or None
        Expressed intensity, 0 to 1.
    times_s : ndarray, shape (50,)
        Seconds.
    jaw_open : ndarray, shape (50,)
        Gap between the lips in distances between the eyes; NaN without a face.
    loudness_db : ndarray, shape (50,)
        On any reference level; NaN where unknown.
    speech : ndarray, shape (50,), bool

    Returns
    -------
    Amplification or None
        ``None`` where the score is unknown or not cautious, or no sign counts.
    """
    if expressed is None or not expressed < CAUTIOUS_BELOW:
        return None
    spoken = speech & np.isfinite(loudness_db)
    usual = float(np.median(loudness_db[spoken])) if spoken.sum() >= LEAST_SPOKEN else np.nan
    candidates = (
        (JAW, jaw_open),
        (LOUDNESS, np.where(spoken, loudness_db - usual, np.nan)),
    )
    lifted: list[tuple[float, Sign, int, float]] = []
    for sign, values in candidates:
        if np.isfinite(values).any():
            at = int(np.nanargmax(values))
            lifted.append((sign.strength(float(values[at])), sign, at, float(values[at])))
    strength, sign, at, value = max(lifted, key=lambda found: found[0], default=(0.0, JAW, 0, 0.0))
    if strength <= 0:
        return None
    after = expressed + strength * (LIFTED_TO - expressed)
    return Amplification(
        sign=sign.name, value=value, time_s=float(times_s[at]), before=expressed, after=after
    )
