"""The shape of a face: where brows, lids, nose, lips and chin lie once the head is turned to the front.

Both sides of the face are averaged: which side moved says little of an emotion, and half as many
columns are learned from as many faces.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.geometry import NeutralPopulation, turned_to_front

Floats = NDArray[np.float32]

BROW: Final = (46, 53, 52, 65, 55, 70, 63, 105, 66, 107)
LIDS: Final = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
OUTER_LIPS: Final = (61, 185, 40, 39, 37, 0, 17, 84, 181, 91, 146)
INNER_LIPS: Final = (78, 191, 80, 81, 82, 13, 14, 87, 178, 88, 95)
NOSE: Final = (168, 6, 1, 2, 98, 129)
CHEEK_AND_CHIN: Final = (50, 205, 123, 117, 118, 36, 203, 206, 212, 202, 57, 152, 148, 176)
SHAPE_POINTS: Final = (*BROW, *LIDS, *OUTER_LIPS, *INNER_LIPS, *NOSE, *CHEEK_AND_CHIN)
"""Landmarks of the person's right side and of the middle; the left side is folded upon them."""
SHAPE_WIDTH: Final = 3 * len(SHAPE_POINTS)


def shape_columns(landmarks: Floats, rest: NeutralPopulation) -> Floats:
    """Shapes of faces, shape (n, 478, 3) → (n, :data:`SHAPE_WIDTH`), in distances between the eyes.

    Parameters
    ----------
    landmarks : ndarray, shape (n, 478, 3)
        Finite.
    rest : NeutralPopulation
        Whose mean face all are turned to.
    """
    aligned, _angles = turned_to_front(landmarks, rest.shape)
    chosen = list(SHAPE_POINTS)
    other = aligned[:, opposite(rest.shape)[chosen]] * np.array([-1, 1, 1], np.float32)
    folded = (aligned[:, chosen] + other) / 2
    return np.asarray(folded.reshape(len(landmarks), -1), dtype=np.float32)


def opposite(shape: Floats) -> NDArray[np.int64]:
    """The landmark on the other side of the face for each, shape (478,); the middle is its own opposite."""
    mirrored = shape * np.array([-1, 1, 1], np.float32)
    apart = ((shape[:, None] - mirrored[None]) ** 2).sum(axis=-1)  # [478, 478]
    return np.asarray(apart.argmin(axis=1), dtype=np.int64)
