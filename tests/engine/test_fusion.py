"""The joint emotion follows whom one can trust and who is sure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis import EmotionEstimate
from engine.systems.fusion import joint_emotion
from engine.vocabulary import BASIC_EMOTIONS, Emotion, Modality


def sure_of(emotion: Emotion, share: float = 0.9) -> EmotionEstimate:
    rest = (1 - share) / (len(BASIC_EMOTIONS) - 1)
    return EmotionEstimate({each: share if each is emotion else rest for each in BASIC_EMOTIONS})


EVEN = EmotionEstimate(dict.fromkeys(BASIC_EMOTIONS, 1 / len(BASIC_EMOTIONS)))


def test_the_trusted_modality_wins() -> None:
    opinions = {Modality.VOICE: sure_of(Emotion.ANGER), Modality.FACE: sure_of(Emotion.JOY)}
    joint = joint_emotion(opinions, trust={Modality.VOICE: 0.2, Modality.FACE: 0.9})
    assert joint.emotion is not None
    assert joint.emotion.label is Emotion.JOY
    assert joint.weights[Modality.FACE] == pytest.approx(0.9 / 1.1)


def test_the_sure_modality_wins_over_one_that_has_no_idea() -> None:
    joint = joint_emotion(
        {Modality.VOICE: EVEN, Modality.FACE: sure_of(Emotion.FEAR)},
        trust={Modality.VOICE: 1.0, Modality.FACE: 0.3},
    )
    assert joint.weights[Modality.VOICE] == pytest.approx(0.0, abs=1e-9)
    assert joint.emotion is not None
    assert joint.emotion.label is Emotion.FEAR


def test_where_nobody_is_sure_trust_alone_weighs() -> None:
    joint = joint_emotion({Modality.TEXT: EVEN}, trust={Modality.TEXT: 0.5})
    assert joint.weights == {Modality.TEXT: 1.0}


def test_where_nothing_is_trusted_there_is_no_opinion() -> None:
    joint = joint_emotion({Modality.VOICE: sure_of(Emotion.ANGER)}, trust={Modality.VOICE: 0.0})
    assert joint.emotion is None
    assert joint.weights == {Modality.VOICE: 0.0}


def test_without_opinions_there_is_none() -> None:
    assert joint_emotion({}, trust={}).emotion is None


def test_an_emotion_that_only_one_can_name_is_kept() -> None:
    calm = EmotionEstimate({Emotion.CALM: 0.8, Emotion.NEUTRAL: 0.2})
    joint = joint_emotion(
        {Modality.VOICE: calm, Modality.FACE: sure_of(Emotion.JOY)},
        trust={Modality.VOICE: 1.0, Modality.FACE: 1.0},
    )
    assert joint.emotion is not None
    assert Emotion.CALM in joint.emotion.probabilities


@given(
    st.lists(st.floats(0, 1), min_size=3, max_size=3), st.lists(st.floats(0.15, 0.99), min_size=3, max_size=3)
)
def test_shares_and_probabilities_sum_to_one(trusts: list[float], shares: list[float]) -> None:
    emotions = (Emotion.ANGER, Emotion.JOY, Emotion.SADNESS)
    opinions = {
        modality: sure_of(emotion, share)
        for modality, emotion, share in zip(Modality, emotions, shares, strict=True)
    }
    joint = joint_emotion(opinions, trust=dict(zip(Modality, trusts, strict=True)))
    if joint.emotion is not None:
        assert sum(joint.weights.values()) == pytest.approx(1.0)
        assert sum(joint.emotion.probabilities.values()) == pytest.approx(1.0)
