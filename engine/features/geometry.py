"""The geometry of a face: landmarks turned to the front, and 27 measures of its expression.

Landmarks are aligned rigidly to a mean neutral face on points that no expression moves much, so that
turning the head or coming nearer changes no measure. Lengths are in distances between the eyes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine import weights

Floats = NDArray[np.float32]

POPULATION_FILE: Final = "performance_neutral.safetensors"

STABLE: Final = (168, 6, 197, 195, 33, 133, 362, 263, 127, 356, 234, 454, 93, 323, 10, 109, 338)
"""Nose bridge, corners of the eyes, temples, ears and hairline: bone rather than muscle."""

RIGHT_IRIS, LEFT_IRIS = 468, 473
RIGHT_CORNER, LEFT_CORNER = 61, 291
UPPER_LIP, LOWER_LIP = 0, 17
UPPER_INNER, LOWER_INNER = 13, 14
NOSE_BASE, CHIN = 2, 152

# Each pair is the person's right side and left side.
INNER_BROW: Final = ((55, 107), (285, 336))
OUTER_BROW: Final = ((46, 70, 63), (276, 300, 293))
INNER_EYE: Final = ((133,), (362,))
OUTER_EYE: Final = ((33,), (263,))
UPPER_LID: Final = ((158, 159, 160), (385, 386, 387))
LOWER_LID: Final = ((144, 145, 153), (373, 374, 380))
CHEEK: Final = ((50, 205), (280, 425))
NOSTRIL: Final = ((129, 98), (358, 327))

MEASURES: Final = (
    "au01_inner_brow_raised",
    "au02_outer_brow_raised",
    "au04_brows_drawn",
    "au05_upper_lid_raised",
    "au06_cheek_raised",
    "au07_lower_lid_raised",
    "au09_nose_wrinkled",
    "au10_upper_lip_raised",
    "au12_corners_pulled",
    "au15_corners_lowered",
    "au17_chin_raised",
    "au20_lips_stretched",
    "au23_lips_tightened",
    "au24_lips_pressed",
    "au25_lips_parted",
    "au26_jaw_dropped",
    "eye_opening_right",
    "eye_opening_left",
    "mouth_opening",
    "jaw_opening",
    "brow_asymmetry",
    "eye_asymmetry",
    "mouth_asymmetry",
    "nostril_width",
    "lower_lip_lowered",
    "lips_protruded",
    "corner_curve",
)
"""Action-unit proxies (Ekman & Friesen 1978) first; each grows as the name says."""


@dataclass(frozen=True, slots=True)
class NeutralPopulation:
    """What faces at rest look like, over many people.

    Attributes
    ----------
    shape : ndarray, shape (478, 3)
        The mean neutral face, eyes one unit apart, x right, y down, z away from the camera.
    mean, spread : ndarray, shape (27,)
        Mean over people of each measure at rest, and its standard deviation between people.
    """

    shape: Floats
    mean: Floats
    spread: Floats

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> NeutralPopulation:
        """The population stored with the weights.

        Raises
        ------
        WeightsError
            If its file is missing or damaged.
        """
        arrays = weights.load(POPULATION_FILE).arrays
        return cls(*(arrays[name].astype(np.float32) for name in ("shape", "mean", "spread")))


def turned_to_front(landmarks: Floats, shape: Floats) -> tuple[Floats, Floats]:
    """Align faces to a mean face by rotation, translation and scale.

    Parameters
    ----------
    landmarks : ndarray, shape (n, 478, 3)
        Finite.
    shape : ndarray, shape (478, 3)

    Returns
    -------
    aligned : ndarray, shape (n, 478, 3)
        In the frame and units of ``shape``.
    angles : ndarray, shape (n, 3)
        Yaw, pitch and roll of the head in radians.

    References
    ----------
    Umeyama 1991, least-squares similarity of two point sets.
    """
    points = landmarks[:, STABLE].astype(np.float64)  # [n, stable, 3]
    target = shape[list(STABLE)].astype(np.float64)
    centre, goal = points.mean(axis=1, keepdims=True), target.mean(axis=0)
    spread = points - centre
    covariance = np.einsum("sj,nsi->nji", target - goal, spread)  # [n, 3, 3]
    left, singular, right = np.linalg.svd(covariance)
    flip = np.ones_like(singular)
    flip[:, 2] = np.sign(np.linalg.det(left @ right))
    rotation = (left * flip[:, None]) @ right  # [n, 3, 3], from the camera's frame to the face's
    scale = (singular * flip).sum(axis=1) / np.maximum((spread**2).sum(axis=(1, 2)), 1e-12)
    aligned = np.einsum("nij,npj->npi", rotation, landmarks - centre) * scale[:, None, None] + goal
    head = rotation.transpose(0, 2, 1)  # from the face's frame to the camera's: how the head is turned
    yaw = np.arcsin(np.clip(-head[:, 2, 0], -1, 1))
    pitch = np.arctan2(head[:, 2, 1], head[:, 2, 2])
    roll = np.arctan2(head[:, 1, 0], head[:, 0, 0])
    return aligned.astype(np.float32), np.stack([yaw, pitch, roll], axis=1).astype(np.float32)


def measures_of(aligned: Floats) -> Floats:
    """The 27 measures of :data:`MEASURES` of aligned faces, shape (n, 478, 3) → (n, 27)."""

    def middle(points: tuple[int, ...]) -> Floats:
        return np.asarray(aligned[:, list(points)].mean(axis=1), dtype=np.float32)

    def apart(first: Floats, second: Floats) -> Floats:
        return np.asarray(np.linalg.norm(first - second, axis=1), dtype=np.float32)

    def under(upper: Floats, lower: Floats) -> Floats:
        return np.asarray(lower[:, 1] - upper[:, 1], dtype=np.float32)

    def mean(values: list[Floats]) -> Floats:
        return np.asarray((values[0] + values[1]) / 2, dtype=np.float32)

    def sides(name: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[Floats, Floats]:
        return middle(name[0]), middle(name[1])

    inner_brow, outer_brow = sides(INNER_BROW), sides(OUTER_BROW)
    inner_eye, outer_eye = sides(INNER_EYE), sides(OUTER_EYE)
    upper_lid, lower_lid = sides(UPPER_LID), sides(LOWER_LID)
    cheek, nostril = sides(CHEEK), sides(NOSTRIL)
    corner = aligned[:, RIGHT_CORNER], aligned[:, LEFT_CORNER]
    both = (0, 1)
    eye_line = [(inner_eye[side] + outer_eye[side]) / 2 for side in both]
    eye_width = [apart(inner_eye[side], outer_eye[side]) for side in both]
    inner_raise = [under(inner_brow[side], inner_eye[side]) for side in both]
    outer_raise = [under(outer_brow[side], outer_eye[side]) for side in both]
    eye_opening = [apart(upper_lid[side], lower_lid[side]) / eye_width[side] for side in both]
    pulled = [-apart(corner[side], outer_eye[side]) for side in both]
    upper, lower = aligned[:, UPPER_LIP], aligned[:, LOWER_LIP]
    gap = apart(aligned[:, UPPER_INNER], aligned[:, LOWER_INNER])
    width = apart(*corner)
    corners = (corner[0] + corner[1]) / 2
    base, chin = aligned[:, NOSE_BASE], aligned[:, CHIN]
    columns = [
        mean(inner_raise),
        mean(outer_raise),
        -apart(*inner_brow),
        mean([under(upper_lid[side], eye_line[side]) for side in both]),
        -mean([apart(cheek[side], lower_lid[side]) for side in both]),
        -mean([under(eye_line[side], lower_lid[side]) for side in both]),
        -mean([apart(nostril[side], inner_eye[side]) for side in both]),
        -under(base, upper),
        mean(pulled),
        under((upper + lower) / 2, corners),
        -apart(lower, chin),
        width,
        -apart(upper, aligned[:, UPPER_INNER]) - apart(lower, aligned[:, LOWER_INNER]),
        -apart(upper, lower) / np.maximum(width, 1e-3),
        gap,
        under(base, chin),
        eye_opening[0],
        eye_opening[1],
        gap / np.maximum(width, 1e-3),
        apart(base, chin),
        np.abs(inner_raise[0] + outer_raise[0] - inner_raise[1] - outer_raise[1]),
        np.abs(eye_opening[0] - eye_opening[1]),
        np.abs(pulled[0] - pulled[1]),
        apart(*nostril),
        under(corners, lower),
        corners[:, 2] - (upper[:, 2] + lower[:, 2]) / 2,
        under(corners, upper),
    ]
    return np.asarray(np.stack(columns, axis=1), dtype=np.float32)


def lip_gap(aligned: Floats) -> Floats:
    """Gap between the lips in distances between the eyes, (n, 478, 3) → (n,)."""
    gap = np.linalg.norm(aligned[:, UPPER_INNER] - aligned[:, LOWER_INNER], axis=1)
    eyes = np.linalg.norm(aligned[:, RIGHT_IRIS] - aligned[:, LEFT_IRIS], axis=1)
    return np.asarray(gap / np.maximum(eyes, 1e-6), dtype=np.float32)


def neutral_population(landmarks: Floats) -> NeutralPopulation:
    """Learn what faces at rest look like from one neutral face of each person, shape (n, 478, 3).

    Raises
    ------
    ValueError
        If fewer than two faces are given or one is not finite.

    References
    ----------
    Gower 1975, generalised Procrustes analysis.
    """
    if len(landmarks) < 2 or not np.isfinite(landmarks).all():
        raise ValueError("A neutral population needs the finite landmarks of at least two people.")
    shape = _unit(landmarks[0].astype(np.float64))
    for _ in range(5):  # the mean settles after two or three rounds
        aligned, _angles = turned_to_front(landmarks, shape.astype(np.float32))
        shape = _unit(aligned.mean(axis=0).astype(np.float64))
    aligned, _angles = turned_to_front(landmarks, shape.astype(np.float32))
    found = measures_of(aligned)
    spread = np.asarray(found.std(axis=0) + 1e-4, dtype=np.float32)
    return NeutralPopulation(shape.astype(np.float32), found.mean(axis=0), spread)


def _unit(face: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre a face between its eyes, put those one unit apart on a level line, and look ahead."""
    right, left = face[RIGHT_IRIS], face[LEFT_IRIS]
    across = (left - right) / np.linalg.norm(left - right)
    down = face[CHIN] - face[10]
    down = down - (down @ across) * across
    down /= np.linalg.norm(down)
    axes = np.stack([across, down, np.cross(across, down)])
    centred = (face - (right + left) / 2) @ axes.T / np.linalg.norm(left - right)
    return np.asarray(centred, dtype=np.float64)
