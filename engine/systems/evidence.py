"""What is seen and heard in a decoded clip: the raw blocks of the feature table and their trust."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Curves
from engine.features.face import FaceFeatures, face_features
from engine.features.face_stills import FaceStills, face_stills
from engine.features.landmarks import LANDMARKS, FaceTracker
from engine.features.table import INSTANTS
from engine.features.trust import Trust, face_trust, voice_trust
from engine.features.voice import VoiceFeatures, voice_features
from engine.media import Media


@dataclass(frozen=True, slots=True)
class Heard:
    """The voice of a clip.

    Attributes
    ----------
    features : VoiceFeatures
        All masked where there is nothing to hear.
    trust : Trust
    seconds : float
        What it took.
    """

    features: VoiceFeatures
    trust: Trust
    seconds: float


@dataclass(frozen=True, slots=True)
class Seen:
    """The face of a clip.

    Attributes
    ----------
    features : FaceFeatures
        All masked where there is nothing to see.
    stills : FaceStills
        A few of its faces as pictures and shapes; none where there is nothing to see.
    trust : Trust
    seconds : float
        What it took.
    """

    features: FaceFeatures
    stills: FaceStills
    trust: Trust
    seconds: float


def hear(media: Media) -> Heard:
    """Measure the voice of a clip and how far it can be trusted."""
    started = perf_counter()
    sound = np.zeros(0, np.float32) if media.sound is None else media.sound
    features = voice_features(sound, media.times_s)
    if media.sound is None:
        trust = Trust(0.0, {}, "The clip has no sound track.")
    else:
        trust = voice_trust(sound, features.speech)
    return Heard(features, trust, perf_counter() - started)


def see(media: Media, tracker: FaceTracker, *, neutral: NDArray[np.float32] | None = None) -> Seen:
    """Measure the face of a clip and how far it can be trusted.

    Parameters
    ----------
    neutral : ndarray, shape (27,), optional
        The actor's own face at rest, from :func:`engine.features.face.neutral_measures`.

    Raises
    ------
    ValueError
        If ``neutral`` has another shape.
    """
    started = perf_counter()
    landmarks = np.full((INSTANTS, LANDMARKS, 3), np.nan, dtype=np.float32)
    sizes = np.ones((INSTANTS, 2))
    shown = [index for index, picture in enumerate(media.pictures) if picture is not None]
    pictures = [picture for picture in media.pictures if picture is not None]
    if shown:
        landmarks[shown] = tracker.track(pictures)
        sizes[shown] = [picture.shape[:2] for picture in pictures]
    features = face_features(landmarks, sizes, neutral=neutral)
    if not media.has_pictures:
        trust = Trust(0.0, {}, "The clip has no pictures.")
    else:
        trust = face_trust(media.pictures, landmarks)
        if trust.value and not features.mask.any():
            trust = Trust(0.0, trust.quality, "The face is cut off by the edge of the picture.")
    stills = face_stills(media.pictures, landmarks, features.mask)
    return Seen(features, stills, trust, perf_counter() - started)


def curves(heard: Heard, seen: Seen) -> Curves:
    """What can be drawn under the clip, at its 50 instants."""
    return Curves(
        loudness_db=_known(heard.features.loudness_db),
        pitch_hz=_known(heard.features.pitch_hz),
        face_movement=_known(seen.features.movement),
    )


def _known(values: NDArray[np.float64]) -> tuple[float | None, ...]:
    return tuple(float(value) if np.isfinite(value) else None for value in values)
