"""An actor's face, learned from pictures of them that they consented to, to find them among others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.features.face_identity import WIDTH, FaceIdentity, installed, nearest
from engine.features.landmarks import FaceTracker, Points

LARGEST_SIDE_PX: Final = 1600
"""Larger pictures are made smaller first: a face in them is large enough."""


@dataclass(frozen=True, slots=True)
class FaceEnrolment:
    """What is known of an actor's face: enough to tell them apart, so it is kept as their pictures would be.

    Attributes
    ----------
    vectors : ndarray, shape (pictures, 128)
    """

    vectors: NDArray[np.float64]

    @classmethod
    def of(cls, vectors: Sequence[Sequence[float]]) -> Self:
        """From stored vectors.

        Raises
        ------
        ValueError
            If there is none, or they have another length.
        """
        found = np.array(vectors, dtype=np.float64)
        if found.ndim != 2 or found.shape[1] != WIDTH or not np.isfinite(found).all():
            raise ValueError(f"An enrolled face is a row of {WIDTH} finite numbers for each picture.")
        return cls(found)

    def found_in(self, tracks: Sequence[Points], pictures: Sequence[NDArray[np.uint8]]) -> int | None:
        """Which of several faces it is; ``None`` where none is, or nothing is here that tells faces apart."""
        if len(tracks) < 2 or not installed():
            return None
        reader = FaceIdentity.load()
        return nearest([reader.of_track(track, pictures) for track in tracks], self.vectors)


def enrolled_face(pictures: Sequence[tuple[str, bytes]]) -> FaceEnrolment:
    """Learn a face from pictures that show it and no other.

    Parameters
    ----------
    pictures : sequence of (str, bytes)
        What people call each file, and its content (JPEG, PNG, WebP).

    Raises
    ------
    MediaError
        If there is none, one cannot be read, or it shows nobody or several people.
    WeightsError
        If what tells faces apart is not installed.
    """
    if not pictures:
        raise MediaError("No picture is given; give one or more in which the actor is seen alone.")
    reader, tracker = FaceIdentity.load(), FaceTracker.load()
    vectors = []
    for name, content in pictures:
        picture = _decoded(name, content)
        tracks = tracker.track_all([picture])
        if len(tracks) != 1:
            seen = f"{len(tracks)} faces are" if tracks else "nobody is"
            raise MediaError(f"In {name} {seen} seen; give pictures in which the actor is seen alone.")
        vectors.append(reader.of_picture(picture, tracks[0][0]))
    return FaceEnrolment(np.array(vectors))


def _decoded(name: str, content: bytes) -> NDArray[np.uint8]:
    found = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if found is None:
        raise MediaError(f"{name} is no picture that can be read; give JPEG or PNG.")
    shrink = LARGEST_SIDE_PX / max(found.shape[:2])
    if shrink < 1:
        found = cv2.resize(found, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(cv2.cvtColor(found, cv2.COLOR_BGR2RGB))
