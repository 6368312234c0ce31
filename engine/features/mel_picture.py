"""A sound as a picture: the logarithm of its mel spectrum over time, and its cepstral steps.

The picture is what a residual network reads; the steps, one row each 40 ms, are what the recurrent
and convolutional networks read.
"""

from __future__ import annotations

from typing import Final

import librosa
import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from engine.features.activity import SAMPLE_RATE
from engine.features.pitch import PITCH_FLOOR_HZ, frame_pitch

Floats = NDArray[np.float32]

BANDS: Final = 64
WINDOW: Final = 512
"""32 ms."""
PICTURE_HOP: Final = 320
"""20 ms."""
FLOOR: Final = 1e-5
"""Power of a band below which there is only the room."""
PICTURE_FRAMES: Final = 128
"""2.56 s: the length of a spoken line; longer stretches are read in overlapping pictures."""

CEPSTRA: Final = 20
FRAMES_PER_STEP: Final = 2
PITCH_HOP_FRAMES: Final = 2
"""The pitch tracker's hop is 10 ms, half of a picture's frame."""
STEP_WIDTH: Final = 2 * CEPSTRA + 3
"""Cepstra, their slopes, pitch in semitones, voicing and level."""


def mel_picture(sound: Floats) -> Floats:
    """Log-mel picture of a spoken stretch.

    Parameters
    ----------
    sound : ndarray, shape (n,), float32
        Mono, 16 kHz, levelled.

    Returns
    -------
    ndarray, shape (frames, 64), float32
        Decibels, one row each 20 ms.
    """
    power = np.abs(librosa.stft(sound, n_fft=WINDOW, hop_length=PICTURE_HOP)) ** 2
    bands = librosa.feature.melspectrogram(S=power, sr=SAMPLE_RATE, n_mels=BANDS)  # [bands, frames]
    return np.asarray(10 * np.log10(bands + FLOOR).T, dtype=np.float32)


def cepstral_steps(picture: Floats, sound: Floats) -> Floats:
    """Cepstra with their slopes, pitch, voicing and level, one row each 40 ms.

    Parameters
    ----------
    picture : ndarray, shape (frames, 64)
        Of :func:`mel_picture`.
    sound : ndarray, shape (n,)
        What the picture shows.

    Returns
    -------
    ndarray, shape (steps, 43), float32
    """
    cepstra = dct(picture, axis=1, norm="ortho")[:, :CEPSTRA]  # [frames, 20]
    pitch, voicing = frame_pitch(sound, frames=PITCH_HOP_FRAMES * len(picture))
    semitones = np.where(pitch > 0, 12 * np.log2(np.maximum(pitch, 1.0) / PITCH_FLOOR_HZ), 0.0)
    level = picture.max(axis=1)
    columns = np.column_stack(
        [
            cepstra,
            np.gradient(cepstra, axis=0) if len(cepstra) > 1 else np.zeros_like(cepstra),
            semitones[::PITCH_HOP_FRAMES],
            voicing[::PITCH_HOP_FRAMES],
            level,
        ]
    )  # [frames, 43]
    short = -len(columns) % FRAMES_PER_STEP
    padded = np.concatenate([columns, np.repeat(columns[-1:], short, axis=0)])
    return np.asarray(padded.reshape(-1, FRAMES_PER_STEP, STEP_WIDTH).mean(axis=1), dtype=np.float32)


def framed(picture: Floats) -> Floats:
    """A picture of any length as pictures of 128 frames, half overlapping, shape (n, 128, 64).

    What is shorter is padded with its own quietest value on both sides.
    """
    short = max(0, PICTURE_FRAMES - len(picture))
    if short:
        before = short // 2
        padded = np.pad(picture, ((before, short - before), (0, 0)), constant_values=float(picture.min()))
        return np.asarray(padded[None], dtype=np.float32)
    starts = list(range(0, len(picture) - PICTURE_FRAMES + 1, PICTURE_FRAMES // 2))
    if starts[-1] + PICTURE_FRAMES < len(picture):
        starts.append(len(picture) - PICTURE_FRAMES)
    found = np.stack([picture[start : start + PICTURE_FRAMES] for start in starts])
    return np.asarray(found, dtype=np.float32)
