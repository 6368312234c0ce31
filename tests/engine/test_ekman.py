"""The Ekman check names the cues that belong, tells which show, and when."""

from __future__ import annotations

import numpy as np
import pytest

from engine.features.face import FACE_COLUMNS, FaceFeatures
from engine.features.geometry import MEASURES, NeutralPopulation
from engine.features.table import FACE_WIDTH, INSTANTS
from engine.systems.ekman import BELONGING, SHOWN_Z, UNITS, ekman_check
from engine.vocabulary import Emotion

REST = NeutralPopulation.load()
TIMES = np.arange(INSTANTS) * 0.1
SILENT = np.zeros(INSTANTS, dtype=np.bool_)


def face(**strength: float) -> FaceFeatures:
    """A face at rest but for some measures, which swell to so many deviations at 2 s."""
    values = np.zeros((INSTANTS, FACE_WIDTH), np.float32)
    swell = np.exp(-(((TIMES - 2.0) / 0.5) ** 2))
    for measure, height in strength.items():
        values[:, FACE_COLUMNS.index(measure)] = height * swell * REST.spread[MEASURES.index(measure)]
    return FaceFeatures(values, np.ones(INSTANTS, np.bool_), np.zeros(INSTANTS), np.zeros(INSTANTS))


def test_a_frown_without_pressed_lips_is_told_as_it_is() -> None:
    frowning = face(au04_brows_drawn=3.0, au07_lower_lid_raised=3.0, au05_upper_lid_raised=0.2)
    check = ekman_check(Emotion.ANGER, frowning, speaking=SILENT, times_s=TIMES, rest=REST)
    assert check is not None
    assert "brows lowered yes (2.0 s)" in check.sentence
    assert "lids tightened yes" in check.sentence
    assert "lips pressed no" in check.sentence
    assert "upper lids raised no" in check.sentence
    brows = check.cues[0]
    assert brows.shown
    assert brows.start_s is not None
    assert brows.end_s is not None
    assert brows.start_s < 2.0 < brows.end_s
    assert brows.peak_s == pytest.approx(2.0)


def test_what_shows_and_does_not_belong_is_among_the_cues_too() -> None:
    check = ekman_check(
        Emotion.ANGER, face(au12_corners_pulled=4.0), speaking=SILENT, times_s=TIMES, rest=REST
    )
    assert check is not None
    smile = check.cues[-1]
    assert (smile.action_unit, smile.shown, smile.expected) == (12, True, False)


def test_a_mouth_that_speaks_must_show_more() -> None:
    smiling = face(au12_corners_pulled=1.5 * SHOWN_Z)
    told = [
        ekman_check(Emotion.JOY, smiling, speaking=speaking, times_s=TIMES, rest=REST)
        for speaking in (SILENT, ~SILENT)
    ]
    shown = [check is not None and check.cues[1].shown for check in told]
    assert shown == [True, False]


def test_at_rest_nothing_should_show() -> None:
    check = ekman_check(Emotion.NEUTRAL, face(), speaking=SILENT, times_s=TIMES, rest=REST)
    assert check is not None
    assert check.sentence == "For neutral the face should be at rest; it is."
    lively = ekman_check(
        Emotion.NEUTRAL, face(au26_jaw_dropped=4.0), speaking=SILENT, times_s=TIMES, rest=REST
    )
    assert lively is not None
    assert "it shows jaw dropped" in lively.sentence


def test_without_a_face_or_a_prototype_nothing_is_said() -> None:
    gone = FaceFeatures(
        np.zeros((INSTANTS, FACE_WIDTH), np.float32), SILENT, np.zeros(INSTANTS), np.zeros(INSTANTS)
    )
    assert ekman_check(Emotion.ANGER, gone, speaking=SILENT, times_s=TIMES, rest=REST) is None
    assert ekman_check(Emotion.SHAME, face(), speaking=SILENT, times_s=TIMES, rest=REST) is None


def test_every_cue_that_belongs_is_measured() -> None:
    assert {number for numbers in BELONGING.values() for number in numbers} <= set(UNITS)
    assert all(unit.measure in MEASURES for unit in UNITS.values())
