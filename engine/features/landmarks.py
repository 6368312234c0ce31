"""Where the points of a face lie in each picture: MediaPipe's 478 landmarks, tracked over a clip.

What leaves this module is an array of pixels, so that another source of the same 478 points
(MediaPipe's ``FaceLandmarker``) can take its place without the features noticing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
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

_WIRE: Final = np.dtype(
    [("tags", "S3"), ("x", "<f4"), ("tag_y", "S1"), ("y", "<f4"), ("tag_z", "S1"), ("z", "<f4")]
)
"""A landmark as MediaPipe writes it: a length, then x, y and z, each behind a tag of a byte."""

_BLANK: Final = np.zeros((96, 128, 3), dtype=np.uint8)


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
            # The face mesh begins with this same detector: what it does not see, the mesh does not either.
            self._counting = FaceDetection(model_selection=0, min_detection_confidence=LEAST_CONFIDENCE)
            self._following.process(_BLANK)
            self._looking.process(_BLANK)
            self._far.process(_BLANK)
            self._counting.process(_BLANK)

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
        with self._turn, self._quiet():
            shown, alone = self._taken_in(pictures)
            if alone is not None:
                return alone
            return self._followed_one(shown, *self._where(shown))

    def track_all(self, pictures: Iterable[Picture]) -> tuple[Points, ...]:
        """Follow every face through the pictures of one clip.

        Where a few pictures show no more than one face, this is :meth:`track` at the same cost.

        Parameters
        ----------
        pictures : iterable of ndarray, shape (height, width, 3), uint8, RGB
            In the order of time. Each is looked at as it comes, so that a decoder may still be at work on
            the next.

        Returns
        -------
        tuple of ndarray, shape (pictures, 478, 3), float32
            As :meth:`track` gives it, one for each face, from left to right; empty where nobody is seen.

        Raises
        ------
        ValueError
            If a picture is no RGB picture of bytes.
        """
        with self._turn, self._quiet():
            shown, alone = self._taken_in(pictures)
            if alone is not None:
                return (alone,)
            region, window = self._where(shown)
            if region is not None:
                tracks = linked([self._look(picture) for picture in shown])
                if len(tracks) > 1:
                    return tracks
            tracked = self._followed_one(shown, region, window)
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

    def _taken_in(self, pictures: Iterable[Picture]) -> tuple[list[Picture], Points | None]:
        """Take the pictures as they come and follow the face of the first meanwhile, in the hope that nobody
        else appears.

        Returns
        -------
        pictures : list of ndarray
        alone : ndarray or None
            Where the only face went; ``None`` where the pictures that are probed show none or several.
        """
        self._forget()
        shown: list[Picture] = []
        followed: list[Points] = []
        for picture in pictures:
            _check(picture)
            shown.append(picture)
            if len(followed) == len(shown) - 1 and (followed or self._count(picture) == 1):
                followed.append(self._followed_on(picture, followed))
        others = _probed(shown)[1:]  # in the first one face was counted before it was followed
        if not followed or any(self._count(shown[index]) > 1 for index in others):
            return shown, None
        alone = np.array(followed, dtype=np.float32)
        if not np.isfinite(alone[:, 0, 0]).any():
            return shown, None
        self._settled = True
        return shown, alone

    def _where(
        self, pictures: Sequence[Picture]
    ) -> tuple[tuple[int, int, int, int] | None, FaceWindow | None]:
        """The region of the largest face when there are several, or the window of one far away."""
        seen = 0
        for index in _probed(pictures):
            faces = self._look(pictures[index])
            seen += len(faces)
            if len(faces) > 1:
                return _around(max(faces, key=_size)), None
        for index in _probed(pictures) if not seen else ():
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
        self._forget()
        for index, picture in enumerate(pictures):
            shown = picture if region is None else _only(picture, region)
            tracked[index] = self._followed_on(shown, tracked[:index])
            if region is not None and np.isfinite(tracked[index, 0, 0]):
                region = _around(tracked[index])
        return tracked

    def _followed_on(self, picture: Picture, before: Sequence[Points] | Points) -> Points:
        """The face in the picture after those ``before``, shape (478, 3); NaN where it is not seen."""
        points = self._follow(picture)
        if points is None and len(before) and np.isfinite(before[-1][0, 0]):
            points = self._follow(picture)  # the track was lost: now it detects anew
        return np.full((LANDMARKS, 3), np.nan, dtype=np.float32) if points is None else points

    def _forget(self) -> None:
        # A blank picture ends the last clip's track; a reset of the graph would do, but loads it anew.
        self._following.process(_BLANK)

    def _follow(self, picture: Picture) -> Points | None:
        faces = _points(self._following.process(picture), picture)
        return faces[0] if faces else None

    def _count(self, picture: Picture) -> int:
        """How many faces the detector sees: no fewer than :meth:`_look`, at a quarter of its cost."""
        return len(self._counting.process(picture).detections or ())

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


def _probed(pictures: Sequence[Picture]) -> list[int]:
    """The pictures in which the number of faces is checked."""
    return np.unique(np.linspace(0, len(pictures) - 1, PROBES).astype(int)).tolist() if pictures else []


def _points(answer: Any, picture: Picture) -> list[Points]:
    height, width = picture.shape[:2]
    scale = np.array([width, height, width], dtype=np.float32)
    return [_read(face) * scale for face in answer.multi_face_landmarks or ()]


def _read(face: Any) -> Points:
    """The landmarks of one face, shape (478, 3), as shares of the picture.

    Asking 478 messages for three fields each takes longer than following the face does elsewhere; all are
    written alike, so their bytes are read at once.
    """
    written = face.SerializeToString()
    count = len(face.landmark)
    if len(written) == count * _WIRE.itemsize:
        found = np.frombuffer(written, dtype=_WIRE)
        return np.stack([found["x"], found["y"], found["z"]], axis=1)
    return np.array([(point.x, point.y, point.z) for point in face.landmark], dtype=np.float32)


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
