"""The voice training set: RAVDESS speech as voice blocks, clean and spoilt, with its actors' folds."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine import weights
from engine.errors import TableError
from engine.features import activity, pitch, voice
from engine.features.table import instants
from engine.training import spoilt_sound
from engine.training.cached import cache_file, write_cache
from engine.training.ravdess_names import VOICE_EMOTIONS, RavdessName, ravdess_name

VARIANTS: Final = 4
"""Spoilt variants beside each clean recording."""
AUDIO_FOLDER: Final = "audio/ravdess"
FOLDS_FILE: Final = "faces/ravdess_openface_au_means.csv"
SPOILING_SEED: Final = 20240
"""The variants are made once and kept; the seed of a training chooses among them."""


@dataclass(frozen=True, slots=True)
class VoiceSet:
    """Recordings in the order of their names.

    Attributes
    ----------
    values : ndarray, shape (n, 1 + VARIANTS, 50, 74), float16
        Raw voice blocks; the first of each row is the clean recording.
    mask : ndarray, shape (n, 1 + VARIANTS, 50), bool
    names : tuple of RavdessName
    emotion : ndarray, shape (n,), int
        Index into ``VOICE_EMOTIONS``.
    fold : ndarray, shape (n,), int
        0 to 4; no actor is in two.
    fingerprint : ndarray, shape (n,), uint64
        Of the file's bytes.
    """

    values: NDArray[np.float16]
    mask: NDArray[np.bool_]
    names: tuple[RavdessName, ...]
    emotion: NDArray[np.int64]
    fold: NDArray[np.int64]
    fingerprint: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Recordings:
    """The files of the set in the order of their names, and what is known of them without listening.

    Attributes
    ----------
    paths : tuple of Path
    names, emotion, fold, fingerprint
        As in :class:`VoiceSet`.
    """

    paths: tuple[Path, ...]
    names: tuple[RavdessName, ...]
    emotion: NDArray[np.int64]
    fold: NDArray[np.int64]
    fingerprint: NDArray[np.uint64]


def read_recordings(data: Path) -> Recordings:
    """Find the recordings under ``data`` and the folds of their actors.

    Raises
    ------
    TableError
        If the recordings or the file that names their folds are missing.
    """
    paths = sorted((data / AUDIO_FOLDER).glob("*.flac"))
    if not paths:
        raise TableError(f"No recordings (*.flac) under {AUDIO_FOLDER} of {data.name}; give the data folder.")
    names = tuple(ravdess_name(path) for path in paths)
    folds = actor_folds(data / FOLDS_FILE)
    unknown = {name.actor for name in names} - set(folds)
    if unknown:
        raise TableError(
            f"{FOLDS_FILE} names no fold for actor {min(unknown)}; use the file of these recordings."
        )
    return Recordings(
        paths=tuple(paths),
        names=names,
        emotion=np.array([VOICE_EMOTIONS.index(name.emotion) for name in names]),
        fold=np.array([folds[name.actor] for name in names]),
        fingerprint=np.array([weights.fingerprint(path.read_bytes()) for path in paths], dtype=np.uint64),
    )


def read_voice_set(data: Path) -> VoiceSet:
    """Read and measure the recordings under ``data``; blocks are kept under ``DAILIES_CACHE``.

    Raises
    ------
    TableError
        If the recordings or the file that names their folds are missing.
    """
    found = read_recordings(data)
    values, mask = _measured(list(found.paths))
    return VoiceSet(
        values=values,
        mask=mask,
        names=found.names,
        emotion=found.emotion,
        fold=found.fold,
        fingerprint=found.fingerprint,
    )


def actor_folds(path: Path) -> dict[int, int]:
    """Fold 0 to 4 of each actor (Luna-Jiménez et al. 2022), from a CSV with ``actor`` and ``fold``.

    Raises
    ------
    TableError
        If the file or a column is missing.
    """
    try:
        with path.open(newline="", encoding="utf-8") as opened:
            return {int(row["actor"]): int(row["fold"]) - 1 for row in csv.DictReader(opened)}
    except (OSError, KeyError, ValueError) as error:
        raise TableError(
            f"{path.name} must be a CSV with whole numbers in actor and fold ({error})."
        ) from None


def measured(sound: NDArray[np.float32]) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
    """The voice block of one sound at 16 kHz, and its mask."""
    found = voice.voice_features(sound, instants(sound.size / activity.SAMPLE_RATE))
    return found.values.astype(np.float16), found.mask


def read_sound(path: Path) -> NDArray[np.float32]:
    """One recording, shape (n,), 16 kHz.

    Raises
    ------
    TableError
        If it is not mono at 16 kHz.
    """
    sound, rate = soundfile.read(path, dtype="float32")
    if rate != activity.SAMPLE_RATE or sound.ndim != 1:
        raise TableError(f"{path.name} is not mono at {activity.SAMPLE_RATE} Hz; convert it.")
    return np.asarray(sound, dtype=np.float32)


def _measured(paths: list[Path]) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
    cache = cache_file("voice", paths, (voice, pitch, activity, spoilt_sound), VARIANTS)
    if cache.is_file():
        kept = np.load(cache)
        return kept["values"], kept["mask"]
    values, mask = [], []
    for index, path in enumerate(paths):
        sound = read_sound(path)
        rng = np.random.default_rng((SPOILING_SEED, index))
        variants = [sound, *(spoilt_sound.spoilt(sound, rng=rng) for _ in range(VARIANTS))]
        blocks = [measured(variant) for variant in variants]
        values.append([block for block, _ in blocks])
        mask.append([known for _, known in blocks])
    kept = {"values": np.array(values), "mask": np.array(mask)}
    write_cache(cache, kept)
    return kept["values"], kept["mask"]
