"""The voice block: 74 columns of spectrum, pitch, voicing and energy at the 50 instants.

Everything is measured relative to the clip's own active speech level (as ITU-T P.56 defines one), so
that a turned gain knob changes nothing. Instants without speech are masked, and with them the
attention of whatever reads the block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import librosa
import numpy as np
from numpy.typing import NDArray

from engine.features.activity import (
    HOP,
    SAMPLE_RATE,
    WINDOW,
    active_frames,
    active_level,
    frame_levels,
)
from engine.features.pitch import PIECE_FRAMES, PITCH_FLOOR_HZ, frame_pitch
from engine.features.table import INSTANTS, VOICE_WIDTH
from engine.features.voice_summary import BANDS, summary_names, voice_summary

Floats = NDArray[np.float32]

MFCCS: Final = 13
MELS: Final = 40
CHROMAS: Final = 12
CONTRAST_BANDS: Final = 5
"""Octaves above 200 Hz; a sixth would pass half the sampling rate."""

SPECTRAL_FLOOR: Final = 1e-5
"""Added to every bin, relative to white noise at the speech level (-50 dB): what lies below is room."""

WHITE_BIN_POWER: Final = WINDOW * 0.375
"""Power of a bin of white noise of level 0 dB under a Hann window, whose squares average 3/8."""

LOUDNESS_FLOOR_DB: Final = -60.0
SHORTEST_S: Final = 0.1
SPEECH_SHARE: Final = 0.2
"""Share of an instant's frames that must be active for the instant to count as speech."""

LOW_BAND_HZ: Final = (50.0, 1000.0)
HIGH_BAND_HZ: Final = (1000.0, 5000.0)
HAMMARBERG_SPLIT_HZ: Final = 2000.0
LOW_SLOPE_HZ: Final = (50.0, 500.0)

VOICE_COLUMNS: Final = (
    *(f"mfcc_{index}" for index in range(MFCCS)),
    *(f"mfcc_delta_{index}" for index in range(MFCCS)),
    *(f"mfcc_delta2_{index}" for index in range(MFCCS)),
    *(f"chroma_{index}" for index in range(CHROMAS)),
    "pitch_semitones",
    "pitch_delta",
    "voicing",
    "harmonicity_db",
    "loudness_db",
    "loudness_delta",
    "spectral_flux",
    "zero_crossing_rate",
    "centroid_khz",
    "bandwidth_khz",
    "rolloff_khz",
    "flatness_db",
    "entropy_bits",
    "tilt_db_per_khz",
    "low_slope_db_per_khz",
    "alpha_ratio_db",
    "hammarberg_db",
    *(f"contrast_{index}" for index in range(CONTRAST_BANDS + 1)),
)
"""What each column of the voice block holds, in order."""

SUMMARY_NAMES: Final = summary_names(VOICE_COLUMNS)
"""What each number of the summary holds, in order."""


@dataclass(frozen=True, slots=True)
class VoiceFeatures:
    """The voice of one clip at its 50 instants.

    Attributes
    ----------
    values : ndarray, shape (50, 74), float32
        Raw columns of :data:`VOICE_COLUMNS`; zero where masked.
    mask : ndarray, shape (50,), bool
        True where there is speech or any sound that stands out from the clip's background.
    loudness_db : ndarray, shape (50,)
        Relative to the clip's active speech level; NaN where there is no sound at all.
    pitch_hz : ndarray, shape (50,)
        NaN where silent or unvoiced.
    speech : ndarray, shape (50,), bool
        The mask, under the name by which other blocks ask for it.
    summary : ndarray, shape (821,), float32, or None
        Functionals of :data:`SUMMARY_NAMES` over the whole clip; None where there is nothing to hear.
    """

    values: Floats
    mask: NDArray[np.bool_]
    loudness_db: NDArray[np.float64]
    pitch_hz: NDArray[np.float64]
    speech: NDArray[np.bool_]
    summary: Floats | None = None


