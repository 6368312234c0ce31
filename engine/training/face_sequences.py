"""Still faces brought to life: made sequences of 50 instants for training the face branch.

Nothing here is measured from film. A still becomes the peak of an envelope that rises, stays and falls
(or is held throughout), and is disturbed as a speaking, blinking, moving and badly tracked face
disturbs the measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.features.face import MOUTH_COLUMNS, blended_neutral, expression_columns
from engine.features.geometry import MEASURES, NeutralPopulation
from engine.features.table import FACE_WIDTH, INSTANTS

Floats = NDArray[np.float32]

DURATION_S: Final = (1.0, 9.0)
HELD_SHARE: Final = 0.4
"""Share of sequences whose expression does not change."""
SPEAKING_SHARE: Final = 0.7
WHOLE_LINE_SHARE: Final = 0.6
"""Share of the speaking who speak through the whole clip, as a take of one line does."""
OWN_NEUTRAL_SHARE: Final = 0.3
"""Share of faces with a known neutral that are measured against it, as a known actor's would be."""
STILL_SHARE: Final = 0.15
"""Share measured against the population alone, as a single picture is."""
BLINKS_PER_S: Final = 0.4
POSE_SPREAD: Final = np.array([0.14, 0.10, 0.06])
"""Standard deviation of yaw, pitch and roll between clips, radians."""
SWAY: Final = 0.3
"""Head movement inside a clip as a share of that."""
JITTER: Final = 0.3
"""Noise of tracked landmarks, in standard deviations of faces at rest."""
LENS: Final = 0.8
"""What another camera, distance and landmark bias add for a whole clip, in the same unit."""
POSE_LEAK: Final = 3.0
"""Measures never are wholly free of pose; deviations per radian."""
LIP_GAP: Final = 0.12
"""Typical gap of speaking lips, in distances between the eyes."""
LOSS_SHARE: Final = 0.2
"""Share of sequences in which the face is lost for a while."""

PARTED, JAW, MOUTH, PRESSED = (
    MEASURES.index(name)
    for name in ("au25_lips_parted", "au26_jaw_dropped", "mouth_opening", "au24_lips_pressed")
)
LIDS: Final = tuple(MEASURES.index(name) for name in ("eye_opening_right", "eye_opening_left"))
UPPER_LID: Final = MEASURES.index("au05_upper_lid_raised")


@dataclass(frozen=True, slots=True)
class FaceSequence:
    """One made clip.

    Attributes
    ----------
    values : ndarray, shape (50, 35)
        Raw columns, as :func:`engine.features.face.face_features` makes them.
    mask : ndarray, shape (50,)
    speaking : ndarray, shape (50,)
    """

    values: Floats
    mask: NDArray[np.bool_]
    speaking: NDArray[np.bool_]


def made_sequence(apex: Floats, own: Floats, rest: NeutralPopulation, *, rng: Generator) -> FaceSequence:
    """Make a clip in which a person goes from rest to an expression.

    Parameters
    ----------
    apex : ndarray, shape (27,)
        Measures at the peak.
    own : ndarray, shape (27,)
        The person at rest; NaN where unknown, then the population's rest stands in.
    """
    known = bool(np.isfinite(own).all())
    base = own if known else rest.mean
    duration = float(rng.uniform(*DURATION_S))
    strength = envelope(duration, rng=rng)
    measures = base + strength[:, None] * (apex - base)
    speaking = np.zeros(INSTANTS, dtype=np.bool_)
    if rng.random() < SPEAKING_SHARE:
        whole = rng.random() < WHOLE_LINE_SHARE
        start, stop = (0, INSTANTS) if whole else np.sort(rng.uniform(0, INSTANTS, 2))
        speaking[int(start) : int(stop) + 1] = True
        _speak(measures, speaking, rng)
    _blink(measures, rest, duration, rng)
    lean = rng.standard_normal(3) * POSE_SPREAD
    walk = _smooth(rng.standard_normal((INSTANTS, 3)), 7) * POSE_SPREAD * SWAY * 2
    angles = (lean + walk).astype(np.float32)
    leak = rng.standard_normal((3, len(MEASURES))) * POSE_LEAK
    noise = angles @ leak + JITTER * rng.standard_normal(measures.shape)
    noise += LENS * rng.standard_normal(len(MEASURES))
    measures = (measures + noise * rest.spread).astype(np.float32)
    draw = rng.random()
    if draw < STILL_SHARE:
        neutral = rest.mean
    elif known and draw < STILL_SHARE + OWN_NEUTRAL_SHARE:
        neutral = own
    else:
        neutral = blended_neutral(measures, rest)
    mask = _kept(rng)
    values = np.zeros((INSTANTS, FACE_WIDTH), dtype=np.float32)
    values[mask] = expression_columns((measures - neutral)[mask], angles[mask], rest.spread)
    return FaceSequence(values, mask, speaking)


