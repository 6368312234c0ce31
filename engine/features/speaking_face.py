"""Which of several faces speaks: the one whose mouth opens when the voice sounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.activity import HOP, SAMPLE_RATE, frame_levels
from engine.features.landmarks import Points

LIPS: Final = (13, 14)
"""The inner edges of the upper and the lower lip, in their middle."""
EYES: Final = (33, 263)
"""The outer corners of the eyes."""

QUIET_DB: Final = 40.0
"""What lies further under the loudest instant is silence, however deep."""
LEAST_CORRELATION: Final = 0.3
"""Of 50 unrelated pairs one in fifty correlates so far."""
LEAST_LEAD: Final = 0.15
"""The speaker's mouth must go with the voice so much better than any other."""
FEWEST_INSTANTS: Final = 10
"""Fewer instants with a face say nothing."""
LEAST_MOVEMENT: Final = 0.01
"""A mouth that moves less than this, in eye distances, is still: the rest is noise of the tracker."""


@dataclass(frozen=True, slots=True)
class SpeakingFace:
    """What was found.

    Attributes
    ----------
    index : int or None
        The face that speaks; ``None`` where none stands out.
    correlations : tuple of (float or None)
        Of each face's mouth opening with the voice, -1 to 1; ``None`` where the mouth is still or hardly
        seen.
    """

    index: int | None
    correlations: tuple[float | None, ...]


def speaking_face(mouths: Sequence[NDArray[np.float64]], voice_db: NDArray[np.float64]) -> SpeakingFace:
    """Find the face whose mouth opens with the voice.

    Parameters
    ----------
    mouths : sequence of ndarray, shape (n,)
        How far each face's mouth is open at each instant, in any one unit; NaN where it is not seen.
    voice_db : ndarray, shape (n,)
        Level of the sound at the same instants, dB.

    References
    ----------
    Cutler and Davis (2000), Look who's talking: speaker detection using video and audio correlation.
    """
    heard = np.maximum(voice_db, voice_db.max() - QUIET_DB) if voice_db.size else voice_db
    found = tuple(_correlation(mouth, heard) for mouth in mouths)
    ranked = sorted((value for value in found if value is not None), reverse=True)
    if not ranked or ranked[0] < LEAST_CORRELATION:
        return SpeakingFace(None, found)
    if len(ranked) > 1 and ranked[0] - ranked[1] < LEAST_LEAD:
        return SpeakingFace(None, found)
    return SpeakingFace(found.index(ranked[0]), found)


def mouth_opening(points: Points) -> NDArray[np.float64]:
    """Distance of the lips over the distance of the eyes' outer corners, shape (n,); NaN without a face.

    Parameters
    ----------
    points : ndarray, shape (n, 478, 3)
        Landmarks in pixels.
    """
    lips = np.linalg.norm(points[:, LIPS[0]] - points[:, LIPS[1]], axis=1)
    eyes = np.linalg.norm(points[:, EYES[0]] - points[:, EYES[1]], axis=1)
    return np.asarray(lips / np.maximum(eyes, 1e-6), dtype=np.float64)


def voice_levels(sound: NDArray[np.float32], times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Level of the sound around each instant, dB, shape (n,); each spans half the way to its neighbours.

    Parameters
    ----------
    sound : ndarray, shape (samples,), float32
        Mono at 16 kHz.
    times_s : ndarray, shape (n,)
        At equal distances.
    """
    levels = frame_levels(sound)
    half = float(times_s[1] - times_s[0]) / 2
    edges = np.array([times_s - half, times_s + half]) * SAMPLE_RATE / HOP
    starts = np.clip(edges[0].astype(int), 0, levels.size - 1)
    ends = np.maximum(np.clip(np.ceil(edges[1]).astype(int), 0, levels.size), starts + 1)
    return np.array([levels[start:end].max() for start, end in zip(starts, ends, strict=True)], np.float64)


def _correlation(mouth: NDArray[np.float64], voice_db: NDArray[np.float64]) -> float | None:
    seen = np.isfinite(mouth)
    if seen.sum() < FEWEST_INSTANTS or mouth[seen].std() < LEAST_MOVEMENT or voice_db[seen].std() == 0:
        return None
    return float(np.corrcoef(mouth[seen], voice_db[seen])[0, 1])
