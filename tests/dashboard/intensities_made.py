"""Answers about intensities in a real database: people who see the model's intensities moved."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import numpy as np

from dashboard.services.predictions import draft_of
from db import people, predictions, ratings, session
from db.records import ProjectRecord, RatingDraft
from engine.analysis import EmotionEstimate
from engine.vocabulary import Delivery, Emotion, Phase
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.project_made import made_clip

ACTORS = 10
NOISE = 0.06


def made_intensities(
    project: ProjectRecord,
    *,
    clips_count: int = 30,
    raters: int = 4,
    expected_shift: float = 0.0,
    expressed_shift: float = -0.15,
    by_emotion: Mapping[Emotion, float] | None = None,
    phase: Phase = Phase.ASSISTED,
    simulated: bool = False,
    lets_stand: bool = False,
    weights: str | None = None,
    seed: int = 0,
) -> None:
    """Clips over all intensities, answered by people who say so much more than the model.

    ``by_emotion`` adds to the expressed shift; ``lets_stand`` leaves the expected intensity as proposed.
    """
    generator = np.random.default_rng(seed)
    emotions = list(by_emotion or {Emotion.ANGER: 0.0})
    options = {} if weights is None else {"weights_version": weights}
    for number, stated in enumerate(np.linspace(0.2, 0.9, clips_count)):
        emotion = emotions[number % len(emotions)]
        asked = float(generator.uniform(0.2, 0.8))
        clip = made_clip(
            project, analysed=False, actor=f"Actor {number % ACTORS}", original_name=f"{number}.mp4"
        )
        said = made_analysis(
            expected=asked,
            expressed=float(stated),
            emotion=EmotionEstimate({emotion: 0.8, Emotion.NEUTRAL: 0.2}),
            **options,
        )
        with session.writing() as s:
            prediction = predictions.add(s, draft_of(said, clip_id=clip.id))
            for name in range(raters):
                person = people.get_or_create(s, f"Rater {name}", simulated=simulated)
                felt = stated + expressed_shift + (by_emotion or {}).get(emotion, 0.0)
                demanded = asked if lets_stand else asked + expected_shift + generator.normal(0, NOISE)
                ratings.add(
                    s,
                    RatingDraft(
                        clip_id=clip.id,
                        person_id=person.id,
                        idempotency_key=secrets.token_hex(8),
                        phase=phase,
                        delivery=Delivery.RIGHT,
                        expected_intensity=float(np.clip(demanded, 0, 1)),
                        expressed_intensity=float(np.clip(felt + generator.normal(0, NOISE), 0, 1)),
                        prediction_id=prediction.id,
                        prediction_shown=phase is not Phase.BLIND,
                        simulated=simulated,
                    ),
                )
