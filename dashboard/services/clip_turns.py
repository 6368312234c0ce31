"""A clip's turn in the analysis: claimed, analysed, and its prediction stored.

Predictions that several lanes have at the same moment share one commit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

from sqlalchemy.orm import Session

from dashboard.services import filmed, media_store
from dashboard.services.clip_work import ClipJob, ClipOutcome
from dashboard.services.predictions import draft_of
from dashboard.services.rating_protocol import protocol_of
from dashboard.services.system_choice import system_of
from db import channel_media, clips, consents, enrolled_faces, face_choices, predictions, projects
from db.records import ClipRecord, ClipStatus, ConsentScope, PredictionDraft
from db.session import reading, writing
from db.together import together

Work = Callable[[ClipJob], ClipOutcome]


@dataclass(frozen=True, slots=True)
class ClipTurn:
    """See :class:`dashboard.services.turns.Turn`."""

    clip: ClipRecord
    work: Work

    @classmethod
    def claim(cls, work: Work) -> Self | None:
        """Take the clip that is next, ``None`` where none waits."""
        with writing() as session:
            clip = clips.claim_queued(session)
        return None if clip is None else cls(clip, work)

    @property
    def name(self) -> str:
        return self.clip.original_name

    @property
    def job(self) -> ClipJob:
        return job_of(self.clip)

    def keep(self, outcome: ClipOutcome) -> None:
        clip = self.clip
        analysis = replace(outcome.analysis, clip=clip.original_name)
        draft = draft_of(
            analysis, clip_id=clip.id, thumbnail_keys=outcome.thumbnail_keys, face_keys=outcome.face_keys
        )
        together(partial(_keep, clip=clip, outcome=outcome, draft=draft))

    def fail(self, sentence: str) -> None:
        with writing() as session:
            clips.set_status(session, self.clip.id, ClipStatus.FAILED, message=sentence)

    def put_back(self) -> None:
        with writing() as session:
            if clips.get(session, self.clip.id).status is ClipStatus.ANALYSING:
                clips.set_status(session, self.clip.id, ClipStatus.QUEUED)


def _keep(session: Session, *, clip: ClipRecord, outcome: ClipOutcome, draft: PredictionDraft) -> None:
    if clips.get(session, clip.id).status is ClipStatus.WITHDRAWN:  # while it was being analysed
        made = outcome.media_keys
        for key in made - consents.needed_by_others(session, made, {clip.id}):
            media_store.remove(key)
        return
    clips.set_media(
        session,
        clip.id,
        browser_key=outcome.browser_key,
        thumbnail_key=outcome.thumbnail_key,
        duration_s=outcome.duration_s,
        width=outcome.width,
        height=outcome.height,
    )
    for channel, key in outcome.channel_keys.items():
        channel_media.put(session, clip.id, channel, key)
    predictions.add(session, draft)
    clips.set_status(session, clip.id, ClipStatus.READY)


def job_of(clip: ClipRecord) -> ClipJob:
    """What is to be done to a clip, as its project, its chosen face and its enrolled actor have it."""
    with reading() as session:
        project = projects.by_id(session, clip.project_id)
        chosen = face_choices.newest(session, clip.id)
        enrolled = _enrolled(session, clip)
    channels = protocol_of(project).channels
    face = None if chosen is None else chosen.face
    system = system_of(project)
    return ClipJob(clip.media_key, clip.original_name, clip.line, channels, system, face, enrolled)


def _enrolled(session: Session, clip: ClipRecord) -> Sequence[Sequence[float]]:
    """The enrolled face of a clip's actor, as long as their consent to analysis stands."""
    if not clip.actor:
        return ()
    enrolled = enrolled_faces.of_actor(session, clip.project_id, clip.actor)
    needed = (ConsentScope.ANALYSIS,)
    if not enrolled or not filmed.covers(session, clip.project_id, clip.actor, None, needed):
        return ()
    return enrolled
