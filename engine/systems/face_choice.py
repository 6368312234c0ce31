"""Whose face is read where a clip shows several: the one asked for, the enrolled actor's, the one that
speaks, or the largest.

A small picture of each lets a person choose another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.analysis import FaceReason, FacesSeen
from engine.errors import MediaError
from engine.features.landmarks import Points
from engine.features.speaking_face import mouth_opening, speaking_face, voice_levels
from engine.media import Media
from engine.media.thumbnails import thumbnail

PICTURE_PX: Final = 160
"""Width of a picture to choose by."""
MARGIN: Final = 0.35
"""Of the face's own width and height around it: hair and chin, by which people know each other."""


class NoSuchFaceError(MediaError):
    """A face that was asked for and is not there."""


def chosen_face(
    tracks: Sequence[Points],
    media: Media,
    *,
    shown: Sequence[int],
    asked: int | None = None,
    known: int | None = None,
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
    known : int, optional
        Index of the track that is the enrolled actor's.

    Returns
    -------
    FacesSeen or None
        ``None`` where nobody is seen.

    Raises
    ------
    NoSuchFaceError
        If the face asked for is not there.
    """
    count = len(tracks)
    if asked is not None:
        if not 1 <= asked <= count:
            raise NoSuchFaceError(
                f"There is no face {asked}: {count or 'no'} face(s) are seen, counted from 1 at the left; "
                "ask for one of them, or for none."
            )
        return FacesSeen(count, asked, FaceReason.ASKED)
    if count <= 1:
        return FacesSeen(1, 1, FaceReason.ALONE) if count else None
    if known is not None:
        return FacesSeen(count, known + 1, FaceReason.ENROLLED)
    speaker = None
    if media.sound is not None and media.sound.size:
        levels = voice_levels(media.sound, media.times_s)[list(shown)]
        speaker = speaking_face([mouth_opening(track) for track in tracks], levels).index
    if speaker is not None:
        return FacesSeen(count, speaker + 1, FaceReason.SPEAKS)
    largest = max(range(count), key=lambda index: _size(tracks[index]))
    return FacesSeen(count, largest + 1, FaceReason.LARGEST)


def face_pictures(
    tracks: Sequence[Points], pictures: Sequence[NDArray[np.uint8]]
) -> tuple[bytes | None, ...]:
    """A small JPEG of each face, from the middle of the pictures that show it.

    Parameters
    ----------
    tracks : sequence of ndarray, shape (pictures, 478, 3)
    pictures : sequence of ndarray, shape (height, width, 3), uint8

    Returns
    -------
    tuple of (bytes or None)
        One for each track; ``None`` where the face lies outside the picture. Empty for fewer than two faces:
        there is nothing to choose.
    """
    return tuple(_picture(track, pictures) for track in tracks) if len(tracks) > 1 else ()


def several_faces(faces: FacesSeen | None) -> tuple[str, ...]:
    """What a person should know where it could have been another's face."""
    return () if faces is None or faces.count == 1 else (str(faces),)


def _picture(track: Points, pictures: Sequence[NDArray[np.uint8]]) -> bytes | None:
    seen = np.flatnonzero(np.isfinite(track[:, 0, 0]))
    index = int(seen[seen.size // 2])
    low, high = track[index, :, :2].min(axis=0), track[index, :, :2].max(axis=0)
    room = MARGIN * (high - low)
    height, width = pictures[index].shape[:2]
    left, top = np.clip(low - room, 0, (width, height)).astype(int)
    right, bottom = np.clip(high + room, 0, (width, height)).astype(int)
    cut: NDArray[Any] = pictures[index][top:bottom, left:right]
    return thumbnail(np.ascontiguousarray(cut), width=PICTURE_PX) if cut.size else None


def _size(track: Points) -> float:
    """Mean area of a face over the pictures that show it, in square pixels."""
    seen = track[np.isfinite(track[:, 0, 0]), :, :2]
    return float(np.prod(np.ptp(seen, axis=1), axis=1).mean())
