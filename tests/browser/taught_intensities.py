"""A project whose people have said how intense many clips are: real people, stored through the services."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dashboard.services import projects
from dashboard.services.predictions import draft_of
from dashboard.services.rating import Answer, submit
from db import clips, predictions, session
from db.records import ClipDraft, ClipRecord, ClipStatus, ProjectRecord
from engine.analysis import EmotionEstimate
from engine.vocabulary import Delivery, Emotion
from tests.dashboard.analysis_made import made_analysis

RATERS = 4
ACTORS = 9  # shares no factor with two or four emotions, so that every actor plays each of them
NOISE = 0.06
FIRST = 0.2
LAST = 0.9


def teach_intensities(
    project: ProjectRecord,
    media: ClipRecord,
    *,
    clips_count: int,
    shifts: Mapping[Emotion, float],
    seed: int = 0,
) -> None:
    """Add clips over all intensities and have people say so much more than the model about what they show.

    About what the line asks for they say what the model says.

    Parameters
    ----------
    media : ClipRecord
        A clip whose picture and sound all of them show.
    """
    generator = np.random.default_rng(seed)
    people = [projects.person(f"Person {number}") for number in range(RATERS)]
    emotions = list(shifts)
    for number, stated in enumerate(np.linspace(FIRST, LAST, clips_count)):
        emotion = emotions[number % len(emotions)]
        clip = _clip(project, media, number, stated=float(stated), emotion=emotion)
        for person in people:
            felt = np.clip(stated + shifts[emotion] + generator.normal(0.0, NOISE), 0.0, 1.0)
            submit(
                clip_id=clip.id,
                person_id=person.id,
                answer=Answer(
                    delivery=Delivery.RIGHT,
                    expected_intensity=float(np.clip(0.5 + generator.normal(0.0, NOISE), 0.0, 1.0)),
                    expressed_intensity=float(felt),
                ),
                idempotency_key=f"intensity-{project.id}-{seed}-{number}-{person.id}",
            )


def _clip(
    project: ProjectRecord, media: ClipRecord, number: int, *, stated: float, emotion: Emotion
) -> ClipRecord:
    analysis = made_analysis(
        expected=0.5, expressed=stated, emotion=EmotionEstimate({emotion: 0.7, Emotion.NEUTRAL: 0.3})
    )
    draft = ClipDraft(
        sha256=f"{project.id:032x}{number:032x}",
        original_name=f"take_{number:02d}.mp4",
        media_key=media.media_key,
        browser_key=media.browser_key,
        thumbnail_key=media.thumbnail_key,
        size_bytes=media.size_bytes,
        duration_s=media.duration_s,
        width=media.width,
        height=media.height,
        line=media.line,
        line_source=media.line_source,
        actor=f"Actor {number % ACTORS}",
        status=ClipStatus.READY,
    )
    with session.writing() as writing:
        clip = clips.add(writing, project.id, draft)
        predictions.add(writing, draft_of(analysis, clip_id=clip.id))
    return clip
