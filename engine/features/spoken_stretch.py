"""The part of a sound in which somebody speaks, at one level, for systems that read whole stretches.

Silence before and after says when the record button was pressed, not how a line was spoken; and a
turned gain knob is no emotion either. Both are taken away before anything is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.activity import HOP, SAMPLE_RATE, frame_levels

Floats = NDArray[np.float32]

LEVEL: Final = 0.05
"""Root-mean-square of the louder half of the frames after levelling: -26 dB, the usual speech level."""
RANGE_DB: Final = 30.0
"""Frames this far under the loud ones are silence at the ends of a recording."""
LOUD_PERCENTILE: Final = 95
MARGIN_S: Final = 0.05
SHORTEST_S: Final = 0.1
"""Less than two windows of a pitch tracker holds nothing to measure."""
LONGEST_S: Final = 20.0
"""Of a longer stretch the loudest part of this length is read, so that an answer never takes long."""


@dataclass(frozen=True, slots=True)
class SpokenStretch:
    """A levelled piece of a sound.

    Attributes
    ----------
    sound : ndarray, shape (n,), float32
        Mono, 16 kHz.
    start_s, stop_s : float
        Where it lies in the sound it was cut from.
    cut : bool
        Whether more was spoken than is read.
    """

    sound: Floats
    start_s: float
    stop_s: float
    cut: bool


def spoken_stretch(sound: Floats) -> SpokenStretch | None:
    """Cut a sound to its spoken stretch and bring that to one level.

    Parameters
    ----------
    sound : ndarray, shape (n,), float32
        Mono, 16 kHz, any gain; samples that are not finite count as silence.

    Returns
    -------
    SpokenStretch or None
        ``None`` where the sound is silent or shorter than :data:`SHORTEST_S`.
    """
    sound = np.nan_to_num(np.asarray(sound, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    if sound.size < SHORTEST_S * SAMPLE_RATE or not sound.any():
        return None
    sound = sound / np.abs(sound).max()
    levels = frame_levels(sound)  # [frames]
    loud = np.flatnonzero(levels > np.percentile(levels, LOUD_PERCENTILE) - RANGE_DB)
    margin = round(MARGIN_S * SAMPLE_RATE)
    start = max(0, int(loud[0]) * HOP - margin)
    stop = min(sound.size, (int(loud[-1]) + 1) * HOP + margin)
    longest = round(LONGEST_S * SAMPLE_RATE)
    cut = stop - start > longest
    if cut:
        start += _loudest(levels[start // HOP : stop // HOP], longest // HOP) * HOP
        stop = start + longest
    piece = np.pad(sound[start:stop], (0, max(0, round(SHORTEST_S * SAMPLE_RATE) - (stop - start))))
    power = np.square(piece[: piece.size // HOP * HOP].reshape(-1, HOP)).mean(axis=1)  # [frames]
    loud_power = float(power[power >= np.median(power)].mean())
    levelled = piece * np.float32(LEVEL / np.sqrt(max(loud_power, 1e-12)))
    return SpokenStretch(levelled.astype(np.float32), start / SAMPLE_RATE, stop / SAMPLE_RATE, cut)


def _loudest(levels: Floats, frames: int) -> int:
    """First frame of the loudest run of so many frames."""
    total = np.cumsum(np.concatenate([[0.0], 10 ** (levels.astype(np.float64) / 10)]))
    return int(np.argmax(total[frames:] - total[:-frames])) if levels.size > frames else 0
