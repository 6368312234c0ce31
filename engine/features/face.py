"""The face block: 35 columns of expression, pose and motion against a neutral baseline.

The baseline of a stranger blends the population's neutral face with the clip's own stillest frames.
How far a clip may pull it is bounded by how much people at rest differ from each other: a naturally
high brow is taken for the person's own, a smile held through the clip is far outside that range and
stays a smile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.features.geometry import (
    MEASURES,
    NeutralPopulation,
    lip_gap,
    measures_of,
    turned_to_front,
)
from engine.features.table import FACE_WIDTH, INSTANTS

Floats = NDArray[np.float32]

POSE_COLUMNS: Final = ("yaw", "pitch", "roll")
MOTION_COLUMNS: Final = ("head_motion", "brow_motion", "eye_motion", "mouth_motion")
FACE_COLUMNS: Final = (*MEASURES, *POSE_COLUMNS, *MOTION_COLUMNS, "movement")
"""What each column of the face block holds, in order."""

MOUTH_COLUMNS: Final = tuple(
    index
    for index, name in enumerate(FACE_COLUMNS)
    if any(part in name for part in ("lip", "mouth", "jaw", "chin"))
)
"""Columns that speech moves by itself."""

STILL_SHARE: Final = 0.2
"""The lowest share of frames, by motion and distance from rest, that may speak for the person."""
OWN_RANGE: Final = 2.5
"""How many standard deviations between people at rest pass for a person's own measure."""
OWN_DISTANCE: Final = 2.0
"""The same for the face as a whole: people at rest lie 1 from the mean face, a broad smile 3.5."""
LEAST_INSIDE: Final = 0.6
"""Share of the landmarks that must lie in the picture: what lies outside is guessed."""
MOST_MOVEMENT: Final = 20.0
"""A landmark error can make any ratio huge; beyond this many deviations nothing more is learned."""


@dataclass(frozen=True, slots=True)
class FaceFeatures:
    """The face of one clip at its 50 instants.

    Attributes
    ----------
    values : ndarray, shape (50, 35), float32
        Raw columns of :data:`FACE_COLUMNS`; zero where masked. Measures are differences from the
        baseline in distances between the eyes, angles are radians, motion is the change since the
        last instant in standard deviations of faces at rest.
    mask : ndarray, shape (50,), bool
        True where a face was found.
    movement : ndarray, shape (50,)
        Distance from the baseline in standard deviations of faces at rest; NaN without a face.
    jaw_open : ndarray, shape (50,)
        Gap between the lips in distances between the eyes; NaN without a face.
    """

    values: Floats
    mask: NDArray[np.bool_]
    movement: NDArray[np.float64]
    jaw_open: NDArray[np.float64]


def face_features(
    landmarks: Floats,
    sizes: ArrayLike,
    *,
    neutral: Floats | None = None,
    population: NeutralPopulation | None = None,
) -> FaceFeatures:
    """Measure a face at the instants of its clip.

    Parameters
    ----------
    landmarks : ndarray, shape (50, 478, 3)
        Pixels; NaN where no face was found, as :meth:`FaceTracker.track` returns them.
    sizes : array, shape (2,) or (50, 2)
        Height and width of the pictures in pixels.
    neutral : ndarray, shape (27,), optional
        The person's own measures at rest, from :func:`neutral_measures`; without it they are blended
        from the population's and the clip's stillest frames.
    population : NeutralPopulation, optional
        The one stored with the weights by default.

    Raises
    ------
    ValueError
        If an array has another shape.
    """
    landmarks = np.asarray(landmarks, dtype=np.float32)
    if landmarks.ndim != 3 or landmarks.shape[0] != INSTANTS or landmarks.shape[2] != 3:
        raise ValueError(f"Landmarks are ({INSTANTS}, 478, 3), not {landmarks.shape}; take FaceTracker's.")
    if neutral is not None and np.shape(neutral) != (len(MEASURES),):
        raise ValueError(
            f"A neutral face is {len(MEASURES)} measures, not {np.shape(neutral)}; use neutral_measures()."
        )
    bounds = np.broadcast_to(np.asarray(sizes, dtype=np.float32), (INSTANTS, 2))
    known = np.isfinite(landmarks).all(axis=(1, 2))
    inside = (landmarks[:, :, :2] >= 0) & (landmarks[:, :, :2] < bounds[:, None, ::-1])
    known &= inside.all(axis=2).mean(axis=1) >= LEAST_INSIDE
    values = np.zeros((INSTANTS, FACE_WIDTH), dtype=np.float32)
    movement, jaw_open = np.full(INSTANTS, np.nan), np.full(INSTANTS, np.nan)
    if known.any():
        rest = population or NeutralPopulation.load()
        aligned, angles = turned_to_front(landmarks[known], rest.shape)
        measures = measures_of(aligned)
        base = blended_neutral(measures, rest) if neutral is None else np.asarray(neutral, np.float32)
        values[known] = expression_columns(measures - base, angles, rest.spread)
        movement[known] = values[known, -1]
        jaw_open[known] = lip_gap(aligned)
    return FaceFeatures(values=values, mask=known, movement=movement, jaw_open=jaw_open)


