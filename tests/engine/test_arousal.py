"""Distilled intensities: the mass of high arousal, and standings joined to a standing."""

from __future__ import annotations

import numpy as np
import pytest

from engine.systems.arousal import arousal_logit, joined_standing
from engine.systems.ravdess_networks import CLASSES
from engine.systems.ravdess_readers import with_calm
from engine.vocabulary import Emotion

FOUR = (Emotion.ANGER, Emotion.JOY, Emotion.NEUTRAL, Emotion.SADNESS)


def test_anger_and_joy_count_sadness_and_rest_do_not() -> None:
    found = arousal_logit(np.array([[0.5, 0.3, 0.1, 0.1], [0.0, 0.0, 0.5, 0.5]]), FOUR)
    assert found[0] == pytest.approx(np.log(0.8 / 0.2))
    assert found[1] == pytest.approx(np.log(1e-4 / (1 - 1e-4)))


def test_a_single_standing_stays_and_two_alike_grow_apart_from_the_middle() -> None:
    assert joined_standing({"voice": 0.8}, {"voice": 0.3}, correlation=0.5) == pytest.approx(0.8)
    both = joined_standing({"voice": 0.8, "face": 0.8}, {"voice": 1, "face": 1}, correlation=0.5)
    assert both is not None
    assert 0.8 < both < 0.9
    same = joined_standing({"voice": 0.8, "face": 0.8}, {"voice": 1, "face": 1}, correlation=1.0)
    assert same == pytest.approx(0.8)


def test_what_weighs_nothing_says_nothing() -> None:
    assert joined_standing({"voice": 0.8}, {"voice": 0.0}, correlation=0.5) is None
    assert joined_standing({}, {}, correlation=0.5) is None
    left = joined_standing({"voice": 0.8, "face": 0.1}, {"voice": 1.0, "face": 0.0}, correlation=0.5)
    assert left == pytest.approx(0.8)


def test_a_source_that_cannot_name_calm_shares_neutral_with_it() -> None:
    found = dict(zip(CLASSES, with_calm({Emotion.NEUTRAL: 0.6, Emotion.ANGER: 0.4}), strict=True))
    assert found[Emotion.NEUTRAL] == found[Emotion.CALM] == pytest.approx(0.3)
    assert found[Emotion.ANGER] == pytest.approx(0.4)