def voice_features(sound: NDArray[np.float32], times_s: NDArray[np.float64]) -> VoiceFeatures:
    """Measure a voice at the instants of its clip.

    Each instant takes the mean of the frames it stands for, pitch the mean of the voiced ones.
    Samples that are not finite count as silence.

    Parameters
    ----------
    sound : ndarray, shape (n,), float32
        Mono, 16 kHz, any gain.
    times_s : ndarray, shape (50,)
        Middles of 50 equal parts of the clip, in seconds, as :func:`engine.features.table.instants`.

    Raises
    ------
    ValueError
        If ``sound`` is not one row or ``times_s`` does not hold 50 rising times.

    References
    ----------
    ITU-T P.56 (2011), active speech level; de Cheveigné & Kawahara 2002, YIN; Eyben et al. 2016,
    alpha ratio, Hammarberg index and spectral slope (GeMAPS).
    """
    sound = np.asarray(sound, dtype=np.float32)
    times_s = np.asarray(times_s, dtype=np.float64)
    if sound.ndim != 1:
        raise ValueError(f"Sound is one row of samples, not an array of shape {sound.shape}; mix it to mono.")
    if times_s.shape != (INSTANTS,) or not (np.diff(times_s) > 0).all():
        raise ValueError(f"A clip has {INSTANTS} rising instants; take them from table.instants().")
    sound = np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0)
    if sound.size < SHORTEST_S * SAMPLE_RATE or not sound.any():
        return _nothing_heard()

    # A gain first, so that the faintest recording meets no floor of a library's own.
    sound = sound / np.abs(sound).max()
    levels = frame_levels(sound)  # [frames]
    pitch, voicing = frame_pitch(sound, frames=levels.size)  # [frames] each
    active = active_frames(levels, voicing)  # [frames]
    if not active.any():
        return _nothing_heard()
    level = active_level(levels, active)
    sound = sound / np.float32(10 ** (level / 20))
    pieces = (slice(start, start + PIECE_FRAMES) for start in range(0, levels.size, PIECE_FRAMES))
    measured = [
        _frame_columns(
            sound[piece.start * HOP : piece.stop * HOP],
            levels[piece] - level,
            pitch[piece],
            voicing[piece],
        )
        for piece in pieces
    ]
    columns, bands = (np.concatenate(parts) for parts in zip(*measured, strict=True))

    count = max(1, round(float(times_s[0] + times_s[-1]) * SAMPLE_RATE / HOP))
    share = _to_instants(active[:, None].astype(np.float32), count)[:, 0]
    known = share >= SPEECH_SHARE
    if not known.any():  # a click shorter than a fifth of an instant is still the loudest thing there
        known = share >= share.max()
    values = _averaged(columns, active, count)
    spoken = active & (pitch > 0)
    for name in ("pitch_semitones", "pitch_delta", "harmonicity_db"):
        index = VOICE_COLUMNS.index(name)
        values[:, index] = _averaged(columns[:, index : index + 1], spoken, count)[:, 0]
    sung = _to_instants(spoken[:, None].astype(np.float32), count)[:, 0] > 0
    semitones = values[:, VOICE_COLUMNS.index("pitch_semitones")].astype(np.float64)
    heard = _to_instants(np.ones((levels.size, 1), dtype=np.float32), count)[:, 0] > 0
    loudness = _to_instants(np.maximum(levels - level, LOUDNESS_FLOOR_DB)[:, None], count)[:, 0]
    return VoiceFeatures(
        values=np.where(known[:, None], values, 0.0).astype(np.float32),
        mask=known,
        loudness_db=np.where(heard, loudness, np.nan).astype(np.float64),
        pitch_hz=np.where(sung & known, PITCH_FLOOR_HZ * 2 ** (semitones / 12), np.nan),
        speech=known,
        summary=voice_summary(columns, bands, active, pitch > 0, VOICE_COLUMNS),
    )


def _nothing_heard() -> VoiceFeatures:
    unknown = np.full(INSTANTS, np.nan)
    silent = np.zeros(INSTANTS, dtype=np.bool_)
    return VoiceFeatures(np.zeros((INSTANTS, VOICE_WIDTH), np.float32), silent, unknown, unknown, silent)


