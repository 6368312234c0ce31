"""A few stills of a clip's face, for readers that know no time: grey crops and shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.face_crop import CROP_PX, face_crop
from engine.features.face_shape import SHAPE_WIDTH, shape_columns
from engine.features.geometry import NeutralPopulation

STILLS: Final = 8
"""Of the 50 instants of a clip: expressions last longer than a sixth of a take's length."""


@dataclass(frozen=True, slots=True)
class FaceStills:
    """Some faces, of one clip or of several pictures.

    Attributes
    ----------
    crops : ndarray, shape (n, 48, 48), uint8
    shapes : ndarray, shape (n, shape width), float32
        NaN where no landmarks were found.
    """

    crops: NDArray[np.uint8]
    shapes: NDArray[np.float32]


def face_stills(
    pictures: Sequence[NDArray[np.uint8] | None], landmarks: NDArray[np.float32], known: NDArray[np.bool_]
) -> FaceStills:
    """Stills evenly spread over the instants at which a face is known.

    Parameters
    ----------
    pictures : sequence of n (ndarray, shape (height, width, 3), or None)
    landmarks : ndarray, shape (n, 478, 3)
        Pixels.
    known : ndarray, shape (n,)
    """
    at = [index for index in np.flatnonzero(known) if pictures[index] is not None]
    if not at:
        return FaceStills(np.zeros((0, CROP_PX, CROP_PX), np.uint8), np.zeros((0, SHAPE_WIDTH), np.float32))
    chosen = [at[place] for place in np.unique(np.linspace(0, len(at) - 1, STILLS).astype(int))]
    crops = [
        face_crop(picture, landmarks[index]) for index in chosen if (picture := pictures[index]) is not None
    ]
    return FaceStills(np.array(crops), shape_columns(landmarks[chosen], NeutralPopulation.load()))
