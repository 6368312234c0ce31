"""Measure what reads faces on labelled pictures or landmarks.

A face that the weights were trained on is read only by what never saw its person or its picture, so that no
figure is one on training data; how many that concerned is part of every answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr

from engine.errors import TableError
from engine.features.face import neutral_measures
from engine.features.geometry import NeutralPopulation
from engine.features.table import FACE_WIDTH, INSTANTS
from engine.systems.branch import Branch, BranchOpinion
from engine.systems.face_stills import StillReader, together
from engine.systems.performance import PerformanceBrain
from engine.training.evaluate_performance import asked_fairly, training_folds
from engine.training.face_sequences import still_sequence
from engine.training.face_set import measured
from engine.training.face_stills import held_out_opinions, known_shapes
from engine.training.labelled_faces import LabelledFaces, read_labelled_faces
from engine.training.scores import Figures, calibration, naming, provenance, rounded
from engine.vocabulary import Emotion, Modality

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FacesRead:
    """What was read from labelled faces.

    Attributes
    ----------
    probabilities : ndarray, shape (n, emotions)
        NaN where nothing could be read.
    intensity : ndarray, shape (n,)
        0 to 1; NaN where no landmarks were found.
    """

    probabilities: Numbers
    intensity: Numbers


def face_emotion(path: Path) -> Figures:
    """Name the emotion of labelled faces; see :func:`read_labelled_faces` for the files.

    Returns
    -------
    dict
        accuracy and macro_f1 over the faces that could be read, n; no_face, in how many no landmarks were
        found: there the picture alone is read, or nothing where there is none; with_landmarks, the same
        figures over the others; calibration_error beside calibration_error_if_perfect, the 95th percentile of
        what a perfectly calibrated model shows; by_group where the table has a column split or source; with
        subjects also own_neutral, the figures on the faces of subjects with a neutral picture, measured
        against it, that picture left out, beside the plain ones on the same faces; seen_in_training, skipped,
        protocol.

    Raises
    ------
    TableError
        If a file or a column is missing or a value cannot be read.
    """
    brain = PerformanceBrain.load()
    branch, reader = brain.branches[Modality.FACE], brain.faces
    faces = read_labelled_faces(path, emotions=branch.emotions, rated=False)
    rest = NeutralPopulation.load()
    fold = training_folds(branch if reader is None else reader, faces.fingerprint)
    plain = read_faces(reader, branch, faces, fold, own=None)
    truth = [emotion.value for emotion in faces.emotion]
    readable = np.flatnonzero(np.isfinite(plain.probabilities).all(axis=1))
    seen = np.isfinite(faces.landmarks[:, 0, 0])

    def figures(rows: NDArray[np.int64], read: FacesRead) -> Figures:
        guess = [branch.emotions[index].value for index in read.probabilities[rows].argmax(axis=1)]
        return {**naming([truth[row] for row in rows], guess), "n": len(rows)}

    labels = np.array([branch.emotions.index(emotion) for emotion in faces.emotion])
    groups, group = sorted(set(faces.group) - {""}), np.array(faces.group)
    answer = {
        **figures(readable, plain),
        "no_face": int((~seen).sum()),
        "with_landmarks": figures(readable[seen[readable]], plain),
        **_calibration(plain.probabilities[readable], labels[readable]),
        "by_group": {name: figures(readable[group[readable] == name], plain) for name in groups},
        **provenance(fold, faces.skipped),
    }
    first, others = _own_neutrals(faces, np.flatnonzero(seen))
    if others.size:
        own = read_faces(reader, branch, faces, fold, own=(first, rest))
        answer["own_neutral"] = {**figures(others, own), "without_it": figures(others, plain)}
    return answer


def face_intensity(path: Path) -> Figures:
    """Compare the intensity read from faces with human ratings.

    The prediction is the face's joint standing, 0 to 1; the rated emotion is not told to what reads it.

    Returns
    -------
    dict
        pearson, spearman, n, no_face, seen_in_training, skipped, protocol.

    Raises
    ------
    TableError
        If a file or a column is missing, a value cannot be read, or fewer than three faces are rated.
    """
    brain = PerformanceBrain.load()
    branch, reader = brain.branches[Modality.FACE], brain.faces
    faces = read_labelled_faces(path, emotions=branch.emotions, rated=True)
    fold = training_folds(branch if reader is None else reader, faces.fingerprint)
    read = read_faces(reader, branch, faces, fold, own=None).intensity
    rows = np.flatnonzero(np.isfinite(read))
    if len(rows) < 3:
        raise TableError(f"{path.name} holds {len(rows)} rated faces; a correlation needs at least three.")
    rated = faces.intensity[rows]
    return {
        "pearson": rounded(pearsonr(read[rows], rated).statistic),
        "spearman": rounded(spearmanr(read[rows], rated).statistic),
        "n": len(rows),
        "no_face": len(read) - len(rows),
        **provenance(fold, faces.skipped),
    }


def read_faces(
    reader: StillReader | None,
    branch: Branch,
    faces: LabelledFaces,
    fold: NDArray[np.int64],
    *,
    own: tuple[NDArray[np.int64], NeutralPopulation] | None,
) -> FacesRead:
    """Read faces one by one, those of the training by what never saw them.

    Parameters
    ----------
    fold : ndarray, shape (n,)
        Of each face; -1 where the training never saw it.
    own : (ndarray, shape (n,), NeutralPopulation), optional
        Row of the same person's neutral face, -1 where there is none: faces are then measured against it.
    """
    rest = NeutralPopulation.load()
    shapes = known_shapes(faces.landmarks, rest)
    neutral = np.tile(rest.mean, (len(shapes), 1))
    own_shapes = None
    if own is not None:
        own_shapes = np.full_like(shapes, np.nan)
        for row in np.flatnonzero(own[0] >= 0):
            first = own[0][row]
            own_shapes[row] = shapes[first]
            neutral[row] = neutral_measures(faces.landmarks[[first]], population=rest)
    clips = _clips(branch, faces, neutral, fold)
    if reader is None:
        return _by_clip_alone(branch, clips)
    unseen = np.array([reader.picture is None or one not in reader.picture.seen for one in faces.fingerprint])
    found = held_out_opinions(reader, faces.crops, shapes, fold, own=own_shapes, unseen=unseen)
    known = np.array([one is not None for one in clips])
    count = len(reader.emotions)
    still = np.full((len(shapes), count), np.nan)
    joint = still.copy()
    some = known | (faces.crops is not None)
    still[some] = reader.joined({name: one[some] for name, one in found.items()})
    clip = np.full((len(shapes), count), np.nan)
    if known.any():
        clip[known] = reader.clip_log_shares([one for one in clips if one is not None])
    joint[some] = reader.joined({name: one[some] for name, one in found.items()} | {"clip": clip[some]})
    intensity = np.full(len(shapes), np.nan)
    for row in np.flatnonzero(known):
        opinion = clips[row]
        assert opinion is not None
        standing = float(reader.scale.standing(reader.distance(still[[row]]))[0])
        intensity[row] = together(opinion.intensity, standing, reader.correlation)
    return FacesRead(joint, intensity)


def _clips(
    branch: Branch, faces: LabelledFaces, neutral: NDArray[np.float32], fold: NDArray[np.int64]
) -> list[BranchOpinion | None]:
    """The clip branch's opinions on stills, each against its neutral [n, 27]; ``None`` without a face."""
    rest = NeutralPopulation.load()
    found = np.isfinite(faces.landmarks).all(axis=(1, 2))
    values = np.zeros((found.size, INSTANTS, FACE_WIDTH), np.float32)
    for row, measures in zip(np.flatnonzero(found), measured(faces.landmarks[found], rest), strict=True):
        values[row] = still_sequence(measures, neutral[row], rest).values
    return asked_fairly(branch, values, np.repeat(found[:, None], INSTANTS, axis=1), fold)


def _own_neutrals(
    faces: LabelledFaces, found: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The row of each face's own neutral, -1 without one, and the rows that have one and are not it."""
    first: dict[str, int] = {}
    for row in found:
        if faces.subject[row] and faces.emotion[row] is Emotion.NEUTRAL:
            first.setdefault(faces.subject[row], int(row))
    others = [row for row in found if first.get(faces.subject[row], row) != row]
    neutral = np.full(len(faces.emotion), -1, dtype=np.int64)
    for row in others:
        neutral[row] = first[faces.subject[row]]
    return neutral, np.array(others, dtype=np.int64)


def _by_clip_alone(branch: Branch, clips: list[BranchOpinion | None]) -> FacesRead:
    """What the face branch says where the still reader is not in the weights folder."""
    nothing = [np.nan] * len(branch.emotions)
    return FacesRead(
        np.array(
            [
                nothing if one is None else [one.probabilities[name] for name in branch.emotions]
                for one in clips
            ]
        ),
        np.array([np.nan if one is None else one.intensity for one in clips]),
    )


def _calibration(probabilities: Numbers, labels: NDArray[np.int64]) -> Figures:
    error, by_chance = calibration(probabilities, labels)
    return {"calibration_error": error, "calibration_error_if_perfect": by_chance}
