"""What is seen and heard in a decoded clip: the raw blocks of the feature table and their trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Curves, FacesSeen
from engine.features.blendshapes import NAMES, Blendshapes, brow_movement
from engine.features.face import FaceFeatures, face_features
from engine.features.face_stills import FaceStills, face_stills
from engine.features.landmarks import LANDMARKS, FaceTracker, Points
from engine.features.table import INSTANTS
from engine.features.trust import Trust, face_trust, voice_trust
from engine.features.voice import VoiceFeatures, voice_features
from engine.media import Media
from engine.systems.face_choice import chosen_face, face_pictures
from engine.systems.face_enrolment import FaceEnrolment


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
    blendshapes : ndarray, shape (50, 52), or None
        Columns as in :data:`engine.features.blendshapes.NAMES`, NaN where there is no face; ``None`` where
        FaceLandmarker's file is not at hand. No system rests on them.
    faces : FacesSeen or None
        Whose face it is; ``None`` where nobody is seen.
    pictures : tuple of (bytes or None)
        A small JPEG of each face, where there are several.
    """

    features: FaceFeatures
    stills: FaceStills
    trust: Trust
    seconds: float
    blendshapes: NDArray[np.float32] | None = None
    faces: FacesSeen | None = None
    pictures: tuple[bytes | None, ...] = ()


def hear(media: Media) -> Heard:
    """Measure the voice of a clip and how far it can be trusted."""
    return heard_in(media.sound, media.times_s)


def heard_in(sound: NDArray[np.float32] | None, times_s: NDArray[np.float64]) -> Heard:
    """The same, of a clip whose pictures are not there yet.

    Parameters
    ----------
    sound : ndarray, shape (n,), float32, mono, 16 kHz, or None
        ``None`` without a sound track.
    times_s : ndarray, shape (50,)
        The clip's instants.
    """
    started = perf_counter()
    features = voice_features(np.zeros(0, np.float32) if sound is None else sound, times_s)
    if sound is None:
        trust = Trust(0.0, {}, "The clip has no sound track.")
    else:
        trust = voice_trust(sound, features.speech)
    return Heard(features, trust, perf_counter() - started)


def see(
    media: Media,
    tracker: FaceTracker,
    *,
    neutral: NDArray[np.float32] | None = None,
    face: int | None = None,
    own_face: FaceEnrolment | None = None,
) -> Seen:
    """Measure the face of a clip and how far it can be trusted.

    Parameters
    ----------
    neutral : ndarray, shape (27,), optional
        The actor's own face at rest, from :func:`engine.features.face.neutral_measures`.
    face : int, optional
        Which face to read, counted from 1 at the left; by default the enrolled actor's, the one that speaks,
        else the largest.
    own_face : FaceEnrolment, optional
        The actor's enrolled pictures.

    Raises
    ------
    ValueError
        If ``neutral`` has another shape.
    MediaError
        If there is no such face.
    WeightsError
        If FaceLandmarker's file is at hand and is not the published one.
    """
    started = perf_counter()
    tracks = tracker.track_all([picture for picture in media.pictures if picture is not None])
    return seen_in(media, tracks, since=started, neutral=neutral, face=face, own_face=own_face)


def seen_in(
    media: Media,
    tracks: Sequence[Points],
    *,
    since: float,
    neutral: NDArray[np.float32] | None = None,
    face: int | None = None,
    own_face: FaceEnrolment | None = None,
) -> Seen:
    """The same, of faces that were followed already.

    Parameters
    ----------
    tracks : sequence of ndarray, shape (pictures, 478, 3)
        As :meth:`engine.features.landmarks.FaceTracker.track_all` gives them for the pictures that are there.
    since : float
        When the looking began, by ``perf_counter``.
    """
    landmarks = np.full((INSTANTS, LANDMARKS, 3), np.nan, dtype=np.float32)
    sizes = np.ones((INSTANTS, 2))
    shown = [index for index, picture in enumerate(media.pictures) if picture is not None]
    pictures = [picture for picture in media.pictures if picture is not None]
    reader = Blendshapes.at_hand()
    shapes = None if reader is None else np.full((INSTANTS, len(NAMES)), np.nan, dtype=np.float32)
    known = None if own_face is None or face is not None else own_face.found_in(tracks, pictures)
    faces = chosen_face(tracks, media, shown=shown, asked=face, known=known)
    if shown:
        if faces is not None:
            landmarks[shown] = tracks[faces.chosen - 1]
        sizes[shown] = [picture.shape[:2] for picture in pictures]
        if reader is not None and shapes is not None:
            shapes[shown] = reader.read(pictures, landmarks[shown])
    features = face_features(landmarks, sizes, neutral=neutral)
    if not media.has_pictures:
        trust = Trust(0.0, {}, "The clip has no pictures.")
    else:
        trust = face_trust(media.pictures, landmarks)
        if trust.value and not features.mask.any():
            trust = Trust(0.0, trust.quality, "The face is cut off by the edge of the picture.")
    stills = face_stills(media.pictures, landmarks, features.mask)
    small = face_pictures(tracks, pictures)
    return Seen(features, stills, trust, perf_counter() - since, shapes, faces, small)


def curves(heard: Heard, seen: Seen) -> Curves:
    """What can be drawn under the clip, at its 50 instants."""
    return Curves(
        loudness_db=_known(heard.features.loudness_db),
        pitch_hz=_known(heard.features.pitch_hz),
        face_movement=_known(seen.features.movement),
        brows=() if seen.blendshapes is None else _known(brow_movement(seen.blendshapes)),
    )


def _known(values: NDArray[np.float64] | NDArray[np.float32]) -> tuple[float | None, ...]:
    return tuple(float(value) if np.isfinite(value) else None for value in values)
