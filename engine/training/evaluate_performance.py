"""Measure the voice branch on labelled files.

A file that the weights were trained on is read only by the network that never saw its person, so that
no figure is one on training data; how many files that concerned is part of every answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError
from engine.systems.branch import Branch, BranchOpinion
from engine.systems.face_stills import StillReader
from engine.training.heard_folder import HeardFolder, hear_folder
from engine.training.ravdess_names import VOICE_EMOTIONS
from engine.training.scores import (
    ENROLLED_PROTOCOL,
    Figures,
    auc,
    calibration,
    pairs_ordered,
    per_fold,
    provenance,
    recognition,
)
from engine.vocabulary import Emotion


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
    known = [opinion.probabilities for opinion in opinions if opinion is not None]
    shares = np.array([[each[emotion] for emotion in VOICE_EMOTIONS] for each in known])
    labels = np.array([VOICE_EMOTIONS.index(heard.names[row].emotion) for row in rows], dtype=np.int64)
    error, by_chance = calibration(shares, labels)
    return {
        **recognition(truth, guess),
        "calibration_error": error,
        "calibration_error_by_chance": by_chance,
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


def training_folds(branch: Branch | StillReader, prints: Sequence[int]) -> NDArray[np.int64]:
    """The training fold of each fingerprint, and so the network that never saw it; -1 for others."""
    return np.array([branch.fold_of.get(one, -1) for one in prints], dtype=np.int64)


def asked_fairly(
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
