"""Where a clip is active: the frames in which somebody speaks, and how loud those are.

The active speech level follows the idea of ITU-T P.56 (2011): the mean level of the frames that lie
no more than a fixed margin under that mean, pauses left out. Background is told from speech by its
steadiness, so that a noise burst in silence counts and a clip of nothing but noise does not.
"""

from __future__ import annotations

from typing import Final

import librosa
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing

Floats = NDArray[np.float32]

SAMPLE_RATE: Final = 16_000
HOP: Final = 160
"""10 ms."""
WINDOW: Final = 512
"""32 ms: four periods of a low voice, short enough for a plosive."""

P56_MARGIN_DB: Final = 15.9
"""Distance of P.56's threshold from the active level."""
HANGOVER_S: Final = 0.2
"""Pauses up to P.56's hangover belong to the speech around them."""
STEADY_RANGE_DB: Final = 8.0
"""A clip whose levels spread less than this from 5 % to 95 % is steady: a drone, or all noise."""
BACKGROUND_RANGE_DB: Final = 9.0
"""Levels must spread at least so far above their low end for that end to be called background."""
BACKGROUND_MARGIN_DB: Final = 5.0
VOICED: Final = 0.6
"""Normalised autocorrelation from which a frame is periodic."""
VOICED_SHARE: Final = 0.3
"""Share of periodic frames from which a steady sound is a voice."""
SILENCE_DB: Final = -75.0
"""Relative to the clip's loudest frame: digital silence and dither."""


def frame_levels(sound: Floats) -> Floats:
    """Root-mean-square level of each 10 ms frame in dB, shape (frames,), of a sound of shape (n,)."""
    rms = librosa.feature.rms(y=sound, frame_length=WINDOW, hop_length=HOP)[0]
    return np.asarray(20 * np.log10(np.maximum(rms, 1e-8)), dtype=np.float32)


def active_level(levels: Floats, active: NDArray[np.bool_]) -> float:
    """Mean power of the active frames in dB."""
    return float(10 * np.log10(np.mean(10 ** (levels[active].astype(np.float64) / 10))))


def active_frames(levels: Floats, voicing: Floats) -> NDArray[np.bool_]:
    """Which frames hold speech, or a sound that stands out like speech.

    Parameters
    ----------
    levels : ndarray, shape (frames,)
        In dB, on any scale.
    voicing : ndarray, shape (frames,)
        Normalised autocorrelation at the pitch period, 0 to 1.

    Returns
    -------
    ndarray, shape (frames,), bool
        All False where the clip is silent or holds nothing but steady noise.

    References
    ----------
    ITU-T P.56 (2011), method B.
    """
    sounding = levels > levels.max() + SILENCE_DB
    low, high = np.percentile(levels, [5, 95])
    if high - low < STEADY_RANGE_DB and np.mean(voicing > VOICED) < VOICED_SHARE:
        return np.zeros(levels.shape, dtype=np.bool_)
    active = sounding
    for _ in range(20):  # settles in three or four rounds
        tighter = sounding & (levels > active_level(levels, active) - P56_MARGIN_DB)
        if not tighter.any() or (tighter == active).all():
            break
        active = tighter
    background, loud = np.percentile(levels[sounding], [10, 95])
    if loud - background > BACKGROUND_RANGE_DB:
        active = active & (levels > background + BACKGROUND_MARGIN_DB)
    width = round(HANGOVER_S * SAMPLE_RATE / HOP)
    closed = binary_closing(np.pad(active, width), structure=np.ones(width, dtype=np.bool_))
    return np.asarray(closed[width:-width] & sounding, dtype=np.bool_)
