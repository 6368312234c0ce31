"""Sound as microphones and rooms spoil it, for training that is to survive them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfilt

from engine.features.activity import SAMPLE_RATE

Sound = NDArray[np.float32]

SNR_DB: Final = (5.0, 30.0)
NOISE_TILT: Final = (0.0, 1.2)
"""Exponent of 1/f: white to a little redder than pink."""
SPEED_PERCENT: Final = (93, 108)
"""Pitch and tempo together, less than half of what separates two voices."""
LOW_CUT_HZ: Final = (60.0, 300.0)
HIGH_CUT_HZ: Final = (3400.0, 7500.0)
"""Telephone at the worst."""
LONGEST_SILENCE_S: Final = 2.0


def spoilt(sound: Sound, *, rng: Generator) -> Sound:
    """A variant of a sound, shape (n,) → (m,), 16 kHz: another speed, microphone, room and cut.

    Each spoiling happens by chance, so that some variants stay close to the original.
    """
    if rng.random() < 0.6:
        percent = int(rng.integers(*SPEED_PERCENT))
        sound = resample_poly(sound, 100, percent).astype(np.float32)
    if rng.random() < 0.5:
        sound = _filtered(sound, rng)
    sound = _recut(sound, rng)
    if rng.random() < 0.6:
        sound = noisy(sound, snr_db=float(rng.uniform(*SNR_DB)), rng=rng)
    return sound


def noisy(sound: Sound, *, snr_db: float, rng: Generator) -> Sound:
    """Add coloured noise at a ratio to the mean power of the louder half of the sound."""
    tilt = float(rng.uniform(*NOISE_TILT))
    spectrum = np.fft.rfft(rng.standard_normal(sound.size))
    spectrum /= np.maximum(np.fft.rfftfreq(sound.size, 1 / SAMPLE_RATE), 50.0) ** (tilt / 2)
    noise = np.fft.irfft(spectrum, sound.size)
    power = sound.astype(np.float64) ** 2
    speech = power[np.abs(sound) >= np.quantile(np.abs(sound), 0.5)].mean()
    noise *= np.sqrt(speech / max(float((noise**2).mean()), 1e-20) / 10 ** (snr_db / 10))
    return np.asarray(sound + noise, dtype=np.float32)


def _filtered(sound: Sound, rng: Generator) -> Sound:
    band = [rng.uniform(*LOW_CUT_HZ), rng.uniform(*HIGH_CUT_HZ)]
    return np.asarray(sosfilt(butter(1, band, "bandpass", fs=SAMPLE_RATE, output="sos"), sound), np.float32)


def _recut(sound: Sound, rng: Generator) -> Sound:
    """Silence added before and after, or the silence there is taken away."""
    loud = np.flatnonzero(np.abs(sound) > 0.05 * np.abs(sound).max())
    if rng.random() < 0.5 and loud.size:
        margin = int(0.1 * SAMPLE_RATE)
        sound = sound[max(0, loud[0] - margin) : loud[-1] + margin]
    before, after = (rng.uniform(0, LONGEST_SILENCE_S, size=2) * SAMPLE_RATE).astype(int)
    return np.pad(sound, (int(before), int(after))) if rng.random() < 0.5 else sound
