"""Whose face is read where a clip shows several: the one asked for, the one that speaks, or the largest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.analysis import FaceReason, FacesSeen
from engine.errors import MediaError
from engine.features.landmarks import Points
from engine.features.speaking_face import mouth_opening, speaking_face, voice_levels
from engine.media import Media


def chosen_face(
    tracks: Sequence[Points], media: Media, *, shown: Sequence[int], asked: int | None = None
) -> FacesSeen | None:
    """Choose among the faces of a clip.

    Parameters
    ----------
    tracks : sequence of ndarray, shape (pictures, 478, 3)
        From left to right, as :meth:`engine.features.landmarks.FaceTracker.track_all` gives them.
    media : Media
    shown : sequence of int
        The instants of the pictures.
    asked : int, optional
        The face a person wants read, counted from 1 at the left.

    Returns
    -------
    FacesSeen or None
        ``None`` where nobody is seen.

    Raises
    ------
    MediaError
        If the face asked for is not there.
    """
    count = len(tracks)
    if asked is not None:
        if not 1 <= asked <= count:
            raise MediaError(
                f"There is no face {asked}: {count or 'no'} face(s) are seen, counted from 1 at the left; "
                "ask for one of them, or for none."
            )
        return FacesSeen(count, asked, FaceReason.ASKED)
    if count <= 1:
        return FacesSeen(1, 1, FaceReason.ALONE) if count else None
    speaker = None
    if media.sound is not None and media.sound.size:
        levels = voice_levels(media.sound, media.times_s)[list(shown)]
        speaker = speaking_face([mouth_opening(track) for track in tracks], levels).index
    if speaker is not None:
        return FacesSeen(count, speaker + 1, FaceReason.SPEAKS)
    largest = max(range(count), key=lambda index: _size(tracks[index]))
    return FacesSeen(count, largest + 1, FaceReason.LARGEST)


def several_faces(faces: FacesSeen | None) -> tuple[str, ...]:
    """What a person should know where it could have been another's face."""
    return () if faces is None or faces.count == 1 else (str(faces),)


def _size(track: Points) -> float:
    """Mean area of a face over the pictures that show it, in square pixels."""
    seen = track[np.isfinite(track[:, 0, 0]), :, :2]
    return float(np.prod(np.ptp(seen, axis=1), axis=1).mean())
