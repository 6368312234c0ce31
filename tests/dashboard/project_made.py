"""A project with analysed clips and answers in a real database, made without media or models."""

from __future__ import annotations

import secrets
from io import BytesIO
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from dashboard.services import members, projects
from dashboard.services.importing import Source
from dashboard.services.predictions import draft_of
from db import clips, people, predictions, ratings, session
from db.records import ClipDraft, ClipRecord, ClipStatus, PersonRecord, ProjectRecord, RatingDraft
from engine.vocabulary import INTENSITY_UNIT, Delivery, LineSource, Phase, Role
from tests.dashboard.analysis_made import made_analysis


def led_project(name: str, lead: PersonRecord) -> ProjectRecord:
    """A project that somebody leads."""
    project = projects.create(name)
    members.take_in(project.id, lead.id, Role.INSTRUCTOR)
    return project


def made_clip(
    project: ProjectRecord,
    *,
    expected: float | None = 0.7,
    expressed: float | None = 0.4,
    analysed: bool = True,
    analysis: dict[str, Any] | None = None,
    **options: Any,
) -> ClipRecord:
    """A ready clip with a prediction of these intensities; ``options`` are fields of its draft."""
    with session.writing() as s:
        clip = _add_clip(s, project, **options)
        if analysed:
            said = made_analysis(expected=expected, expressed=expressed, **(analysis or {}))
            predictions.add(s, draft_of(said, clip_id=clip.id))
    return clip


def made_source(name: str, content: bytes) -> Source:
    """A file as it is brought in."""
    return Source(name, open=lambda: BytesIO(content))


def press() -> str:
    """An idempotency key as a browser makes one for a press of the button."""
    return secrets.token_hex(8)


def made_ratings(
    project: ProjectRecord,
    *,
    clips_count: int,
    raters: int,
    tolerance: float,
    actors: int = 8,
    noise: float = 0.3,
    simulated: bool = False,
    seed: int = 0,
) -> None:
    """Clips whose gaps spread evenly, answered by people who forgive ``tolerance`` (z units)."""
    generator = np.random.default_rng(seed)
    with session.writing() as s:
        answering = [people.get_or_create(s, f"Rater {i}", simulated=simulated) for i in range(raters)]
        for number, gap in enumerate(np.linspace(-2.0, 2.0, clips_count)):
            clip = _add_clip(s, project, actor=f"Actor {number % actors}", original_name=f"take{number}.mp4")
            said = made_analysis(expected=0.5, expressed=float(0.5 + INTENSITY_UNIT * gap))
            prediction = predictions.add(s, draft_of(said, clip_id=clip.id))
            for person in answering:
                felt = gap + generator.normal(0, noise)
                draft = RatingDraft(
                    clip_id=clip.id,
                    person_id=person.id,
                    idempotency_key=press(),
                    phase=Phase.ASSISTED,
                    delivery=Delivery(int(felt > tolerance) - int(felt < -tolerance)),
                    prediction_id=prediction.id,
                    simulated=simulated,
                )
                ratings.add(s, draft)


def _add_clip(s: Session, project: ProjectRecord, **options: Any) -> ClipRecord:
    sha256 = secrets.token_hex(32)
    given = {
        "sha256": sha256,
        "original_name": "take1.mp4",
        "media_key": f"{sha256}.mp4",
        "size_bytes": 1000,
        "duration_s": 4.0,
        "line": "How dare you leave me here!",
        "line_source": LineSource.GIVEN,
        "status": ClipStatus.READY,
    }
    return clips.add(s, project.id, ClipDraft(**{**given, **options}))
