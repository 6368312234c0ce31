"""Where the points of a face lie in each picture: MediaPipe's 478 landmarks, tracked over a clip.

What leaves this module is an array of pixels, so that another source of the same 478 points
(MediaPipe's ``FaceLandmarker``) can take its place without the features noticing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.features.face_tracks import linked
from engine.features.face_window import FaceWindow

Picture = NDArray[np.uint8]
Points = NDArray[np.float32]

LANDMARKS: Final = 478
MOST_FACES: Final = 4
"""How many faces are looked for when the largest is to be found."""
ROOM_AROUND: Final = 0.8
"""Part of a face's size that is left around it when the other faces are painted over."""
LEAST_CONFIDENCE: Final = 0.5
PROBES: Final = 3
"""Pictures in which the number of faces is checked: one, some way in, and near the end."""
FAR_CONFIDENCE: Final = 0.6


class FaceTracker:
    """Finds the faces of a clip and follows the largest, or all of them.

    Loading takes a fraction of a second and a tracker may be shared between threads, which then
    take turns. Use :meth:`load` to share one.
    """

    def __init__(self) -> None:
        self._turn = Lock()
        self._settled = False
        with silenced_stderr():
            from mediapipe.python.solutions.face_detection import FaceDetection
            from mediapipe.python.solutions.face_mesh import FaceMesh

            options: dict[str, Any] = {
                "refine_landmarks": True,
                "min_detection_confidence": LEAST_CONFIDENCE,
                "min_tracking_confidence": LEAST_CONFIDENCE,
            }
            self._following = FaceMesh(static_image_mode=False, max_num_faces=1, **options)
            self._looking = FaceMesh(static_image_mode=True, max_num_faces=MOST_FACES, **options)
            self._far = FaceDetection(model_selection=1, min_detection_confidence=FAR_CONFIDENCE)
            blank = np.zeros((96, 128, 3), dtype=np.uint8)
            self._following.process(blank)
            self._looking.process(blank)
            self._far.process(blank)

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Self:
        """The one tracker of this process."""
        return cls()

    def track(self, pictures: Sequence[Picture]) -> Points:
        """Follow the largest face through the pictures of one clip.

        A face that is lost is looked for again in the same picture.

        Parameters
        ----------
        pictures : sequence of ndarray, shape (height, width, 3), uint8, RGB
            In the order of time.

        Returns
        -------
        ndarray, shape (pictures, 478, 3), float32
            x and y in pixels, z on the scale of x, smaller is nearer; NaN where no face was found.

        Raises
        ------
        ValueError
            If a picture is no RGB picture of bytes.
        """
        for picture in pictures:
            _check(picture)
        with self._turn, self._quiet():
            return self._followed_one(pictures, *self._where(pictures))

    def track_all(self, pictures: Sequence[Picture]) -> tuple[Points, ...]:
        """Follow every face through the pictures of one clip.

        Where a few pictures show no more than one face, this is :meth:`track` at the same cost.

        Parameters
        ----------
        pictures : sequence of ndarray, shape (height, width, 3), uint8, RGB
            In the order of time.

        Returns
        -------
        tuple of ndarray, shape (pictures, 478, 3), float32
            As :meth:`track` gives it, one for each face, from left to right; empty where nobody is seen.

        Raises
        ------
        ValueError
            If a picture is no RGB picture of bytes.
        """
        for picture in pictures:
            _check(picture)
        with self._turn, self._quiet():
            region, window = self._where(pictures)
            if region is not None:
                tracks = linked([self._look(picture) for picture in pictures])
                if len(tracks) > 1:
                    return tracks
            tracked = self._followed_one(pictures, region, window)
        return (tracked,) if np.isfinite(tracked[:, 0, 0]).any() else ()

    def find(self, picture: Picture) -> Points:
        """The largest face of a single picture, shape (478, 3); NaN where there is none.

        Raises
        ------
        ValueError
            If it is no RGB picture of bytes.
        """
        _check(picture)
        with self._turn, self._quiet():
            faces = self._look(picture)
        if not faces:
            return np.full((LANDMARKS, 3), np.nan, dtype=np.float32)
        return max(faces, key=_size)

    def _where(
        self, pictures: Sequence[Picture]
    ) -> tuple[tuple[int, int, int, int] | None, FaceWindow | None]:
        """The region of the largest face when there are several, or the window of one far away."""
        probed = np.unique(np.linspace(0, len(pictures) - 1, PROBES).astype(int)) if pictures else ()
        seen = 0
        for index in probed:
            faces = self._look(pictures[index])
            seen += len(faces)
            if len(faces) > 1:
                return _around(max(faces, key=_size)), None
        for index in probed if not seen else ():
            window = self._far_window(pictures[index])
            if window is not None:
                return None, window
        return None, None

    def _far_window(self, picture: Picture) -> FaceWindow | None:
        """Where a face is that is too small for the tracker's own detector, as in a full-length shot."""
        found = [
            one.location_data.relative_bounding_box for one in self._far.process(picture).detections or ()
        ]
        boxes = [(one.xmin, one.ymin, one.width, one.height) for one in found]
        return FaceWindow.around(max(boxes, key=lambda box: box[2] * box[3]), picture) if boxes else None

    def _followed_one(
        self, pictures: Sequence[Picture], region: tuple[int, int, int, int] | None, window: FaceWindow | None
    ) -> Points:
        if window is None:
            tracked = self._followed(pictures, region)
        else:
            tracked = window.back(self._followed([window.cut(picture) for picture in pictures], None))
        self._settled = self._settled or bool(np.isfinite(tracked[:, 0, 0]).any())
        return tracked

    def _followed(self, pictures: Sequence[Picture], region: tuple[int, int, int, int] | None) -> Points:
        tracked = np.full((len(pictures), LANDMARKS, 3), np.nan, dtype=np.float32)
        self._forget(pictures)
        for index, picture in enumerate(pictures):
            shown = picture if region is None else _only(picture, region)
            points = self._follow(shown)
            if points is None and index and np.isfinite(tracked[index - 1, 0, 0]):
                points = self._follow(shown)  # the track was lost: now it detects anew
            if points is None:
                continue
            tracked[index] = points
            if region is not None:
                region = _around(points)
        return tracked

    def _forget(self, pictures: Sequence[Picture]) -> None:
        # A blank picture ends the last clip's track; a reset of the graph would do, but loads it anew.
        if pictures:
            self._following.process(np.zeros_like(pictures[0]))

    def _follow(self, picture: Picture) -> Points | None:
        faces = _points(self._following.process(picture), picture)
        return faces[0] if faces else None

    def _look(self, picture: Picture) -> list[Points]:
        return _points(self._looking.process(picture), picture)

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """Silence until a first face has been found; MediaPipe says what it has to say by then."""
        if self._settled:
            yield
        else:
            with silenced_stderr():
                yield


@contextmanager
def silenced_stderr() -> Iterator[None]:
    """Send the process's standard error nowhere, below Python, where native libraries write."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _check(picture: Picture) -> None:
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise ValueError(
            f"A picture is (height, width, 3) bytes in RGB, not {picture.dtype} {picture.shape}; convert it."
        )


def _points(answer: Any, picture: Picture) -> list[Points]:
    height, width = picture.shape[:2]
    scale = np.array([width, height, width], dtype=np.float32)
    return [
        np.array([(point.x, point.y, point.z) for point in face.landmark], dtype=np.float32) * scale
        for face in answer.multi_face_landmarks or ()
    ]


def _size(points: Points) -> float:
    width, height = np.ptp(points[:, :2], axis=0)
    return float(width * height)


def _around(points: Points) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a face with room around it."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    room = ROOM_AROUND * (high - low)
    left, top = np.maximum(low - room, 0).astype(int)
    right, bottom = (high + room).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _only(picture: Picture, region: tuple[int, int, int, int]) -> Picture:
    """The picture with everything outside the region painted black, so that coordinates stay."""
    left, top, right, bottom = region
    shown = np.zeros_like(picture)
    shown[top:bottom, left:right] = picture[top:bottom, left:right]
    return shown
