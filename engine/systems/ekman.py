"""The Ekman check: which action units belong to an emotion, which of them the face shows, and when.

A sentence that a rater can confirm or deny. What is compared are landmark proxies of the action units
(:mod:`engine.features.geometry`) against the face's baseline, in standard deviations of faces at rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.analysis import EkmanCheck, EmotionEstimate, FacialCue
from engine.features.face import FACE_COLUMNS, FaceFeatures
from engine.features.geometry import MEASURES, NeutralPopulation
from engine.vocabulary import Emotion


@dataclass(frozen=True, slots=True)
class ActionUnit:
    """An action unit in words, and the measure that stands for it."""

    number: int
    name: str
    measure: str


UNITS: Final = {
    unit.number: unit
    for unit in (
        ActionUnit(1, "inner brows raised", "au01_inner_brow_raised"),
        ActionUnit(2, "outer brows raised", "au02_outer_brow_raised"),
        ActionUnit(4, "brows lowered", "au04_brows_drawn"),
        ActionUnit(5, "upper lids raised", "au05_upper_lid_raised"),
        ActionUnit(6, "cheeks raised", "au06_cheek_raised"),
        ActionUnit(7, "lids tightened", "au07_lower_lid_raised"),
        ActionUnit(9, "nose wrinkled", "au09_nose_wrinkled"),
        ActionUnit(10, "upper lip raised", "au10_upper_lip_raised"),
        ActionUnit(12, "lip corners pulled up", "au12_corners_pulled"),
        ActionUnit(14, "mouth uneven", "mouth_asymmetry"),
        ActionUnit(15, "lip corners lowered", "au15_corners_lowered"),
        ActionUnit(17, "chin raised", "au17_chin_raised"),
        ActionUnit(20, "lips stretched", "au20_lips_stretched"),
        ActionUnit(24, "lips pressed", "au24_lips_pressed"),
        ActionUnit(26, "jaw dropped", "au26_jaw_dropped"),
    )
}
"""Unit 14, the dimpler, has no landmark of its own; an uneven mouth stands for it: contempt is one-sided."""

BELONGING: Final[Mapping[Emotion, tuple[int, ...]]] = {
    Emotion.ANGER: (4, 5, 7, 24),
    Emotion.DISGUST: (9, 10, 15),
    Emotion.FEAR: (1, 2, 4, 5, 20, 26),
    Emotion.JOY: (6, 12),
    Emotion.SADNESS: (1, 4, 15),
    Emotion.SURPRISE: (1, 2, 5, 26),
    Emotion.CONTEMPT: (14,),
    Emotion.NEUTRAL: (),
    Emotion.CALM: (),
}
"""The prototypes of Ekman, Friesen & Hager (2002), FACS Investigator's Guide; shame has none."""

SHOWN_Z: Final = 1.5
"""A cue shows where its measure is so many standard deviations of faces at rest from the baseline."""
SPEAKING_SHARE: Final = 0.5
"""What a cue of the mouth counts while there is voice: speech moves it by itself."""
LEAST_INSTANTS: Final = 3
"""A cue shows if it does at so many instants: a twentieth of the clip, more than a slip of the tracker."""
MOUTH: Final = frozenset({10, 12, 14, 15, 17, 20, 24, 26})


def check_of(
    emotion: EmotionEstimate | None,
    face: FaceFeatures,
    *,
    speaking: NDArray[np.bool_],
    times_s: NDArray[np.float64],
) -> EkmanCheck | None:
    """:func:`ekman_check` of the emotion a system names; ``None`` where it names none.

    Raises
    ------
    WeightsError
        If the population's file is missing.
    """
    if emotion is None:
        return None
    rest = NeutralPopulation.load()
    return ekman_check(emotion.label, face, speaking=speaking, times_s=times_s, rest=rest)


def ekman_check(
    emotion: Emotion,
    face: FaceFeatures,
    *,
    speaking: NDArray[np.bool_],
    times_s: NDArray[np.float64],
    rest: NeutralPopulation,
) -> EkmanCheck | None:
    """Compare what belongs to ``emotion`` with what the face shows.

    Parameters
    ----------
    face : FaceFeatures
    speaking : ndarray, shape (50,)
        Where there is voice.
    times_s : ndarray, shape (50,)
        Seconds.
    rest : NeutralPopulation

    Returns
    -------
    EkmanCheck or None
        ``None`` without a face, or where no action units are known to belong to the emotion.
    """
    if emotion not in BELONGING or not face.mask.any():
        return None
    belonging = BELONGING[emotion]
    found = {
        number: _cue(unit, face, speaking, times_s, rest, expected=number in belonging)
        for number, unit in UNITS.items()
    }
    cues = [found[number] for number in belonging]
    cues += [cue for number, cue in found.items() if cue.shown and number not in belonging]
    return EkmanCheck(emotion, tuple(cues), _sentence(emotion, cues))


def _cue(
    unit: ActionUnit,
    face: FaceFeatures,
    speaking: NDArray[np.bool_],
    times_s: NDArray[np.float64],
    rest: NeutralPopulation,
    *,
    expected: bool,
) -> FacialCue:
    column = face.values[:, FACE_COLUMNS.index(unit.measure)]
    strength = column / rest.spread[MEASURES.index(unit.measure)]  # [50]
    if unit.number in MOUTH:
        strength = np.where(speaking, SPEAKING_SHARE * strength, strength)
    strength = np.where(face.mask, strength, -np.inf)
    shows = np.flatnonzero(strength >= SHOWN_Z)
    if shows.size < LEAST_INSTANTS:
        return FacialCue(unit.number, unit.name, expected, shown=False)
    return FacialCue(
        unit.number,
        unit.name,
        expected,
        shown=True,
        start_s=float(times_s[shows[0]]),
        peak_s=float(times_s[int(strength.argmax())]),
        end_s=float(times_s[shows[-1]]),
    )


def _sentence(emotion: Emotion, cues: Sequence[FacialCue]) -> str:
    belonging = [cue for cue in cues if cue.expected]
    others = [cue for cue in cues if not cue.expected]
    if not belonging:
        shown = ", ".join(_said(cue) for cue in others)
        return f"For {emotion.value} the face should be at rest; " + (
            f"it shows {shown}." if others else "it is."
        )
    told = ", ".join(f"{cue.name} {_said_when(cue)}" for cue in belonging)
    return f"For {emotion.value}: {told}."


def _said(cue: FacialCue) -> str:
    return f"{cue.name} ({cue.peak_s:.1f} s)"


def _said_when(cue: FacialCue) -> str:
    return f"yes ({cue.peak_s:.1f} s)" if cue.shown else "no"
