"""Several modalities' opinions on the emotion made one: a mean weighted by trust times confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.analysis import EmotionEstimate
from engine.systems.performance import confidence
from engine.vocabulary import Emotion, Modality


@dataclass(frozen=True, slots=True)
class JointEmotion:
    """The joint opinion of one clip.

    Attributes
    ----------
    emotion : EmotionEstimate or None
        ``None`` where no modality can say anything.
    weights : Mapping[Modality, float]
        Share of each modality; they sum to 1 or are all 0.
    """

    emotion: EmotionEstimate | None
    weights: Mapping[Modality, float]


def joint_emotion(
    opinions: Mapping[Modality, EmotionEstimate], *, trust: Mapping[Modality, float]
) -> JointEmotion:
    """Join opinions, each weighted by its trust (0 to 1) times its confidence.

    An emotion that one modality cannot name counts 0 there. Where every weight is 0 although
    something is trusted, trust alone weighs.
    """
    pull = {modality: trust[modality] * confidence(opinions[modality].probabilities) for modality in opinions}
    if sum(pull.values()) <= 0:
        pull = {modality: trust[modality] for modality in opinions}
    total = sum(pull.values())
    if total <= 0:
        return JointEmotion(None, dict.fromkeys(opinions, 0.0))
    weights = {modality: pull[modality] / total for modality in opinions}
    named: dict[Emotion, float] = {}
    for modality, estimate in opinions.items():
        for emotion, probability in estimate.probabilities.items():
            named[emotion] = named.get(emotion, 0.0) + weights[modality] * probability
    whole = sum(named.values())
    ordered = {emotion: named[emotion] / whole for emotion in Emotion if emotion in named}
    return JointEmotion(EmotionEstimate(ordered), weights)
