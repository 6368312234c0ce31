"""A part of the picture, enlarged, in which a face far away is followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Points = NDArray[np.float32]

FAR_ROOM: Final = 1.0
"""Part of a far face's size that its window shows on each side: it may move that much."""
WINDOW_WIDTH: Final = 256
"""A far face's window is enlarged to this; a third of it is face."""


@dataclass(frozen=True, slots=True)
class FaceWindow:
    """Edges in pixels of the whole picture."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, box: tuple[float, float, float, float], picture: Picture) -> Self | None:
        """The window around a face, or ``None`` where the face lies outside the picture.

        Parameters
        ----------
        box : tuple of float
            Left, top, width and height, as shares of the picture's sides.
        """
        height, width = picture.shape[:2]
        x, y, wide, high = box
        size = max(wide * width, high * height)
        middle = np.array([(x + wide / 2) * width, (y + high / 2) * height])
        left, top = np.maximum(middle - (0.5 + FAR_ROOM) * size, 0).astype(int)
        right, bottom = np.minimum(middle + (0.5 + FAR_ROOM) * size, (width, height)).astype(int)
        return cls(int(left), int(top), int(right), int(bottom)) if right > left and bottom > top else None

    @property
    def zoom(self) -> float:
        return max(1.0, WINDOW_WIDTH / (self.right - self.left))

    def cut(self, picture: Picture) -> Picture:
        """The window's part of a picture, enlarged."""
        part = picture[self.top : self.bottom, self.left : self.right]
        enlarged = cv2.resize(part, None, fx=self.zoom, fy=self.zoom, interpolation=cv2.INTER_CUBIC)
        return enlarged.astype(np.uint8)

    def back(self, tracked: Points) -> Points:
        """Points of the window as points of the whole picture."""
        corner = np.array([self.left, self.top, 0], dtype=np.float32)
        return np.asarray(tracked / np.float32(self.zoom) + corner, dtype=np.float32)
