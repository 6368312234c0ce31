"""RAVDESS speech as the emotion-naming systems read it: descriptors, averages, pictures and steps.

Each recording is there clean and once spoilt, as microphones and rooms spoil sound; a test or a
held-out figure always reads the clean one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine import weights
from engine.errors import TableError
from engine.features import activity, compare_lld, mel_picture, pitch, sound_summary, spoken_stretch
from engine.training import spoilt_sound
from engine.training.cached import cache_file, write_cache
from engine.training.ravdess_names import VOICE_EMOTIONS, RavdessName, ravdess_name
from engine.training.voice_set import AUDIO_FOLDER, FOLDS_FILE, actor_folds
from engine.vocabulary import Emotion

VARIANTS: Final = 1
"""Spoilt variants beside each clean recording."""
SPOILING_SEED: Final = 20250
"""The variants are made once and kept; the seed of a training chooses among them."""

Rows = tuple[NDArray[np.floating[Any]], ...]
"""One array of steps for each recording."""


@dataclass(frozen=True, slots=True)
class SoundSet:
    """Recordings in the order of their names.

    Attributes
    ----------
    paths : tuple of Path
    names : tuple of RavdessName
    fold : ndarray, shape (n,), int
        0 to 4 (Luna-Jiménez et al. 2022); no actor is in two.
    fingerprint : ndarray, shape (n,), uint64
        Of the file's bytes.
    """

    paths: tuple[Path, ...]
    names: tuple[RavdessName, ...]
    fold: NDArray[np.int64]
    fingerprint: NDArray[np.uint64]

    def descriptors(self) -> tuple[Rows, ...]:
        """ComParE steps [steps, 65] of every recording, for each variant; the first is clean.

        The spectral variance passes what half precision holds, so these are kept whole.
        """
        return self._steps("compare", (compare_lld,), compare_lld.lld_steps, kind=np.float32)

    def pictures(self) -> tuple[Rows, ...]:
        """Log-mel pictures [frames, 64] of every recording, for each variant."""
        return self._steps("mel", (mel_picture,), mel_picture.mel_picture)

    def cepstra(self) -> tuple[Rows, ...]:
        """Cepstral steps [steps, 43] of every recording, for each variant."""

        def steps(sound: NDArray[np.float32]) -> NDArray[np.float32]:
            return mel_picture.cepstral_steps(mel_picture.mel_picture(sound), sound)

        return self._steps("cepstra", (mel_picture, pitch), steps)

    def summaries(self) -> NDArray[np.float32]:
        """Averaged features, shape (variants, n, 185)."""

        def row(sound: NDArray[np.float32]) -> NDArray[np.float32]:
            return sound_summary.sound_summary(sound)[None]

        found = self._steps("summary", (sound_summary,), row, kind=np.float32)  # hertz need the digits
        return np.asarray(np.stack([np.concatenate(rows) for rows in found]), dtype=np.float32)

    def _steps(
        self,
        name: str,
        modules: tuple[object, ...],
        measure: Callable[[NDArray[np.float32]], NDArray[np.float32]],
        *,
        kind: Any = np.float16,
    ) -> tuple[Rows, ...]:
        used = (*modules, spoken_stretch, activity, spoilt_sound)
        kept = cache_file(f"sound-{name}", list(self.paths), used, VARIANTS, SPOILING_SEED)
        if not kept.is_file():
            measured: list[list[NDArray[np.float32]]] = [[] for _ in range(1 + VARIANTS)]
            for index, path in enumerate(self.paths):
                for variant, sound in enumerate(_variants(path, index)):
                    measured[variant].append(measure(sound))
            lengths = np.array([[len(each) for each in rows] for rows in measured])
            steps = np.concatenate([each for rows in measured for each in rows]).astype(kind)
            write_cache(kept, {"steps": steps, "lengths": lengths})
        stored = np.load(kept)
        lengths, steps = stored["lengths"], stored["steps"]
        cut = np.split(steps, np.cumsum(lengths.ravel())[:-1])
        count = lengths.shape[1]
        return tuple(tuple(cut[at * count : (at + 1) * count]) for at in range(len(lengths)))


def read_sound_set(data: Path, *, emotions: Collection[Emotion] = VOICE_EMOTIONS) -> SoundSet:
    """Find the recordings under ``data``; what is measured of them is kept under ``DAILIES_CACHE``.

    Parameters
    ----------
    emotions : collection of Emotion
        Recordings of others are left out.

    Raises
    ------
    TableError
        If the recordings or the file that names their folds are missing.
    """
    every = sorted((data / AUDIO_FOLDER).glob("*.flac"))
    paths = tuple(path for path in every if ravdess_name(path).emotion in emotions)
    if not paths:
        raise TableError(f"No recordings (*.flac) under {AUDIO_FOLDER} of {data.name}; give the data folder.")
    names = tuple(ravdess_name(path) for path in paths)
    folds = actor_folds(data / FOLDS_FILE)
    unknown = {name.actor for name in names} - set(folds)
    if unknown:
        raise TableError(
            f"{FOLDS_FILE} names no fold for actor {min(unknown)}; use the file of these recordings."
        )
    return SoundSet(
        paths=paths,
        names=names,
        fold=np.array([folds[name.actor] for name in names]),
        fingerprint=np.array([weights.fingerprint(path.read_bytes()) for path in paths], dtype=np.uint64),
    )


def _variants(path: Path, index: int) -> list[NDArray[np.float32]]:
    """The spoken stretch of a recording, clean and spoilt; a silent one is a tenth of a second of hush."""
    sound, rate = soundfile.read(path, dtype="float32")
    if rate != activity.SAMPLE_RATE or sound.ndim != 1:
        raise TableError(f"{path.name} is not mono at {activity.SAMPLE_RATE} Hz; convert it.")
    rng = np.random.default_rng((SPOILING_SEED, index))
    found = []
    for variant in (sound, *(spoilt_sound.spoilt(sound, rng=rng) for _ in range(VARIANTS))):
        stretch = spoken_stretch.spoken_stretch(variant)
        hush = np.full(round(spoken_stretch.SHORTEST_S * activity.SAMPLE_RATE), 1e-6, np.float32)
        found.append(hush if stretch is None else stretch.sound)
    return found
