"""What the shipped voice branch says of RAVDESS, each take read by what never heard its actor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError
from engine.features import activity, pitch, voice, voice_summary
from engine.systems.branch import BranchOpinion
from engine.systems.performance import PerformanceBrain
from engine.training import cached, heard_folder
from engine.training.ravdess_names import VOICE_EMOTIONS
from engine.training.voice_set import AUDIO_FOLDER
from engine.vocabulary import Modality


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


def heard(data: Path, *, enrolled: bool = False) -> Heard:
    """Ask the shipped branch, or read what it said of the same files before.

    Parameters
    ----------
    enrolled : bool
        With each actor's usual voice known from all their takes, labels unread.

    Raises
    ------
    TableError
        If there are no recordings, or with ``enrolled`` too few of an actor.
    WeightsError
        If the weights are missing.
    """
    paths = sorted((data / AUDIO_FOLDER).glob("*.flac"))
    if not paths:
        raise TableError(f"No recordings (*.flac) under {AUDIO_FOLDER} of {data.name}; give the data folder.")
    brain = PerformanceBrain.load()
    branch = brain.branches[Modality.VOICE]
    version = branch.version if brain.heads is None else brain.heads.version
    modules = (voice, voice_summary, pitch, activity, heard_folder)
    places = {
        who: cached.cache_file(f"voice-heard-{who}", paths, modules, version)
        for who in ("strangers", "enrolled")
    }
    asked = "enrolled" if enrolled else "strangers"
    if not places[asked].is_file():
        # What is behind `evaluate voice-emotion`, so that both read a take in the same way.
        folder = heard_folder.hear_folder(data / AUDIO_FOLDER)
        cached.write_cache(places["strangers"], _arrays(folder, folder.opinions()))
        try:  # at once, since measuring the recordings again would take minutes
            cached.write_cache(places["enrolled"], _arrays(folder, folder.enrolled_opinions()))
        except TableError:
            if enrolled:
                raise
    kept = np.load(places[asked])
    return Heard(kept["shares"], kept["strength"], kept["fold"])


def _arrays(
    folder: heard_folder.HeardFolder, opinions: list[BranchOpinion | None]
) -> dict[str, NDArray[Any]]:
    shares = np.full((len(folder.names), len(VOICE_EMOTIONS)), 1 / len(VOICE_EMOTIONS))
    strength = np.full(len(folder.names), np.nan)
    for row, opinion in enumerate(opinions):
        if opinion is not None:
            shares[row] = [opinion.probabilities[emotion] for emotion in VOICE_EMOTIONS]
            strength[row] = opinion.strength
    return {"shares": shares, "strength": strength, "fold": folder.fold}
