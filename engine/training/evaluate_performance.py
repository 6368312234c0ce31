"""Measure the voice and the face branch on labelled files.

A file that the weights were trained on is read only by the network that never saw its person, so that
no figure is one on training data; how many files that concerned is part of every answer.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr

from engine.errors import TableError
from engine.features.face import neutral_measures
from engine.features.geometry import NeutralPopulation
from engine.features.table import FACE_WIDTH, INSTANTS
from engine.systems.branch import Branch, BranchOpinion
from engine.systems.performance import PerformanceBrain
from engine.training.face_sequences import still_sequence
from engine.training.face_set import measured
from engine.training.heard_folder import HeardFolder, hear_folder
from engine.training.labelled_faces import LabelledFaces, read_labelled_faces
from engine.training.scores import (
    ENROLLED_PROTOCOL,
    Figures,
    auc,
    calibration,
    naming,
    pairs_ordered,
    per_fold,
    provenance,
    recognition,
    rounded,
)
from engine.vocabulary import Emotion, Modality


def voice_emotion(path: Path, *, enrolled: bool = False) -> Figures:
    """Name the emotion of each recording in a folder of files named as RAVDESS names them.

    Returns
    -------
    dict
        accuracy and uar (unweighted average recall) over the recordings with a voice, calibration_error and
        calibration_error_by_chance (its 95th percentile were every probability exact), n, per_fold where
        training files were read, no_voice, seen_in_training, skipped, protocol; with ``enrolled`` the same
        figures of speakers whose usual voice is learned from their clips in the folder, without labels.

    Raises
    ------
    TableError
        If the folder holds no such file, or with ``enrolled`` too few clips of a speaker.
    MediaError
        If a recording cannot be read.
    """
    heard = hear_folder(path)
    figures = {**_named(heard, heard.opinions()), **provenance(heard.fold, heard.skipped)}
    if enrolled:
        figures["enrolled"] = {**_named(heard, heard.enrolled_opinions()), "protocol": ENROLLED_PROTOCOL}
    return figures


def voice_intensity(path: Path, *, enrolled: bool = False) -> Figures:
    """Tell strong from normal deliveries in a folder of files named as RAVDESS names them.

    Returns
    -------
    dict
        auc of the branch's acted strength, auc_expressed of the expressed intensity (for which calm is
        low however it is acted) and auc_expressed_without_calm, all with neutral left out;
        pairs_ordered, the share of pairs of one actor, emotion and sentence in which the strong
        delivery is expressed higher; n, per_fold, no_voice, seen_in_training, skipped, protocol; with
        ``enrolled`` the same figures of speakers whose usual voice is known.

    Raises
    ------
    TableError
        If the folder holds no such file, or deliveries of one strength only, or with ``enrolled`` too few
        clips of a speaker.
    MediaError
        If a recording cannot be read.
    """
    heard = hear_folder(path)
    asked = [row for row, name in enumerate(heard.names) if name.emotion is not Emotion.NEUTRAL]
    strong = [heard.names[row].strong for row in asked if heard.has_voice[row]]
    if all(strong) or not any(strong):
        raise TableError(f"{path.name} holds deliveries of one strength only; give normal and strong ones.")
    figures = {
        **_strengths(heard, heard.opinions(), asked),
        **provenance(heard.fold[asked], heard.skipped),
    }
    if enrolled:
        figures["enrolled"] = {
            **_strengths(heard, heard.enrolled_opinions(), asked),
            "protocol": ENROLLED_PROTOCOL,
        }
    return figures


def _named(heard: HeardFolder, opinions: list[BranchOpinion | None]) -> Figures:
    """How the emotions of the recordings were named."""
    rows = [row for row, opinion in enumerate(opinions) if opinion is not None]
    truth = [heard.names[row].emotion.value for row in rows]
    guess = [_label(opinions[row]) for row in rows]
    sure = [max(opinion.probabilities.values()) for opinion in opinions if opinion is not None]
    return {
        **recognition(truth, guess),
        **calibration(sure, [one == other for one, other in zip(truth, guess, strict=True)]),
        "per_fold": per_fold(
            heard.fold[rows], lambda at: recognition([truth[i] for i in at], [guess[i] for i in at])
        ),
        "n": len(rows),
        "no_voice": len(opinions) - len(rows),
    }


def _strengths(heard: HeardFolder, opinions: list[BranchOpinion | None], asked: list[int]) -> Figures:
    """How strong deliveries were told from normal ones, neutral left out."""
    rows = [row for row in asked if opinions[row] is not None]
    strong = np.array([heard.names[row].strong for row in rows])
    known = [opinion for row in rows if (opinion := opinions[row]) is not None]
    strength = np.array([opinion.strength for opinion in known])
    expressed = np.array([opinion.raw for opinion in known])
    lively = np.array([heard.names[row].emotion is not Emotion.CALM for row in rows])
    return {
        "auc": auc(strong, strength),
        "auc_expressed": auc(strong, expressed),
        "auc_expressed_without_calm": auc(strong[lively], expressed[lively]),
        "pairs_ordered": pairs_ordered([heard.names[row] for row in rows], expressed),
        "per_fold": per_fold(heard.fold[rows], lambda at: {"auc": auc(strong[at], strength[at])}),
        "n": len(rows),
        "no_voice": len(asked) - len(rows),
    }


def face_emotion(path: Path) -> Figures:
    """Name the emotion of labelled faces; see :func:`read_labelled_faces` for the files.

    Returns
    -------
    dict
        accuracy and macro_f1 over the faces that were found, n, no_face, by_group where the table has a
        column split or source; with subjects also own_neutral, the same on the faces of subjects with a
        neutral picture, measured against it, that picture left out, beside the plain figure on the same
        faces; seen_in_training, skipped, protocol.

    Raises
    ------
    TableError
        If a file or a column is missing or a value cannot be read.
    """
    branch = PerformanceBrain.load().branches[Modality.FACE]
    faces = read_labelled_faces(path, emotions=branch.emotions, rated=False)
    found = np.flatnonzero(np.isfinite(faces.landmarks[:, 0, 0]))
    fold = _folds(branch, faces.fingerprint)
    rest = NeutralPopulation.load()
    plain = _seen(branch, faces, np.broadcast_to(rest.mean, (len(faces.emotion), rest.mean.size)), fold)
    truth = [emotion.value for emotion in faces.emotion]

    def figures(rows: NDArray[np.int64], opinions: list[BranchOpinion | None]) -> Figures:
        guess = [_label(opinions[row]) for row in rows]
        return {**naming([truth[row] for row in rows], guess), "n": len(rows)}

    groups = sorted(set(faces.group) - {""})
    group = np.array(faces.group)
    answer = {
        **figures(found, plain),
        "no_face": len(faces.emotion) - found.size,
        "by_group": {name: figures(found[group[found] == name], plain) for name in groups},
        **provenance(fold, faces.skipped),
    }
    neutral, others = _own_neutrals(faces, found)
    if others.size:
        own = _seen(branch, faces, neutral, fold)
        answer["own_neutral"] = {**figures(others, own), "without_it": figures(others, plain)}
    return answer


def face_intensity(path: Path) -> Figures:
    """Compare the intensity read from faces with human ratings.

    The prediction is the branch's intensity before the reference scale, as a share 0 to 1; the rated
    emotion is not told to the branch.

    Returns
    -------
    dict
        pearson, spearman, n, no_face, seen_in_training, skipped, protocol.

    Raises
    ------
    TableError
        If a file or a column is missing, a value cannot be read, or fewer than three faces are rated.
    """
    branch = PerformanceBrain.load().branches[Modality.FACE]
    faces = read_labelled_faces(path, emotions=branch.emotions, rated=True)
    rest = NeutralPopulation.load()
    fold = _folds(branch, faces.fingerprint)
    opinions = _seen(branch, faces, np.broadcast_to(rest.mean, (len(faces.emotion), rest.mean.size)), fold)
    rows = [row for row, opinion in enumerate(opinions) if opinion is not None]
    if len(rows) < 3:
        raise TableError(f"{path.name} holds {len(rows)} rated faces; a correlation needs at least three.")
    read = np.array([1 / (1 + np.exp(-opinion.raw)) for opinion in opinions if opinion is not None])
    rated = faces.intensity[rows]
    return {
        "pearson": rounded(pearsonr(read, rated).statistic),
        "spearman": rounded(spearmanr(read, rated).statistic),
        "n": len(rows),
        "no_face": len(opinions) - len(rows),
        **provenance(fold, faces.skipped),
    }


def _seen(
    branch: Branch, faces: LabelledFaces, neutral: NDArray[np.float32], fold: NDArray[np.int64]
) -> list[BranchOpinion | None]:
    """Opinions on single faces, each against its neutral [n, 27]; ``None`` where no face was found."""
    rest = NeutralPopulation.load()
    found = np.isfinite(faces.landmarks).all(axis=(1, 2))
    values = np.zeros((found.size, INSTANTS, FACE_WIDTH), np.float32)
    for row, measures in zip(np.flatnonzero(found), measured(faces.landmarks[found], rest), strict=True):
        values[row] = still_sequence(measures, neutral[row], rest).values
    return _asked(branch, values, np.repeat(found[:, None], INSTANTS, axis=1), fold)


def _own_neutrals(
    faces: LabelledFaces, found: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Each face's own neutral measures [n, 27], and the rows that have one and are not it."""
    rest = NeutralPopulation.load()
    neutral = np.tile(rest.mean, (len(faces.emotion), 1))
    first: dict[str, int] = {}
    for row in found:
        if faces.subject[row] and faces.emotion[row] is Emotion.NEUTRAL:
            first.setdefault(faces.subject[row], int(row))
    own = {name: neutral_measures(faces.landmarks[[row]], population=rest) for name, row in first.items()}
    others = [row for row in found if faces.subject[row] in own and first[faces.subject[row]] != row]
    for row in others:
        neutral[row] = own[faces.subject[row]]
    return neutral, np.array(others, dtype=np.int64)


def _folds(branch: Branch, prints: list[int] | tuple[int, ...]) -> NDArray[np.int64]:
    return np.array([branch.fold_of.get(one, -1) for one in prints], dtype=np.int64)


def _asked(
    branch: Branch, values: NDArray[np.float32], mask: NDArray[np.bool_], fold: NDArray[np.int64]
) -> list[BranchOpinion | None]:
    """Opinions, those on training files from the one network that never saw their person."""
    opinions: list[BranchOpinion | None] = [None] * len(values)
    for one in np.unique(fold):
        rows = np.flatnonzero(fold == one)
        answers = branch.read_many(values[rows], mask[rows], member=None if one < 0 else int(one))
        for row, opinion in zip(rows, answers, strict=True):
            opinions[row] = opinion
    return opinions


def _label(opinion: BranchOpinion | None) -> str:
    assert opinion is not None
    return max(opinion.probabilities, key=lambda emotion: opinion.probabilities[emotion]).value