def still_sequence(measures: Floats, neutral: Floats, rest: NeutralPopulation) -> FaceSequence:
    """One picture shown for a whole clip, for measuring on pictures.

    Parameters
    ----------
    measures, neutral : ndarray, shape (27,)
    """
    repeated = np.repeat((measures - neutral)[None], INSTANTS, axis=0)
    values = expression_columns(repeated, np.zeros((INSTANTS, 3), np.float32), rest.spread)
    return FaceSequence(values, np.ones(INSTANTS, np.bool_), np.zeros(INSTANTS, np.bool_))


def envelope(duration: float, *, rng: Generator) -> Floats:
    """How far an expression is reached at each instant, shape (50,), 0 to 1; it reaches 1."""
    if rng.random() < HELD_SHARE:
        sag = 0.1 * np.abs(_smooth(rng.standard_normal((INSTANTS, 1)), 5)[:, 0])
        return np.asarray(np.clip(1 - sag, 0, 1), dtype=np.float32)
    time = (np.arange(INSTANTS) + 0.5) * duration / INSTANTS
    floor = float(rng.uniform(0, 0.3))
    risen = np.zeros(INSTANTS)
    for _ in range(int(rng.integers(1, 3))):
        start = rng.uniform(-0.2, 0.8) * duration
        rise, fall = rng.uniform(0.15, 0.8, 2)
        stay = rng.uniform(0.3, 1.0) * duration
        up = np.clip((time - start) / rise, 0, 1)
        down = np.clip((start + rise + stay + fall - time) / fall, 0, 1)
        risen = np.maximum(risen, np.minimum(up, down))
    risen = risen / max(float(risen.max()), 0.2)
    return np.asarray(floor + (1 - floor) * risen, dtype=np.float32)


def _speak(measures: NDArray[np.floating[Any]], speaking: NDArray[np.bool_], rng: Generator) -> None:
    """Open and close the lips as syllables do."""
    gap = np.abs(rng.standard_normal(INSTANTS)) * LIP_GAP * rng.uniform(0.4, 1.2) * speaking
    width = 0.9  # a mouth at rest is about as wide as the eyes are apart
    measures[:, PARTED] += gap
    measures[:, JAW] += 0.6 * gap
    measures[:, MOUTH] += gap / width
    measures[:, PRESSED] -= 0.8 * gap / width
    others = [index for index in MOUTH_COLUMNS if index < len(MEASURES)]
    measures[:, others] += 0.02 * speaking[:, None] * rng.standard_normal((INSTANTS, len(others)))


def _blink(
    measures: NDArray[np.floating[Any]], rest: NeutralPopulation, duration: float, rng: Generator
) -> None:
    closed = rng.random(INSTANTS) < BLINKS_PER_S * duration / INSTANTS
    for lid in LIDS:
        measures[closed, lid] *= 0.3
    measures[closed, UPPER_LID] -= 5 * rest.spread[UPPER_LID]


def _kept(rng: Generator) -> NDArray[np.bool_]:
    mask = np.ones(INSTANTS, dtype=np.bool_)
    if rng.random() < LOSS_SHARE:
        start, stop = np.sort(rng.integers(0, INSTANTS, 2))
        mask[start:stop] = False
    return mask


def _smooth(noise: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    window = np.hanning(width + 2)[1:-1]
    window /= np.sqrt((window**2).sum())
    return np.stack([np.convolve(column, window, mode="same") for column in noise.T], axis=1)
