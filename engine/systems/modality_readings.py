"""What an analysis tells of words, voice and face, each by itself."""

from __future__ import annotations

from collections.abc import Mapping

from engine.analysis import EmotionEstimate, ModalityReading
from engine.features.trust import Trust
from engine.systems.fusion import JointEmotion
from engine.systems.performance import PerformanceReading, confidence
from engine.systems.text_brain import TextReading
from engine.vocabulary import Modality


def opinions_of(text: TextReading, performance: PerformanceReading) -> dict[Modality, EmotionEstimate]:
    """The emotions that words, voice and face name, those that have an opinion."""
    opinions = {modality: branch.emotion for modality, branch in performance.readings.items()}
    return opinions if text.emotion is None else {Modality.TEXT: text.emotion, **opinions}


def modality_readings(
    text: TextReading,
    performance: PerformanceReading,
    joint: JointEmotion,
    trust: Mapping[Modality, Trust],
) -> dict[Modality, ModalityReading]:
    """What an analysis says of each modality: trust, confidence, opinion, and what it counted."""
    opinions = opinions_of(text, performance)
    intensities = {modality: branch.expressed for modality, branch in performance.readings.items()}
    if text.expected is not None:
        intensities[Modality.TEXT] = text.expected
    return {
        modality: ModalityReading(
            trust=judged.value,
            confidence=confidence(opinions[modality].probabilities) if modality in opinions else 0.0,
            emotion=opinions.get(modality),
            intensity=intensities.get(modality),
            weight=joint.weights.get(modality, 0.0),
            quality=judged.quality,
            note=judged.note,
        )
        for modality, judged in trust.items()
    }
