"""Faces too small for the tracker's own detector, such as in a full-length shot.

FaceMesh looks for faces in a picture shrunk to 128 pixels. MediaPipe's full-range detector (Bazarevsky
et al. 2019, BlazeFace) sees people up to five metres away; what it finds is cut out, and the cut-out is
large enough for the tracker.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.features.landmarks import silenced_stderr

Picture = NDArray[np.uint8]
Region = tuple[int, int, int, int]

FULL_RANGE: Final = 1
"""MediaPipe's number for the model that sees up to five metres."""
LEAST_CONFIDENCE: Final = 0.5
PROBES: Final = 5
LEAST_FOUND: Final = 3
"""Of the probed pictures: foliage and fabric look like a distant face now and then, not most of the time."""
ROOM_AROUND: Final = 1.0
"""Face sizes left on each side, for a head that moves."""


class FarFaceFinder:
    """Finds where in a clip a distant face is. Use :meth:`load` to share one between threads."""

    def __init__(self) -> None:
        self._turn = Lock()
        with silenced_stderr():
            from mediapipe.python.solutions.face_detection import FaceDetection

            self._detector = FaceDetection(
                model_selection=FULL_RANGE, min_detection_confidence=LEAST_CONFIDENCE
            )
            self._detector.process(np.zeros((96, 128, 3), dtype=np.uint8))  # it says what it has to say

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Self:
        """The one finder of this process."""
        return cls()

    def region(self, pictures: Sequence[Picture]) -> Region | None:
        """Left, top, right and bottom, in pixels, of the part of a clip in which a face stays.

        Parameters
        ----------
        pictures : sequence of ndarray, shape (height, width, 3), uint8, RGB
            All of one size; those of another size than the first are not looked at.

        Returns
        -------
        tuple of int or None
            ``None`` where no face is found in most of the pictures that are looked at.
        """
        alike = [picture for picture in pictures if picture.shape == pictures[0].shape]
        if not alike:
            return None
        probed = np.unique(np.linspace(0, len(alike) - 1, PROBES).astype(int))
        with self._turn:
            boxes = [box for index in probed if (box := self._largest(alike[index])) is not None]
        if len(boxes) < min(LEAST_FOUND, len(probed)):
            return None
        found = np.array(boxes)
        low, high = found[:, :2].min(axis=0), (found[:, :2] + found[:, 2:]).max(axis=0)
        room = ROOM_AROUND * found[:, 2:].max(axis=0)
        height, width = alike[0].shape[:2]
        left, top = np.maximum(low - room, 0).astype(int).tolist()
        right, bottom = np.minimum(high + room, (width, height)).astype(int).tolist()
        return (left, top, right, bottom) if right > left and bottom > top else None

    def _largest(self, picture: Picture) -> tuple[float, float, float, float] | None:
        """Left, top, width and height of the largest face in pixels."""
        height, width = picture.shape[:2]
        boxes = [
            detection.location_data.relative_bounding_box
            for detection in self._detector.process(picture).detections or ()
        ]
        box = max(boxes, key=lambda one: one.width * one.height, default=None)
        if box is None:
            return None
        return box.xmin * width, box.ymin * height, box.width * width, box.height * height
