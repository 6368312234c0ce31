"""What the shipped voice branch says of RAVDESS, each take read by the network that never saw its actor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError
from engine.features import activity, pitch, voice, voice_summary
from engine.systems.performance import PerformanceBrain
from engine.training import cached, heard_folder
from engine.training.ravdess_names import VOICE_EMOTIONS
from engine.training.voice_set import AUDIO_FOLDER


@dataclass(frozen=True, slots=True)
class Heard:
    """Answers for the takes in the order of their names.

    Attributes
    ----------
    shares : ndarray, shape (n, 8)
        Of ``VOICE_EMOTIONS``; even where nothing was heard.
    strength : ndarray, shape (n,)
        Logit of acted strongly against normally; NaN where nothing was heard.
    fold : ndarray, shape (n,), int
        The training fold of the take, -1 where the weights never saw it.
    """

    shares: NDArray[np.float64]
    strength: NDArray[np.float64]
    fold: NDArray[np.int64]


def heard(data: Path) -> Heard:
    """Ask the shipped branch, or read what it said of the same files before.

    Raises
    ------
    TableError
        If there are no recordings.
    WeightsError
        If the weights are missing.
    """
    paths = sorted((data / AUDIO_FOLDER).glob("*.flac"))
    if not paths:
        raise TableError(f"No recordings (*.flac) under {AUDIO_FOLDER} of {data.name}; give the data folder.")
    version = PerformanceBrain.load().version
    modules = (voice, voice_summary, pitch, activity, heard_folder)
    keep = cached.cache_file("voice-heard", paths, modules, version)
    if keep.is_file():
        kept = np.load(keep)
        return Heard(kept["shares"], kept["strength"], kept["fold"])
    # What is behind `evaluate voice-emotion`, so that both read a take in the same way.
    folder = heard_folder.hear_folder(data / AUDIO_FOLDER)
    fold = folder.fold
    shares = np.full((len(folder.names), len(VOICE_EMOTIONS)), 1 / len(VOICE_EMOTIONS))
    strength = np.full(len(folder.names), np.nan)
    for row, opinion in enumerate(folder.opinions()):
        if opinion is not None:
            shares[row] = [opinion.probabilities[emotion] for emotion in VOICE_EMOTIONS]
            strength[row] = opinion.strength
    cached.write_cache(keep, {"shares": shares, "strength": strength, "fold": fold})
    return Heard(shares, strength, fold)
