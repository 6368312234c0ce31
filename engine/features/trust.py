"""How far each modality of a clip can be trusted, judged from the quality of its input alone.

Trust is a product of factors in [0, 1], one for each thing that can be wrong. Every factor falls
strictly as its measure gets worse, so spoiling an input never raises the trust in it. What a face or a
voice expresses plays no part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import librosa
import numpy as np
from numpy.typing import NDArray

from engine.features.activity import SAMPLE_RATE, WINDOW

LOW_TRUST: Final = 0.5
"""Below this the person is told what is wrong."""

# Each scale is where its factor 1 - exp(-measure / scale) reaches 0.63.
EYE_DISTANCE_PX: Final = 20.0
"""FaceMesh crops a face to 192 pixels; with the eyes 20 apart it sees a third of that detail."""
LIGHT: Final = 0.2
"""Of full scale, for the brightest twentieth of the face: highlights of any skin, eyes and teeth."""
SHARPNESS: Final = 0.1
"""Fine against coarse contrast: 0.2 to 0.3 in sharp clips, 0.1 under a blur of 2 pixels in 160."""
SHARPNESS_POWER: Final = 1.5
SIGNAL_TO_NOISE_DB: Final = 8.0
SPEECH_S: Final = 0.4
"""Two short words."""

PICTURE_NOISE: Final = 0.5
"""Noise against contrast of the face at which the factor is a half."""
CLIPPED_SHARE: Final = 0.04
"""Share of samples at the ceiling at which the factor is a half; clean speech has 0.002 to 0.005."""
CLIPPED_POWER: Final = 1.5

RIGHT_IRIS, LEFT_IRIS = 468, 473
CROP_SIDE_PX: Final = 96
FINE_SIGMA, COARSE_SIGMA = 1.0, 8.0
FINE_NOISE_GAIN: Final = 0.87
"""White noise left by the fine filter, 1 - Gaussian of sigma 1: sqrt(1 - 2/(2π) + 1/(4π))."""
SMALLEST_FACE_PX: Final = 8
PICTURES_MEASURED: Final = 7
"""Light and sharpness change slowly within a take; the median of seven faces is that of fifty."""
BRIGHTEST_PERCENTILE: Final = 95

SPEECH_BAND_HZ: Final = (100.0, 7000.0)
BACKGROUND_SHARE: Final = 0.1
"""The quietest tenth of each frequency band is its background: speech has gaps in every band."""
EXPONENTIAL_DECILE: Final = 0.105
"""-ln(1 - 0.1): the lowest decile of noise power over its mean, since noise power is exponential."""
DIGITAL_SILENCE: Final = 1e-9
"""Power against the loudest frame; what lies below was never recorded."""
CEILING: Final = 0.9
CEILING_PERCENTILE: Final = 99.95
"""The ceiling of a sound: overshoots that a codec adds to a clipped wave lie above this percentile."""
AUDIBLE: Final = 0.05
BEST_SIGNAL_TO_NOISE_DB: Final = 60.0

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Trust:
    """Trust in one modality.

    Attributes
    ----------
    value : float
        0 (absent or unusable) to 1.
    quality : Mapping[str, float]
        The measures behind it, by name, with the unit in the name where there is one.
    note : str or None
        What is wrong, in words, where the trust is low.
    """

    value: float
    quality: Mapping[str, float]
    note: str | None


def face_trust(pictures: Sequence[Picture | None], landmarks: NDArray[np.float32]) -> Trust:
    """Trust in the face: how often, how large, how well lit, how sharp and how clean it is seen.

    Parameters
    ----------
    pictures : sequence of n (ndarray or None)
        RGB, shape (height, width, 3).
    landmarks : ndarray, shape (n, 478, 3)
        Pixels; NaN where no face was found.
    """
    seen = [
        (picture, points)
        for picture, points in zip(pictures, landmarks, strict=True)
        if picture is not None and np.isfinite(points).all()
    ]
    share = len(seen) / max(1, len(pictures))
    looked_at = np.unique(np.linspace(0, len(seen) - 1, PICTURES_MEASURED).astype(int)) if seen else ()
    measured = [_face_measures(*seen[index]) for index in looked_at]
    usable = np.array([row for row in measured if row is not None])
    if not usable.size:
        return Trust(0.0, {"share_with_face": share}, "No face was found in the picture.")
    eyes, light, sharpness, noise = np.median(usable, axis=0).tolist()
    quality = {
        "share_with_face": share,
        "eye_distance_px": eyes,
        "light": light,
        "sharpness": sharpness,
        "noise": noise,
    }
    factors = {
        "The face is out of the picture for part of the clip.": share,
        "The face is small in the picture.": _rising(eyes, EYE_DISTANCE_PX),
        "The picture is dark.": _rising(light, LIGHT),
        "The picture is blurred.": 1 - float(np.exp(-((sharpness / SHARPNESS) ** SHARPNESS_POWER))),
        "The picture is noisy.": 1 / (1 + (noise / PICTURE_NOISE) ** 2),
    }
    return _judged(factors, quality)


def voice_trust(sound: NDArray[np.float32], speech: NDArray[np.bool_]) -> Trust:
    """Trust in the voice: how far it stands out from the background, whether it clips, how long it is.

    Parameters
    ----------
    sound : ndarray, shape (n,)
        Mono, 16 kHz, the whole clip.
    speech : ndarray, shape (k,), bool
        In which of k equal parts of the clip there is speech, as the voice block tells.
    """
    if not np.any(sound):
        return Trust(0.0, {"speech_s": 0.0}, "The sound track is silent.")
    if not speech.any():
        return Trust(0.0, {"speech_s": 0.0}, "No voice was heard in the sound.")
    speech_s = float(speech.mean()) * sound.size / SAMPLE_RATE
    ratio = signal_to_noise_db(sound)
    clipped = clipped_share(sound)
    quality = {"signal_to_noise_db": ratio, "clipped_share": clipped, "speech_s": speech_s}
    factors = {
        "The voice is hard to hear over noise.": _rising(max(ratio, 0.0), SIGNAL_TO_NOISE_DB),
        "The sound is clipped: it was recorded too loud.": 1
        / (1 + (clipped / CLIPPED_SHARE) ** CLIPPED_POWER),
        "There is hardly any speech in the clip.": _rising(speech_s, SPEECH_S),
    }
    return _judged(factors, quality)


def text_trust(*, words: int, known_share: float, recognition_confidence: float = 1.0) -> Trust:
    """Trust in the line: whether there is one, and how much of it the encoder knows.

    Parameters
    ----------
    words : int
        Words of the line.
    known_share : float
        Share of them the encoder's vocabulary covers, 0 to 1.
    recognition_confidence : float
        Mean confidence in the words where they were recognised from the sound; 1 for a given line.
    """
    quality = {
        "words": float(words),
        "known_share": known_share,
        "recognition_confidence": recognition_confidence,
    }
    if not words:
        return Trust(0.0, quality, "There is no line.")
    factors = {
        "Few words of the line are known to the text model.": known_share,
        "The words were hard to recognise.": recognition_confidence,
    }
    return _judged(factors, quality)


def signal_to_noise_db(sound: NDArray[np.float32]) -> float:
    """Level of the louder half of a sound over its background, in dB, at most 60.

    The background's power is taken band by band from the quietest tenth of the frames, after the
    idea of minimum statistics (Martin 2001), so that speech without pauses is not taken for noise.
    """
    padded = np.pad(sound, (0, max(0, WINDOW - sound.size)))
    spectrum = librosa.stft(padded, n_fft=WINDOW, hop_length=WINDOW // 2, center=False)
    hertz = librosa.fft_frequencies(sr=SAMPLE_RATE, n_fft=WINDOW)
    inside = (hertz >= SPEECH_BAND_HZ[0]) & (hertz <= SPEECH_BAND_HZ[1])
    power = np.abs(spectrum[inside]) ** 2  # [bins, frames]
    total = power.sum(axis=0)
    recorded = total > DIGITAL_SILENCE * total.max()
    power, total = power[:, recorded], total[recorded]
    if not total.size:
        return 0.0
    quietest = np.quantile(power, BACKGROUND_SHARE, axis=1)
    background = float(quietest.sum()) / EXPONENTIAL_DECILE
    loud = float(total[total >= np.median(total)].mean())
    if background <= 0:
        return BEST_SIGNAL_TO_NOISE_DB
    ratio = max(loud - background, 1e-3 * background) / background
    return float(min(10 * np.log10(ratio), BEST_SIGNAL_TO_NOISE_DB))


def clipped_share(sound: NDArray[np.float32]) -> float:
    """Share of the audible samples that lie at the ceiling of the sound, whatever its gain."""
    height = np.abs(sound)
    ceiling = float(np.percentile(height, CEILING_PERCENTILE))
    audible = height[height > AUDIBLE * ceiling]
    return float(np.mean(audible >= CEILING * ceiling)) if audible.size else 0.0


def _face_measures(picture: Picture, points: NDArray[np.float32]) -> tuple[float, float, float, float] | None:
    """Eye distance in pixels, light, sharpness and noise of one face; ``None`` if it is cut away."""
    low = np.maximum(points[:, :2].min(axis=0), 0).astype(int)
    high = points[:, :2].max(axis=0).astype(int) + 1
    crop = picture[low[1] : high[1], low[0] : high[0]]
    if min(crop.shape[:2]) < SMALLEST_FACE_PX:
        return None
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32)
    noise = _noise_level(grey)
    face = cv2.resize(grey, (CROP_SIDE_PX, CROP_SIDE_PX), interpolation=cv2.INTER_AREA)
    shrunk = max(1.0, float(np.sqrt(grey.size)) / CROP_SIDE_PX)
    fine = float(np.var(face - cv2.GaussianBlur(face, (0, 0), FINE_SIGMA)))
    fine = max(0.0, fine - (FINE_NOISE_GAIN * noise / shrunk) ** 2)
    coarse = float(np.std(face - cv2.GaussianBlur(face, (0, 0), COARSE_SIGMA)))
    contrast = float(np.std(grey))
    return (
        float(np.linalg.norm(points[RIGHT_IRIS, :2] - points[LEFT_IRIS, :2])),
        float(np.percentile(grey, BRIGHTEST_PERCENTILE)) / 255,
        float(np.sqrt(fine)) / coarse if coarse else 0.0,
        noise / contrast if contrast else 1.0,
    )


def _noise_level(grey: NDArray[np.float32]) -> float:
    """Standard deviation of the noise of a picture, robustly after Immerkær 1996."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)
    response = np.abs(cv2.filter2D(grey, -1, kernel)[1:-1, 1:-1])
    return float(np.median(response)) / (0.6745 * 6)


def _rising(measure: float, scale: float) -> float:
    return 1.0 - float(np.exp(-measure / scale))


def _judged(factors: Mapping[str, float], quality: Mapping[str, float]) -> Trust:
    value = float(np.prod(list(factors.values())))
    worst = min(factors, key=lambda said: factors[said])
    return Trust(value, quality, worst if value < LOW_TRUST else None)
