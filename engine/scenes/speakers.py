"""Who speaks in which utterance of a scene: voices that sound alike, helped by where the speaking face is.

A voice is described by its pitch and by the colour of its spectrum; which of several faces speaks is told
by its mouth (:mod:`engine.features.speaking_face`). Utterances are joined bottom up, and into as many
people as separates them best; where nothing separates them they are one person's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import librosa
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import silhouette_score

from engine.features.activity import HOP, SAMPLE_RATE, WINDOW, active_frames, frame_levels
from engine.features.pitch import frame_pitch

MFCCS: Final = 13
"""The first, the level, is left out: twelve numbers for the colour."""
SHORTEST_S: Final = 0.3
FEWEST_FRAMES: Final = 10
"""Fewer voiced frames do not tell a pitch."""
MOST_SPEAKERS: Final = 8
FEWEST_UTTERANCES: Final = 4
"""Fewer cannot be told apart by what they share."""
LEAST_SILHOUETTE: Final = 0.25
"""Kaufman and Rousseeuw (1990) call less "no substantial structure"."""
LEAST_APART: Final = 4.0
"""Standard deviations of one speaker's voice between the middles of two groups, below which they are one
person's moods."""
PLACE_STEP: Final = 0.08
"""Of the picture's width: how far a speaking face sits from where it sat before, as a voice varies by one
standard deviation."""

SPREAD_FILE: Final = Path(__file__).with_name("voice_spread.json")
"""Covariance of an utterance's description around its speaker's own mean, over all emotions; measured by
``scripts/fit_voice_spread.py``."""


@dataclass(frozen=True, slots=True)
class VoicePrint:
    """What an utterance tells of who speaks.

    Attributes
    ----------
    pitch_semitones : float or None
        Median over the voiced frames, semitones over 55 Hz.
    colour : tuple of 12 floats
        Mean MFCC 1 to 12 over the frames with speech; empty where nobody is heard.
    face_place : float or None
        Where the face that speaks sits, 0 (left) to 1; ``None`` where no face was told to speak.
    """

    pitch_semitones: float | None
    colour: tuple[float, ...]
    face_place: float | None = None


def voice_print(sound: NDArray[np.float32] | None, *, face_place: float | None = None) -> VoicePrint:
    """Describe who speaks in a sound.

    Parameters
    ----------
    sound : ndarray or None
        Shape (n,), float32, mono, 16 kHz.
    face_place : float, optional
        Where the speaking face sits.
    """
    if sound is None or sound.size < SHORTEST_S * SAMPLE_RATE or not sound.any():
        return VoicePrint(None, (), face_place)
    sound = sound / np.abs(sound).max()
    levels = frame_levels(sound)
    pitch, voicing = frame_pitch(sound, frames=levels.size)
    active = active_frames(levels, voicing)
    if not active.any():
        return VoicePrint(None, (), face_place)
    colours = librosa.feature.mfcc(y=sound, sr=SAMPLE_RATE, n_mfcc=MFCCS, n_fft=WINDOW, hop_length=HOP)
    heard = colours[1:, : active.size][:, active[: colours.shape[1]]].mean(axis=1)
    voiced = pitch[(pitch > 0) & active]
    semitones = None
    if voiced.size >= FEWEST_FRAMES:
        semitones = float(12 * np.log2(np.median(voiced) / 55.0))
    return VoicePrint(semitones, tuple(float(value) for value in heard), face_place)


def speakers_of(prints: Sequence[VoicePrint], *, count: int | None = None) -> tuple[int | None, ...]:
    """Number the speakers of a scene's utterances.

    Parameters
    ----------
    prints : sequence of VoicePrint
        One for each utterance, in order.
    count : int, optional
        How many people speak, where a script tells; by default what parts them best.

    Returns
    -------
    tuple of (int or None)
        From 1, in the order in which they first speak; ``None`` where nobody is heard.

    References
    ----------
    Ward (1963), hierarchical grouping; Rousseeuw (1987), silhouettes; Hatch, Kajarekar and Stolcke (2006),
    within-class covariance normalisation.
    """
    heard = [index for index, print_ in enumerate(prints) if print_.colour]
    labels = (
        _grouped(_table([prints[index] for index in heard]), count) if heard else np.zeros(0, dtype=np.int64)
    )
    numbers: dict[int, int] = {}
    found: list[int | None] = [None] * len(prints)
    for index, label in zip(heard, labels, strict=True):
        found[index] = numbers.setdefault(int(label), len(numbers) + 1)
    return tuple(found)


def _table(prints: Sequence[VoicePrint]) -> NDArray[np.float64]:
    """Rows in standard deviations of one speaker's voice, shape (n, 14); the unknown stands in the middle."""
    colour = np.array([print_.colour for print_ in prints])
    voice = np.column_stack([colour, _filled([print_.pitch_semitones for print_ in prints])])
    place = _filled([print_.face_place for print_ in prints]) / PLACE_STEP
    return np.column_stack([voice @ _whitener(), place])


@lru_cache(maxsize=1)
def _whitener() -> NDArray[np.float64]:
    """Shape (13, 13): what makes the spread within a speaker round."""
    spread = np.array(json.loads(SPREAD_FILE.read_text(encoding="utf-8"))["covariance"], dtype=np.float64)
    return np.asarray(np.linalg.cholesky(np.linalg.inv(spread)), dtype=np.float64)


def _filled(values: Sequence[float | None]) -> NDArray[np.float64]:
    known = [value for value in values if value is not None]
    middle = float(np.mean(known)) if known else 0.0
    return np.array([middle if value is None else value for value in values])


def _grouped(table: NDArray[np.float64], count: int | None) -> NDArray[np.int64]:
    alone = np.zeros(len(table), dtype=np.int64)
    if len(table) < FEWEST_UTTERANCES or count == 1:
        return alone
    if count is not None:
        return np.asarray(AgglomerativeClustering(n_clusters=min(count, len(table))).fit_predict(table))
    best, most = alone, LEAST_SILHOUETTE
    for number in range(2, min(MOST_SPEAKERS, len(table) - 1) + 1):
        labels = AgglomerativeClustering(n_clusters=number).fit_predict(table)
        score = float(silhouette_score(table, labels))
        if score > most and _apart(table, labels) >= LEAST_APART:
            best, most = labels, score
    return best


def _apart(table: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Distance of the two nearest middles."""
    middles = np.array([table[labels == label].mean(axis=0) for label in np.unique(labels)])
    return float(pdist(middles).min())