def _frame_columns(sound: Floats, loudness: Floats, pitch: Floats, voicing: Floats) -> tuple[Floats, Floats]:
    """All columns [frames, 74] and the mel bands in dB [frames, 64] of a sound at active level 0 dB."""
    frames = loudness.size
    sound = np.pad(sound, (0, max(0, WINDOW - sound.size)))  # the last piece may be a few samples
    power = np.abs(librosa.stft(sound, n_fft=WINDOW, hop_length=HOP)[:, :frames]) ** 2  # [bins, frames]
    power += SPECTRAL_FLOOR * WHITE_BIN_POWER
    magnitude = np.sqrt(power)
    mel = librosa.feature.melspectrogram(S=power, sr=SAMPLE_RATE, n_mels=MELS)
    mfcc = librosa.feature.mfcc(S=librosa.power_to_db(mel, top_db=None), n_mfcc=MFCCS)
    hertz = librosa.fft_frequencies(sr=SAMPLE_RATE, n_fft=WINDOW)
    decibels = librosa.power_to_db(power, top_db=None)
    shares = power / power.sum(axis=0)
    semitones = np.where(pitch > 0, 12 * np.log2(np.maximum(pitch, 1.0) / PITCH_FLOOR_HZ), 0.0)
    periodic = np.clip(voicing, 0.01, 0.99)
    rows = [
        *mfcc,
        *_slope_in_time(mfcc),
        *_slope_in_time(_slope_in_time(mfcc)),
        *librosa.feature.chroma_stft(S=power, sr=SAMPLE_RATE, n_fft=WINDOW, tuning=0.0),
        semitones,
        _slope_in_time(semitones),
        voicing,
        10 * np.log10(periodic / (1 - periodic)),
        np.maximum(loudness, LOUDNESS_FLOOR_DB),
        _slope_in_time(np.maximum(loudness, LOUDNESS_FLOOR_DB)),
        np.r_[0.0, np.maximum(np.diff(librosa.power_to_db(mel, top_db=None), axis=1), 0).mean(axis=0)],
        librosa.feature.zero_crossing_rate(sound, frame_length=WINDOW, hop_length=HOP)[0, :frames],
        librosa.feature.spectral_centroid(S=magnitude, sr=SAMPLE_RATE)[0] / 1000,
        librosa.feature.spectral_bandwidth(S=magnitude, sr=SAMPLE_RATE)[0] / 1000,
        librosa.feature.spectral_rolloff(S=magnitude, sr=SAMPLE_RATE)[0] / 1000,
        10 * np.log10(librosa.feature.spectral_flatness(S=magnitude)[0]),
        -(shares * np.log2(shares)).sum(axis=0),
        _slope_in_frequency(decibels, hertz, (LOW_BAND_HZ[0], HIGH_BAND_HZ[1])),
        _slope_in_frequency(decibels, hertz, LOW_SLOPE_HZ),
        _band(power, hertz, HIGH_BAND_HZ) - _band(power, hertz, LOW_BAND_HZ),
        _peak(decibels, hertz, 0.0, HAMMARBERG_SPLIT_HZ)
        - _peak(decibels, hertz, HAMMARBERG_SPLIT_HZ, HIGH_BAND_HZ[1]),
        *librosa.feature.spectral_contrast(S=magnitude, sr=SAMPLE_RATE, n_bands=CONTRAST_BANDS),
    ]
    fine = librosa.feature.melspectrogram(S=power, sr=SAMPLE_RATE, n_mels=BANDS)
    bands = np.asarray(10 * np.log10(fine).T, dtype=np.float32)
    return np.stack([np.asarray(row, dtype=np.float32) for row in rows], axis=1), bands


def _slope_in_time(rows: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Least-squares slope over nine frames; shorter sounds have none."""
    if rows.shape[-1] < 9:
        return np.zeros_like(rows)
    slope: NDArray[np.floating[Any]] = librosa.feature.delta(rows, width=9, mode="nearest")
    return slope


def _slope_in_frequency(
    decibels: Floats, hertz: NDArray[np.float64], band: tuple[float, float]
) -> NDArray[np.float32]:
    """Slope of the spectrum over a band in dB per kHz, [frames]."""
    inside = (hertz >= band[0]) & (hertz <= band[1])
    axis = hertz[inside] / 1000 - hertz[inside].mean() / 1000
    return np.asarray(axis @ decibels[inside] / (axis @ axis), dtype=np.float32)


def _band(power: Floats, hertz: NDArray[np.float64], band: tuple[float, float]) -> NDArray[np.float32]:
    inside = (hertz >= band[0]) & (hertz < band[1])
    return np.asarray(10 * np.log10(power[inside].sum(axis=0)), dtype=np.float32)


def _peak(decibels: Floats, hertz: NDArray[np.float64], low: float, high: float) -> NDArray[np.float32]:
    return np.asarray(decibels[(hertz >= low) & (hertz < high)].max(axis=0), dtype=np.float32)


def _to_instants(columns: NDArray[np.floating[Any]], frames: int) -> Floats:
    """Frames of the clip [frames, width] averaged to its instants [50, width]; sound may end early."""
    fitted = np.zeros((frames, columns.shape[1]), dtype=np.float32)
    kept = min(frames, len(columns))
    fitted[:kept] = columns[:kept]
    manner = cv2.INTER_AREA if frames >= INSTANTS else cv2.INTER_LINEAR
    resized = cv2.resize(fitted, (fitted.shape[1], INSTANTS), interpolation=manner)
    return np.asarray(resized, dtype=np.float32).reshape(INSTANTS, -1)


def _averaged(columns: Floats, where: NDArray[np.bool_], frames: int) -> Floats:
    """Mean of the frames where ``where`` holds, per instant; the mean of the clip where none does."""
    weight = where[:, None].astype(np.float32)
    total = _to_instants(columns * weight, frames)
    share = _to_instants(weight, frames)
    usual = columns[where].mean(axis=0) if where.any() else np.zeros(columns.shape[1], np.float32)
    return np.where(share > 1e-6, total / np.maximum(share, 1e-6), usual).astype(np.float32)
