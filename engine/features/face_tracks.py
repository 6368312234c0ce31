"""Faces found picture by picture, linked into one track for each person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Points = NDArray[np.float32]

FARTHEST: Final = 1.0
"""From one picture to the next a face moves less than this, in its own widths; else it is another one."""
LEAST_SHARE: Final = 0.2
"""A face seen in a smaller share of the pictures passed by, or was none."""


def linked(found: Sequence[Sequence[Points]]) -> tuple[Points, ...]:
    """Link the faces of each picture to those of the pictures before.

    Parameters
    ----------
    found : sequence of (sequence of ndarray, shape (478, 3))
        The faces of each picture, in any order.

    Returns
    -------
    tuple of ndarray, shape (pictures, 478, 3)
        A track for each person, from left to right; NaN where the person is not seen.
    """
    tracks: list[list[tuple[int, Points]]] = []
    for index, faces in enumerate(found):
        new = set(range(len(faces)))
        if tracks and faces:
            distances = np.array([[_distance(track[-1][1], face) for face in faces] for track in tracks])
            for row, column in zip(*linear_sum_assignment(distances), strict=True):
                if distances[row, column] < FARTHEST:
                    tracks[row].append((index, faces[column]))
                    new.discard(int(column))
        tracks += [[(index, faces[column])] for column in sorted(new)]
    kept = [track for track in tracks if len(track) >= LEAST_SHARE * len(found)]
    kept.sort(key=lambda track: float(np.mean([face[:, 0].mean() for _, face in track])))
    return tuple(_filled(track, len(found)) for track in kept)


def _distance(before: Points, face: Points) -> float:
    """Of the middles, in widths of the face before."""
    width = max(1.0, float(np.ptp(before[:, 0])))
    return float(np.linalg.norm(before[:, :2].mean(axis=0) - face[:, :2].mean(axis=0))) / width


def _filled(track: Sequence[tuple[int, Points]], count: int) -> Points:
    filled = np.full((count, *track[0][1].shape), np.nan, dtype=np.float32)
    for index, face in track:
        filled[index] = face
    return filled
