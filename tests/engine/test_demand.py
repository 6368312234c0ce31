"""From the text brain's opinions to the expected intensity."""

from __future__ import annotations

import numpy as np
import pytest

from engine.systems.demand import FELT_EMOTIONS, DemandScale, intensities, opinions_on
from engine.systems.line_network import PRESENT_EMOTIONS, RATED_EMOTIONS
from engine.verdict.scale import NEUTRAL_SHARE
from engine.vocabulary import BASIC_EMOTIONS, Emotion

LINES = 600


@pytest.fixture
def opinions() -> np.ndarray:
    generator = np.random.default_rng(7)
    return generator.normal(size=(LINES, 3)) * [1.0, 2.0, 0.1] + [0.0, 5.0, -1.0]


@pytest.fixture
def neutral() -> np.ndarray:
    return np.arange(LINES) < 450  # three quarters, more than the reference is to hold


def test_neutral_lines_count_as_the_shared_share_whatever_the_sample_holds(opinions: np.ndarray) -> None:
    neutral = np.arange(LINES) < 450
    opinions[:, :] = np.where(neutral[:, None], -1.0, 1.0) + opinions * 1e-3
    scale = DemandScale.fit(opinions, neutral=neutral)
    between = scale.reference.standing(scale.raw(np.zeros((1, 3))))[0]
    assert between == pytest.approx(NEUTRAL_SHARE, abs=0.02)


def test_every_opinion_pulls_alike_and_upwards(opinions: np.ndarray, neutral: np.ndarray) -> None:
    scale = DemandScale.fit(opinions, neutral=neutral)
    base = scale.raw(scale.centre[None])[0]
    lifted = scale.raw(scale.centre + np.diag(scale.spread))
    assert base == pytest.approx(0.0, abs=1e-12)
    assert lifted == pytest.approx([1 / 3] * 3)


def test_the_scale_survives_being_stored(opinions: np.ndarray, neutral: np.ndarray) -> None:
    scale = DemandScale.fit(opinions, neutral=neutral)
    again = DemandScale.of(scale.arrays())
    assert np.array_equal(again.raw(opinions), scale.raw(opinions))
    assert np.array_equal(again.reference.knots, scale.reference.knots)


def test_a_line_that_is_surely_neutral_and_calm_stands_below_one_that_is_surely_angry() -> None:
    calm = opinions_on(_certain(Emotion.NEUTRAL), np.full((1, 6), 0.1), np.array([-1.0]))
    angry = opinions_on(_certain(Emotion.ANGER), np.full((1, 6), 0.9), np.array([2.0]))
    assert (calm < angry).all()
    assert np.isfinite(calm).all()


def test_intensity_is_the_mean_of_both_ratings_where_there_are_two() -> None:
    rated, present = np.array([[0.8, 0.6, 0.4, 0.2]]), np.array([[0.4, 0.2, 0.0, 0.6, 0.9]])
    found = dict(zip(FELT_EMOTIONS, intensities(rated, present)[0], strict=True))
    for emotion in RATED_EMOTIONS:
        mean = (rated[0, RATED_EMOTIONS.index(emotion)] + present[0, PRESENT_EMOTIONS.index(emotion)]) / 2
        assert found[emotion] == pytest.approx(mean)
    assert found[Emotion.SURPRISE] == pytest.approx(0.9)
    assert found[Emotion.DISGUST] == found[Emotion.ANGER]


@pytest.mark.parametrize("all_neutral", [True, False])
def test_a_reference_of_one_kind_only_is_refused(opinions: np.ndarray, all_neutral: bool) -> None:
    with pytest.raises(ValueError, match="neutral lines and others"):
        DemandScale.fit(opinions, neutral=np.full(LINES, all_neutral))


def test_a_reference_of_few_lines_is_refused(opinions: np.ndarray, neutral: np.ndarray) -> None:
    with pytest.raises(ValueError, match="at least 100"):
        DemandScale.fit(opinions[440:460], neutral=neutral[440:460])


def _certain(emotion: Emotion) -> np.ndarray:
    return np.array([[float(each == emotion) for each in BASIC_EMOTIONS]])
