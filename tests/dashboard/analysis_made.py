"""Analyses as the engine gives them, made without a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.analysis import (
    Amplification,
    Analysis,
    AttentionPeak,
    Curves,
    EmotionEstimate,
    ModalityReading,
    SpokenWord,
    z_score,
)
from engine.features.table import INSTANTS, SCHEMA_VERSION
from engine.verdict.fixed import FIXED
from engine.vocabulary import Emotion, LineSource, Modality, SystemName

WEIGHTS = "weights-a"
WORDS = (("How", 0.05), ("dare", 0.5), ("you", 0.15), ("leave", 0.2), ("me", 0.05), ("here", 0.05))


def made_analysis(*, expected: float | None = 0.7, expressed: float | None = 0.4, **options: Any) -> Analysis:
    """A full analysis; ``options`` replace its fields."""
    gap = None
    if expected is not None and expressed is not None:
        gap = float(z_score(expressed) or 0) - float(z_score(expected) or 0)
    anger = EmotionEstimate({Emotion.ANGER: 0.6, Emotion.SADNESS: 0.3, Emotion.NEUTRAL: 0.1})
    analysis = Analysis(
        clip="take1.mp4",
        duration_s=4.0,
        system=SystemName.ALIGNMENT,
        weights_version=WEIGHTS,
        feature_schema=SCHEMA_VERSION,
        line="How dare you leave me here!",
        line_source=LineSource.GIVEN,
        emotion=anger,
        expected_intensity=expected,
        expressed_intensity=expressed,
        judgement=FIXED.judge(gap),
        attention=(1 / INSTANTS,) * INSTANTS,
        attention_times_s=tuple((i + 0.5) * 4.0 / INSTANTS for i in range(INSTANTS)),
        words=tuple(SpokenWord(word, 0.5 * i, 0.5 * i + 0.4, share) for i, (word, share) in enumerate(WORDS)),
        peaks=(AttentionPeak(1.0, 0.2, "dare", b"\xff\xd8"), AttentionPeak(3.1, 0.1, None)),
        curves=Curves(
            loudness_db=(None, *(-3.5,) * (INSTANTS - 1)),
            pitch_hz=(None,) * INSTANTS,
            face_movement=(1.25,) * INSTANTS,
        ),
        modalities={
            Modality.TEXT: ModalityReading(0.9, 0.4, anger, expected),
            Modality.VOICE: ModalityReading(0.8, 0.3, anger, 0.5, 0.7, {"signal_to_noise_db": 22.5}),
            Modality.FACE: ModalityReading(0.2, 0.1, None, None, 0.3, {}, "The picture is dark."),
        },
        amplification=Amplification("jaw", 0.93, 2.1, 0.3, 0.4),
        timings_s={"decode": 0.1, "total": 0.4},
        warnings=("The face is dark.",),
    )
    return replace(analysis, **options)
