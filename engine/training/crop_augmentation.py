"""Face crops as other cameras, other detectors and other light would have given them."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.features.face_crop import CROP_PX

Bytes = NDArray[np.uint8]

TURN_DEG: Final = 6.0
ZOOM: Final = 0.08
"""Standard deviation of the logarithm of the scale."""
SHIFT_PX: Final = 2.0
SHEAR: Final = 0.05
GAMMA, CONTRAST, LIGHT = 0.25, 0.2, 15.0
"""Spread of log gamma, log contrast, and brightness in grey levels."""
BLUR_SHARE, BLUR_PX = 0.25, (0.4, 1.0)
NOISE_SHARE, NOISE_LEVELS = 0.25, (2.0, 10.0)
CUT_SHARE, CUT_PX = 0.5, (6, 20)
"""Cutout (DeVries & Taylor 2017): share of crops, and the sides of what is covered."""


def changed(crops: Bytes, *, rng: Generator) -> Bytes:
    """Mirror, turn, zoom, shift, shear, relight, blur, spoil and cover crops at random.

    Parameters
    ----------
    crops : ndarray, shape (n, 48, 48)

    Returns
    -------
    ndarray, shape (n, 48, 48)
    """
    return np.array([_changed(crop, rng) for crop in crops], dtype=np.uint8).reshape(crops.shape)


def _changed(crop: Bytes, rng: Generator) -> Bytes:
    middle = (CROP_PX - 1) / 2
    move: NDArray[np.float64] = np.asarray(
        cv2.getRotationMatrix2D((middle, middle), rng.normal() * TURN_DEG, math.exp(rng.normal() * ZOOM))
    )
    if rng.random() < 0.5:
        move = move @ np.array([[-1.0, 0.0, CROP_PX - 1], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    move[0, 1] += rng.normal() * SHEAR
    move[:, 2] += rng.normal(size=2) * SHIFT_PX
    moved = cv2.warpAffine(crop, move, crop.shape, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    grey = 255 * (moved.astype(np.float32) / 255) ** math.exp(rng.normal() * GAMMA)
    grey = grey * math.exp(rng.normal() * CONTRAST) + rng.normal() * LIGHT
    if rng.random() < BLUR_SHARE:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(*BLUR_PX)).astype(np.float32)
    if rng.random() < NOISE_SHARE:
        grey = grey + rng.standard_normal(grey.shape, np.float32) * rng.uniform(*NOISE_LEVELS)
    if rng.random() < CUT_SHARE:
        height, width = rng.integers(*CUT_PX, size=2)
        top, left = rng.integers(0, CROP_PX - height), rng.integers(0, CROP_PX - width)
        grey[top : top + height, left : left + width] = rng.uniform(0, 255)
    return np.clip(grey, 0, 255).astype(np.uint8)
