"""185 spectral features of a sound, each averaged over the whole clip.

40 cepstral coefficients, 12 chroma bands, 128 mel bands and five measures of the spectrum's shape:
the set that systems of late fusion read (McFee et al. 2015, librosa).
"""

from __future__ import annotations

from typing import Final

import librosa
import numpy as np
from numpy.typing import NDArray

from engine.features.activity import SAMPLE_RATE

Floats = NDArray[np.float32]

CEPSTRA: Final = 40
CHROMAS: Final = 12
MELS: Final = 128
SHAPE: Final = ("zero_crossing_rate", "rms", "centroid_hz", "bandwidth_hz", "rolloff_hz")
SUMMARY_COLUMNS: Final = (
    *(f"mfcc_{index}" for index in range(CEPSTRA)),
    *(f"chroma_{index}" for index in range(CHROMAS)),
    *(f"mel_{index}_db" for index in range(MELS)),
    *SHAPE,
)
SUMMARY_WIDTH: Final = len(SUMMARY_COLUMNS)
WINDOW: Final = 1024
HOP: Final = 256
FLOOR: Final = 1e-8


def sound_summary(sound: Floats) -> Floats:
    """The averaged features of a spoken stretch.

    Parameters
    ----------
    sound : ndarray, shape (n,), float32
        Mono, 16 kHz, levelled.

    Returns
    -------
    ndarray, shape (185,), float32
        Raw columns of :data:`SUMMARY_COLUMNS`.
    """
    magnitude = np.abs(librosa.stft(sound, n_fft=WINDOW, hop_length=HOP))  # [bins, frames]
    power = magnitude**2
    mel = librosa.feature.melspectrogram(S=power, sr=SAMPLE_RATE, n_mels=MELS)
    decibels = 10 * np.log10(mel + FLOOR)  # [mels, frames]
    rows = [
        *librosa.feature.mfcc(S=decibels, n_mfcc=CEPSTRA),
        *librosa.feature.chroma_stft(S=power, sr=SAMPLE_RATE, n_fft=WINDOW, tuning=0.0),
        *decibels,
        librosa.feature.zero_crossing_rate(sound, frame_length=WINDOW, hop_length=HOP)[0],
        librosa.feature.rms(S=magnitude, frame_length=WINDOW)[0],
        librosa.feature.spectral_centroid(S=magnitude, sr=SAMPLE_RATE)[0],
        librosa.feature.spectral_bandwidth(S=magnitude, sr=SAMPLE_RATE)[0],
        librosa.feature.spectral_rolloff(S=magnitude, sr=SAMPLE_RATE)[0],
    ]
    return np.array([np.mean(row) for row in rows], dtype=np.float32)
