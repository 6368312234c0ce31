"""Pitch and voicing of each 10 ms frame."""

from __future__ import annotations

from typing import Final

import librosa
import numpy as np
from numpy.typing import NDArray

from engine.features.activity import HOP, SAMPLE_RATE, VOICED

Floats = NDArray[np.float32]

PITCH_FLOOR_HZ: Final = 65.0
PITCH_CEILING_HZ: Final = 1000.0
"""A shout or a scream passes 600 Hz; 65 Hz is a low creak."""
FRAME: Final = 1024
"""64 ms: four periods of the lowest pitch."""
PIECE_FRAMES: Final = 6000
"""One minute at a time, so that ten minutes of sound cost no more memory than one."""


def frame_pitch(sound: Floats, *, frames: int) -> tuple[Floats, Floats]:
    """Fundamental frequency and periodicity of each frame.

    Parameters
    ----------
    sound : ndarray, shape (n,), float32, 16 kHz
    frames : int
        How many frames to answer for.

    Returns
    -------
    pitch : ndarray, shape (frames,)
        Hz; 0 where unvoiced.
    voicing : ndarray, shape (frames,)
        Normalised autocorrelation at the pitch period, 0 to 1.

    References
    ----------
    de Cheveigné & Kawahara 2002, YIN.
    """
    padded = np.pad(sound, FRAME // 2)
    if padded.size < FRAME + HOP:
        padded = np.pad(padded, (0, FRAME + HOP - padded.size))
    pitches, voicings = [], []
    for start in range(0, frames, PIECE_FRAMES):
        count = min(PIECE_FRAMES, frames - start)
        piece = padded[start * HOP : start * HOP + (count - 1) * HOP + FRAME]
        if piece.size < FRAME:
            piece = np.pad(piece, (0, FRAME - piece.size))
        hertz, periodic = _pitch_of(piece)
        pitches.append(hertz[:count])
        voicings.append(periodic[:count])
    pitch = _fitted(np.concatenate(pitches), frames)
    voicing = _fitted(np.concatenate(voicings), frames)
    return np.where(voicing > VOICED, pitch, 0.0).astype(np.float32), voicing


def _pitch_of(piece: Floats) -> tuple[Floats, Floats]:
    hertz = librosa.yin(
        piece,
        fmin=PITCH_FLOOR_HZ,
        fmax=PITCH_CEILING_HZ,
        sr=SAMPLE_RATE,
        frame_length=FRAME,
        hop_length=HOP,
        center=False,
    )
    windows = librosa.util.frame(piece, frame_length=FRAME, hop_length=HOP).T  # [frames, FRAME]
    hertz = hertz[: len(windows)]
    period = np.clip(np.rint(SAMPLE_RATE / hertz).astype(np.int64), 1, FRAME // 2 - 1)  # [frames]
    half = FRAME // 2
    ahead = np.take_along_axis(windows, period[:, None] + np.arange(half), axis=1)  # [frames, half]
    here = windows[:, :half]
    energy = np.sqrt((here**2).sum(axis=1) * (ahead**2).sum(axis=1))
    likeness = (here * ahead).sum(axis=1) / np.maximum(energy, 1e-9)
    return hertz.astype(np.float32), np.clip(likeness, 0.0, 1.0).astype(np.float32)


def _fitted(row: Floats, frames: int) -> Floats:
    return np.pad(row, (0, max(0, frames - row.size)))[:frames].astype(np.float32)
