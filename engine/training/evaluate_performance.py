"""Measure the voice branch on labelled files.

A file that the weights were trained on is read only by the network that never saw its person, so that
no figure is one on training data; how many files that concerned is part of every answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import librosa
import numpy as np
import soundfile
from numpy.typing import NDArray

from engine import weights
from engine.errors import MediaError, TableError
from engine.features.activity import SAMPLE_RATE
from engine.features.table import INSTANTS, VOICE_WIDTH, instants
from engine.features.voice import voice_features
from engine.systems.branch import Branch, BranchOpinion
from engine.systems.face_stills import StillReader
from engine.systems.performance import PerformanceBrain
from engine.training.ravdess_names import RavdessName, ravdess_name
from engine.training.scores import (
    Figures,
    auc,
    pairs_ordered,
    per_fold,
    provenance,
    recognition,
)
from engine.vocabulary import Emotion, Modality

SOUND_SUFFIXES: Final = (".flac", ".wav", ".ogg", ".mp3")


def voice_emotion(path: Path) -> Figures:
    """Name the emotion of each recording in a folder of files named as RAVDESS names them.

    Returns
    -------
    dict
        accuracy and uar (unweighted average recall) over the recordings with a voice, n, per_fold where
        training files were read, no_voice, seen_in_training, skipped, protocol.

    Raises
    ------
    TableError
        If the folder holds no such file.
    MediaError
        If a recording cannot be read.
    """
    names, opinions, fold, skipped = _heard(path)
    rows = [row for row, opinion in enumerate(opinions) if opinion is not None]
    truth = [names[row].emotion.value for row in rows]
    guess = [_label(opinions[row]) for row in rows]
    return {
        **recognition(truth, guess),
        "per_fold": per_fold(
            fold[rows], lambda at: recognition([truth[i] for i in at], [guess[i] for i in at])
        ),
        "n": len(rows),
        "no_voice": len(opinions) - len(rows),
        **provenance(fold, skipped),
    }


def voice_intensity(path: Path) -> Figures:
    """Tell strong from normal deliveries in a folder of files named as RAVDESS names them.

    Returns
    -------
    dict
        auc of the branch's acted strength, auc_expressed of the expressed intensity (for which calm is
        low however it is acted) and auc_expressed_without_calm, all with neutral left out;
        pairs_ordered, the share of pairs of one actor, emotion and sentence in which the strong
        delivery is expressed higher; n, per_fold, no_voice, seen_in_training, skipped, protocol.

    Raises
    ------
    TableError
        If the folder holds no such file, or deliveries of one strength only.
    MediaError
        If a recording cannot be read.
    """
    names, opinions, fold, skipped = _heard(path)
    asked = [row for row, name in enumerate(names) if name.emotion is not Emotion.NEUTRAL]
    rows = [row for row in asked if opinions[row] is not None]
    strong = np.array([names[row].strong for row in rows])
    if strong.all() or not strong.any():
        raise TableError(f"{path.name} holds deliveries of one strength only; give normal and strong ones.")
    heard = [opinion for row in rows if (opinion := opinions[row]) is not None]
    strength = np.array([opinion.strength for opinion in heard])
    expressed = np.array([opinion.raw for opinion in heard])
    lively = np.array([names[row].emotion is not Emotion.CALM for row in rows])
    return {
        "auc": auc(strong, strength),
        "auc_expressed": auc(strong, expressed),
        "auc_expressed_without_calm": auc(strong[lively], expressed[lively]),
        "pairs_ordered": pairs_ordered([names[row] for row in rows], expressed),
        "per_fold": per_fold(fold[rows], lambda at: {"auc": auc(strong[at], strength[at])}),
        "n": len(rows),
        "no_voice": len(asked) - len(rows),
        **provenance(fold[asked], skipped),
    }


def _heard(
    path: Path,
) -> tuple[list[RavdessName], list[BranchOpinion | None], NDArray[np.int64], Mapping[str, int]]:
    """Names, opinions, and the fold each file was trained in, -1 for files nobody saw."""
    if not path.is_dir():
        raise TableError(f"{path.name} is no folder; give the folder with the recordings.")
    branch = PerformanceBrain.load().branches[Modality.VOICE]
    names, values, masks, prints, skipped = [], [], [], [], Counter[str]()
    for file in sorted(file for file in path.rglob("*") if file.suffix.lower() in SOUND_SUFFIXES):
        try:
            name = ravdess_name(file)
        except TableError:
            skipped["not named as RAVDESS names files"] += 1
            continue
        sound = _sound(file)
        voice = voice_features(sound, instants(max(sound.size, 1) / SAMPLE_RATE))
        names.append(name)
        values.append(voice.values)
        masks.append(voice.mask)
        prints.append(weights.fingerprint(file.read_bytes()))
    if not names:
        raise TableError(
            f"{path.name} holds no sound file named as RAVDESS names them (03-01-05-02-01-01-12.flac)."
        )
    fold = training_folds(branch, prints)
    opinions = asked_fairly(
        branch,
        np.array(values, np.float32).reshape(-1, INSTANTS, VOICE_WIDTH),
        np.array(masks, np.bool_),
        fold,
    )
    return names, opinions, fold, skipped


def _sound(file: Path) -> NDArray[np.float32]:
    try:
        sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    except (OSError, RuntimeError):
        raise MediaError(f"{file.name} cannot be read as sound; replace it or leave it out.") from None
    mono = sound.mean(axis=1)
    if rate != SAMPLE_RATE:
        mono = librosa.resample(mono, orig_sr=rate, target_sr=SAMPLE_RATE)
    return np.asarray(mono, dtype=np.float32)


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
