"""Answers of named people to named clips, stored as they come from a page."""

from __future__ import annotations

from dashboard.services import projects
from db import clips, ratings, session
from db.records import ClipRecord, ProjectRecord, RatingDraft, RatingRecord
from engine.vocabulary import Channel, Delivery, Emotion, Phase
from tests.dashboard.project_made import press


def answered(
    clip: ClipRecord,
    name: str,
    delivery: int | None,
    *,
    emotion: Emotion | None = None,
    expressed: float | None = None,
    phase: Phase = Phase.ASSISTED,
    channel: Channel = Channel.FULL,
    simulated: bool = False,
) -> RatingRecord:
    """Store one answer of the person of that name; it supersedes an earlier one as the queries have it."""
    person = projects.person(name, simulated=simulated)
    with session.writing() as s:
        return ratings.add(
            s,
            RatingDraft(
                clip_id=clip.id,
                person_id=person.id,
                idempotency_key=press(),
                phase=phase,
                channel=channel,
                delivery=None if delivery is None else Delivery(delivery),
                emotion=emotion,
                expressed_intensity=expressed,
                simulated=simulated,
            ),
        )


def clips_of(project: ProjectRecord) -> tuple[ClipRecord, ...]:
    """The project's first clips in the order they came."""
    with session.reading() as s:
        return clips.list_page(s, project.id).items
