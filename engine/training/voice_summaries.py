"""What the voice heads learn from: summaries of RAVDESS speech, clean and changed, and the clean blocks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import resample_poly

from engine.errors import TableError
from engine.features import activity, pitch, voice, voice_summary
from engine.features.table import instants
from engine.training import spoilt_sound
from engine.training.cached import cache_file, write_cache
from engine.training.voice_set import Recordings, read_recordings, read_sound

Sound = NDArray[np.float32]

CHANGES: Final = {1: "spoilt", 4: "speed", 5: "speed"}
"""Beside each clean recording: one as rooms and microphones spoil it, two slower or faster. The number
seeds the change."""
CHANGING_SEED: Final = 777
SPEED_PERCENT: Final = (88, 115)
"""Pitch and tempo together: what separates a low from a middling voice."""


@dataclass(frozen=True, slots=True)
class VoiceSummaries:
    """Recordings in the order of their names.

    Attributes
    ----------
    found : Recordings
    summary : ndarray, shape (n, 1 + len(CHANGES), 821), float32
        The first of each row is of the clean recording.
    values : ndarray, shape (n, 50, 74), float16
        Raw voice blocks of the clean recordings.
    mask : ndarray, shape (n, 50), bool
    """

    found: Recordings
    summary: NDArray[np.float32]
    values: NDArray[np.float16]
    mask: NDArray[np.bool_]


def read_voice_summaries(data: Path) -> VoiceSummaries:
    """Read and measure the recordings under ``data``; what is measured is kept under ``DAILIES_CACHE``.

    Raises
    ------
    TableError
        If the recordings or the file that names their folds are missing, or one holds no voice.
    """
    found = read_recordings(data)
    cache = summaries_cache(found)
    if cache.is_file():
        kept = dict(np.load(cache))
    else:
        rows = [_measured(path, index) for index, path in enumerate(found.paths)]
        kept = {
            name: np.array([row[position] for row in rows])
            for position, name in enumerate(("summary", "values", "mask"))
        }
        write_cache(cache, kept)
    return VoiceSummaries(found, kept["summary"], kept["values"], kept["mask"])


def summaries_cache(found: Recordings) -> Path:
    """Where the measures of these recordings are kept."""
    modules = (voice, voice_summary, pitch, activity, spoilt_sound)
    recipe = (CHANGING_SEED, SPEED_PERCENT, *CHANGES.items())
    return cache_file("voice-summaries", list(found.paths), modules, recipe)


def changed(sound: Sound, change: str, *, rng: Generator) -> Sound:
    """A recording spoilt, or at another speed, shape (n,) → (m,)."""
    if change == "spoilt":
        return spoilt_sound.spoilt(sound, rng=rng)
    return np.asarray(resample_poly(sound, 100, int(rng.integers(*SPEED_PERCENT))), dtype=np.float32)


def _measured(path: Path, index: int) -> tuple[NDArray[np.float32], NDArray[np.float16], NDArray[np.bool_]]:
    """Summaries [1 + changes, 821], and block and mask of the clean recording."""
    sound = read_sound(path)
    clean = voice.voice_features(sound, instants(max(sound.size, 1) / activity.SAMPLE_RATE))
    if clean.summary is None:
        raise TableError(f"{path.name} holds no voice; take it out of the training recordings.")
    summaries = [clean.summary]
    for number, change in CHANGES.items():
        rng = np.random.default_rng((CHANGING_SEED, number, index))
        other = changed(sound, change, rng=rng)
        heard = voice.voice_features(other, instants(other.size / activity.SAMPLE_RATE))
        summaries.append(clean.summary if heard.summary is None else heard.summary)
    return np.array(summaries), clean.values.astype(np.float16), clean.mask
