"""The face training set: posed and web faces as measures, with what they show and how strongly.

KDEF (Lundqvist et al. 1998), CK+ (Lucey et al. 2010) and RaFD morphs (Langner et al. 2010, rated by
Huang, Hsu & Fu 2021) come as landmarks with subjects; FER+ (Barsoum et al. 2016) with ten votes.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine import weights
from engine.errors import TableError
from engine.features.geometry import (
    NeutralPopulation,
    measures_of,
    neutral_population,
    turned_to_front,
)
from engine.features.landmarks import LANDMARKS
from engine.systems.branch import MEMBERS
from engine.training.fer_set import FerSet
from engine.vocabulary import BASIC_EMOTIONS, Emotion, emotion_named

Floats = NDArray[np.float32]

TABLE: Final = "faces/face_landmarks.csv"
ARRAYS: Final = "faces/face_landmarks.npz"
RATINGS: Final = ("rated_by_caucasian", "rated_by_taiwanese")

FULL_LEVEL: Final = 0.75
"""Intensity of a posed peak expression nobody rated: about the mean rating of RaFD's 100 % faces."""
MORPH_EXPONENT: Final = 1.3
"""Rated intensity over the share of a morph: 25 % of the way reads as less than a quarter."""


@dataclass(frozen=True, slots=True)
class FaceSet:
    """Faces, one row each.

    Attributes
    ----------
    measures : ndarray, shape (n, 27)
        Of the face as it was posed.
    own : ndarray, shape (n, 27)
        Of the same person at rest; NaN where nobody knows.
    emotion : ndarray, shape (n, 7)
        Shares of ``BASIC_EMOTIONS``.
    intensity : ndarray, shape (n,)
        0 to 1.
    posed : ndarray, shape (n,), bool
        From the landmark sets; the others are FER+.
    fold : ndarray, shape (n,), int
        0 to 4; no subject is in two.
    fingerprint : ndarray, shape (n,), uint64
    """

    measures: Floats
    own: Floats
    emotion: Floats
    intensity: Floats
    posed: NDArray[np.bool_]
    fold: NDArray[np.int64]
    fingerprint: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class PosedFaces:
    """The landmark sets as their files give them.

    Attributes
    ----------
    landmarks : ndarray, shape (n, 478, 3)
    subject : tuple of str
    emotion : tuple of Emotion
    rated : ndarray, shape (n,)
        Mean human rating of the named emotion; NaN where there is none.
    """

    landmarks: Floats
    subject: tuple[str, ...]
    emotion: tuple[Emotion, ...]
    rated: Floats

    def neutral_rows(self) -> dict[str, int]:
        """The first neutral face of each subject that has one."""
        found: dict[str, int] = {}
        for row, (subject, emotion) in enumerate(zip(self.subject, self.emotion, strict=True)):
            if emotion is Emotion.NEUTRAL:
                found.setdefault(subject, row)
        return found


def read_posed_faces(table: Path, arrays: Path) -> PosedFaces:
    """Read landmarks and their table, joined on ``row``.

    Raises
    ------
    TableError
        If a file or column is missing, or the two do not fit.
    """
    try:
        with table.open(newline="", encoding="utf-8") as opened:
            rows = list(csv.DictReader(opened))
        landmarks = np.load(arrays, allow_pickle=False)["landmarks"][[int(row["row"]) for row in rows]]
        emotions = tuple(emotion_named(row["emotion"]) for row in rows)
        subjects = tuple(row.get("subject") or "" for row in rows)
        rated = np.array([_rating(row) for row in rows], dtype=np.float32)
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise TableError(
            f"{table.name} must hold row and emotion for the landmarks in {arrays.name} ({error})."
        ) from None
    if landmarks.shape[1:] != (LANDMARKS, 3):
        raise TableError(f"{arrays.name} must hold landmarks of shape (n, 478, 3), not {landmarks.shape}.")
    return PosedFaces(landmarks.astype(np.float32), subjects, emotions, rated)


def population_of(faces: PosedFaces) -> NeutralPopulation:
    """The neutral population of every subject that has a neutral face."""
    return neutral_population(faces.landmarks[sorted(faces.neutral_rows().values())])


def face_set(posed: PosedFaces, web: FerSet, rest: NeutralPopulation) -> FaceSet:
    """Join the sets, with folds that no subject crosses.

    Folds follow the order of the subjects' names; web pictures are spread by their fingerprint.
    """
    measures = measured(posed.landmarks, rest)
    neutral = posed.neutral_rows()
    own = np.full_like(measures, np.nan)
    for row, subject in enumerate(posed.subject):
        if subject in neutral:
            own[row] = measures[neutral[subject]]
    fold = subject_folds(posed)
    at_rest = np.array([emotion is Emotion.NEUTRAL for emotion in posed.emotion])
    level = np.where(np.isfinite(posed.rated), posed.rated, np.where(at_rest, 0.0, FULL_LEVEL))
    labels = np.array([BASIC_EMOTIONS.index(emotion) for emotion in posed.emotion])
    web_measures = measured(web.landmarks, rest)
    calm = web.votes[:, BASIC_EMOTIONS.index(Emotion.NEUTRAL)]
    return FaceSet(
        measures=np.concatenate([measures, web_measures]),
        own=np.concatenate([own, np.full_like(web_measures, np.nan)]),
        emotion=np.concatenate([np.eye(len(BASIC_EMOTIONS), dtype=np.float32)[labels], web.votes]),
        intensity=np.concatenate([level, FULL_LEVEL * (1 - calm)]).astype(np.float32),
        posed=np.r_[np.ones(len(measures), np.bool_), np.zeros(len(web_measures), np.bool_)],
        fold=np.r_[fold, (web.fingerprint % MEMBERS).astype(np.int64)],
        fingerprint=np.r_[landmark_fingerprints(posed.landmarks), web.fingerprint],
    )


def subject_folds(posed: PosedFaces) -> NDArray[np.int64]:
    """The fold of each posed face, 0 to 4, in the order of the subjects' names; no subject is in two."""
    names = sorted(set(posed.subject))
    return np.array([names.index(subject) % MEMBERS for subject in posed.subject], dtype=np.int64)


def measured(landmarks: Floats, rest: NeutralPopulation) -> Floats:
    """Measures of faces, shape (n, 478, 3) → (n, 27)."""
    return measures_of(turned_to_front(landmarks, rest.shape)[0])


def landmark_fingerprints(landmarks: Floats) -> NDArray[np.uint64]:
    """Fingerprint of each face's landmarks, shape (n,), for sets that come without pictures."""
    return np.array([weights.fingerprint(face.tobytes()) for face in landmarks], dtype=np.uint64)


def _rating(row: dict[str, str]) -> float:
    given = [float(row[name]) for name in RATINGS if row.get(name)]
    return sum(given) / len(given) if given else float("nan")