def expression_columns(deviation: Floats, angles: Floats, spread: Floats) -> Floats:
    """The 35 columns from measures against their baseline.

    Parameters
    ----------
    deviation : ndarray, shape (n, 27)
        Of consecutive frames with a face.
    angles : ndarray, shape (n, 3)
        Radians.
    spread : ndarray, shape (27,)
        Standard deviation of the measures between people at rest.

    Returns
    -------
    ndarray, shape (n, 35)
    """
    scaled = np.clip(deviation / spread, -MOST_MOVEMENT, MOST_MOVEMENT)
    change = np.abs(np.diff(scaled, axis=0, prepend=scaled[:1]))
    turn = np.abs(np.diff(angles, axis=0, prepend=angles[:1])).sum(axis=1)
    brow = [index for index, name in enumerate(MEASURES) if "brow" in name]
    eye = [index for index, name in enumerate(MEASURES) if "eye" in name or "lid" in name]
    mouth = [index for index in MOUTH_COLUMNS if index < len(MEASURES)]
    return np.column_stack(
        [
            deviation,
            angles,
            turn,
            change[:, brow].mean(axis=1),
            change[:, eye].mean(axis=1),
            change[:, mouth].mean(axis=1),
            np.sqrt((scaled**2).mean(axis=1)),
        ]
    ).astype(np.float32)


def blended_neutral(measures: Floats, rest: NeutralPopulation) -> Floats:
    """A stranger's measures at rest, shape (27,), from those of one clip, shape (n, 27).

    The stillest frames' distance d from the population's neutral, s the spread between people at rest,
    moves the baseline by d exp(-(d / k s)² / 2) exp(-(D / c)² / 2), where D is the root mean square of
    d / s over all measures, k = :data:`OWN_RANGE` and c = :data:`OWN_DISTANCE`: nearly wholly where people
    differ so at rest, not at all where only an expression goes so far.
    """
    scaled = np.clip((measures - rest.mean) / rest.spread, -MOST_MOVEMENT, MOST_MOVEMENT)
    moving = np.abs(np.diff(scaled, axis=0, prepend=scaled[:1])).mean(axis=1)
    restless = moving + np.sqrt((scaled**2).mean(axis=1))
    still = restless <= np.quantile(restless, STILL_SHARE)
    away = np.median(measures[still], axis=0) - rest.mean
    scaled_away = np.clip(away / rest.spread, -MOST_MOVEMENT, MOST_MOVEMENT)
    whole = float((scaled_away**2).mean()) / OWN_DISTANCE**2
    pull = np.exp(-((scaled_away / OWN_RANGE) ** 2) / 2 - whole / 2)
    return np.asarray(rest.mean + pull * away, dtype=np.float32)


def neutral_measures(landmarks: Floats, *, population: NeutralPopulation | None = None) -> Floats:
    """A person's own measures at rest, shape (27,), from pictures of their neutral face.

    Parameters
    ----------
    landmarks : ndarray, shape (n, 478, 3)
        NaN where no face was found.

    Raises
    ------
    ValueError
        If no picture shows a face.
    """
    found = landmarks[np.isfinite(landmarks).all(axis=(1, 2))]
    if not len(found):
        raise ValueError("No face was found in the neutral pictures; give at least one that shows it.")
    rest = population or NeutralPopulation.load()
    aligned, _angles = turned_to_front(found, rest.shape)
    return np.asarray(np.median(measures_of(aligned), axis=0), dtype=np.float32)
