"""The face as a small grey picture: cut out by its landmarks, or the whole picture where none are found.

Web faces of FER2013 are 48 pixels wide and cut by a face detector. A face of a film is cut so that its
eyes and nose lie where they lie in those on average, so that one network reads both.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

CROP_PX: Final = 48
ANCHORS: Final = (33, 133, 362, 263, 168, 2)
"""Corners of the eyes, bridge and base of the nose: expressions hardly move them."""
ANCHOR_PLACES: Final = np.array(
    [(11.5, 18.7), (18.9, 19.2), (29.1, 19.2), (36.5, 18.7), (24.0, 18.1), (24.0, 31.4)], np.float32
)
"""Where they lie in a web face of 48 pixels: medians over FER+, made even on both sides."""
FINER: Final = 4
"""A crop is cut so many times finer and then averaged, so that a large face leaves no false patterns."""


def face_crop(picture: Bytes, landmarks: NDArray[np.float32]) -> Bytes:
    """Cut one face out of a picture, upright and at its standard place.

    Parameters
    ----------
    picture : ndarray, shape (height, width, 3) or (height, width), uint8
        RGB or grey.
    landmarks : ndarray, shape (478, 3)
        In pixels of the picture; finite.

    Returns
    -------
    ndarray, shape (48, 48), uint8
        Grey; what lies outside the picture repeats its edge.

    Raises
    ------
    ValueError
        If a landmark is not finite.

    References
    ----------
    Umeyama 1991, least-squares similarity of two point sets.
    """
    points = landmarks[list(ANCHORS), :2].astype(np.float64)
    if not np.isfinite(points).all():
        raise ValueError("A face without landmarks cannot be cut out; take whole_crop() of its picture.")
    goal = (ANCHOR_PLACES.astype(np.float64) + 0.5) * FINER - 0.5
    moved, target = points - points.mean(axis=0), goal - goal.mean(axis=0)
    size = max(float((moved**2).sum()), 1e-9)
    along = float((moved * target).sum()) / size  # scale times cosine
    across = float((moved[:, 0] * target[:, 1] - moved[:, 1] * target[:, 0]).sum()) / size  # times sine
    turn = np.array([[along, -across], [across, along]])
    shift = goal.mean(axis=0) - turn @ points.mean(axis=0)
    cut = cv2.warpAffine(
        _grey(picture),
        np.column_stack([turn, shift]),
        (FINER * CROP_PX, FINER * CROP_PX),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return _shrunk(cut.astype(np.uint8))


def whole_crop(picture: Bytes) -> Bytes:
    """The whole picture as a crop, shape (48, 48): for a close picture in which no landmarks are found.

    Parameters
    ----------
    picture : ndarray, shape (height, width, 3) or (height, width), uint8
    """
    grey = _grey(picture)
    height, width = grey.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return _shrunk(grey[top : top + side, left : left + side])


def _grey(picture: Bytes) -> Bytes:
    return picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.uint8)


def _shrunk(grey: Bytes) -> Bytes:
    shrinks = grey.shape[0] > CROP_PX
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(grey, (CROP_PX, CROP_PX), interpolation=way).astype(np.uint8)
