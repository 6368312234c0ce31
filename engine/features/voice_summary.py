"""What a voice does over a whole clip: functionals of its active frames.

The voice block says what happens at 50 instants; this says how the same frame columns are distributed
over the speech of the clip, however long it is. Everything comes from columns relative to the clip's own
speech level, so that a turned gain knob changes nothing here either.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.activity import HOP, SAMPLE_RATE

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

BANDS: Final = 64
"""Mel bands whose long-term mean and spread are kept; MFCCs keep only their coarse shape."""

FRAMES_PER_S: Final = SAMPLE_RATE / HOP
STATISTICS: Final = ("mean", "spread", "p05", "p50", "p95", "quartile_range", "slope", "step")
"""Of each frame column: slope is per second by least squares, step the mean change between frames."""
VOICED_COLUMNS: Final = ("pitch_semitones", "pitch_delta", "harmonicity_db")
"""Mean nothing where the voice is unvoiced."""
CONTOURS: Final = ("loudness_db", "tilt_db_per_khz", "alpha_ratio_db", "harmonicity_db")
THIRDS: Final = ("first", "second", "third")
RHYTHM: Final = (
    "span_s",
    "active_share",
    "voiced_share",
    "voiced_runs_per_s",
    "loudness_peaks_per_s",
    "voiced_run_mean_s",
    "voiced_run_spread_s",
    "voiced_run_longest_s",
    "unvoiced_run_mean_s",
    "unvoiced_run_spread_s",
    "unvoiced_run_longest_s",
    "log_span",
)
FEWEST_VOICED: Final = 3
"""Frames from which there is a distribution of pitch."""
PEAK_DB: Final = -20.0
"""A syllable's peak stands above this, relative to the speech level."""
PEAK_FRAMES: Final = 5
"""Loudness is smoothed over 50 ms before its peaks are counted."""


def summary_names(columns: tuple[str, ...]) -> tuple[str, ...]:
    """What each number of :func:`voice_summary` holds, in order, for these frame columns."""
    return (
        *(f"{column}.{statistic}" for statistic in STATISTICS for column in columns),
        *(f"band_{index}.mean" for index in range(BANDS)),
        *(f"band_{index}.spread" for index in range(BANDS)),
        *RHYTHM,
        *(f"{column}.{third}" for column in CONTOURS for third in THIRDS),
        *(f"pitch_semitones.{third}" for third in THIRDS),
        *(f"{column}.voiced_mean" for column in columns),
    )


def voice_summary(
    frames: Floats, bands: Floats, active: Mask, voiced: Mask, columns: tuple[str, ...]
) -> Floats:
    """Functionals of one clip's voice, shape (len(summary_names(columns)),).

    Parameters
    ----------
    frames : ndarray, shape (n, len(columns))
        The frame columns, every 10 ms.
    bands : ndarray, shape (n, 64)
        Mel bands in dB relative to the speech level.
    active, voiced : ndarray, shape (n,), bool
        At least one frame is active; voiced frames have a pitch.
    columns : tuple of str
        Names of the frame columns.

    References
    ----------
    Eyben et al. 2016 (GeMAPS) for functionals, voiced segments and loudness peaks a second.
    """
    sounding = np.flatnonzero(active)
    span = slice(int(sounding[0]), int(sounding[-1]) + 1)
    frames, bands, active, voiced = frames[span], bands[span], active[span], voiced[span]
    spoken = active & voiced
    sung = int(spoken.sum()) >= FEWEST_VOICED
    statistics = _statistics(frames, active)  # [8, columns]
    pitched = [columns.index(name) for name in VOICED_COLUMNS]
    statistics[:, pitched] = _statistics(frames[:, pitched], spoken) if sung else 0.0
    thirds = np.array_split(np.flatnonzero(active), len(THIRDS))
    pitch = columns.index("pitch_semitones")
    usual_pitch = statistics[0, pitch]
    contours = [_mean(frames[third, columns.index(name)]) for name in CONTOURS for third in thirds]
    melody = [_mean(frames[third[spoken[third]], pitch] - usual_pitch) if sung else 0.0 for third in thirds]
    numbers = np.concatenate(
        [
            statistics.ravel(),
            bands[active].mean(axis=0),
            bands[active].std(axis=0),
            _rhythm(frames[:, columns.index("loudness_db")], active, spoken),
            contours,
            melody,
            frames[spoken if sung else active].mean(axis=0),
        ]
    )
    return np.asarray(numbers, dtype=np.float32)


def _statistics(frames: Floats, where: Mask) -> Floats:
    """The statistics of each column over the chosen frames, [8, columns]."""
    chosen = frames[where]
    time = np.flatnonzero(where) / FRAMES_PER_S
    time = time - time.mean()
    low, lower, middle, upper, high = np.percentile(chosen, [5, 25, 50, 75, 95], axis=0)
    mean = chosen.mean(axis=0)
    slope = time @ (chosen - mean) / max(1e-9, float(time @ time))
    step = np.abs(np.diff(chosen, axis=0)).mean(axis=0) if len(chosen) > 1 else np.zeros_like(mean)
    rows = [mean, chosen.std(axis=0), low, middle, high, upper - lower, slope, step]
    return np.asarray(np.stack(rows), dtype=np.float32)


def _rhythm(loudness: Floats, active: Mask, spoken: Mask) -> list[float]:
    """The numbers of :data:`RHYTHM`."""
    seconds = active.size / FRAMES_PER_S
    smooth = np.convolve(loudness, np.ones(PEAK_FRAMES) / PEAK_FRAMES, "same")
    inner = smooth[1:-1]
    peaks = (inner > smooth[:-2]) & (inner >= smooth[2:]) & (inner > PEAK_DB)
    sung, unsung = _runs(spoken), _runs(active & ~spoken)
    return [
        seconds,
        float(active.mean()),
        float(spoken.sum() / active.sum()),
        sung.size / seconds,
        float(peaks.sum()) / seconds,
        *_lengths(sung),
        *_lengths(unsung),
        float(np.log(active.size)),
    ]


def _runs(where: Mask) -> NDArray[np.int64]:
    """Length in frames of each unbroken stretch of True."""
    change = np.diff(np.concatenate([[0], where.astype(np.int64), [0]]))
    return np.flatnonzero(change == -1) - np.flatnonzero(change == 1)


def _lengths(runs: NDArray[np.int64]) -> tuple[float, float, float]:
    """Mean, spread and longest of some runs, in seconds."""
    if not runs.size:
        return 0.0, 0.0, 0.0
    return (
        float(runs.mean()) / FRAMES_PER_S,
        float(runs.std()) / FRAMES_PER_S,
        float(runs.max()) / FRAMES_PER_S,
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else 0.0
