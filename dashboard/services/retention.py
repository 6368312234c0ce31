"""How long clips are kept: a rule of each project, applied by the server day by day or by command."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from dashboard.services import removal, uploads
from dashboard.services.filmed import ConsentState, everybody
from dashboard.services.permissions import Act, require
from dashboard.services.refusals import worded
from db import audit, consents, enrolled_faces, projects, scenes
from db.columns import now
from db.errors import RefusedValueError
from db.records import FilmedClip, ProjectRecord, RemovalCause, SceneRecord
from db.session import reading, writing
from engine.errors import DailiesError

SETTING: Final = "retention"
MOST_DAYS: Final = 36_500
LOOK_EVERY_S: Final = 6 * 3600
"""Often enough for rules in days."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rule:
    """When clips of a project are removed.

    Attributes
    ----------
    days : int or None
        So long after they came in; ``None`` keeps them.
    with_consent : bool
        As soon as the consent of whom they show has expired.
    """

    days: int | None = None
    with_consent: bool = False


def rule_of(project: ProjectRecord) -> Rule:
    """The rule of a project; clips are kept unless it says otherwise."""
    kept: dict[str, Any] = project.settings.get(SETTING) or {}
    return Rule(kept.get("days"), bool(kept.get("with_consent", False)))


def set_rule(project_id: int, wanted: Rule, *, person_id: int | None) -> ProjectRecord:
    """Change the rule of a project, from the next look on.

    Raises
    ------
    RefusedValueError
        If the days are none.
    NotAllowedError
        If the person may not set the project up.
    """
    if wanted.days is not None and not 1 <= wanted.days <= MOST_DAYS:
        raise worded(RefusedValueError, "consent.refusal.days", most=MOST_DAYS)
    rule = {"days": wanted.days, "with_consent": wanted.with_consent}
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        settings = {**projects.by_id(session, project_id).settings, SETTING: rule}
        audit.write(session, "project.retention", f"project:{project_id}", person_id=person_id, details=rule)
        return projects.update_settings(session, project_id, settings)


def due(project_id: int, *, person_id: int | None, at: datetime | None = None) -> int:
    """How many clips and scenes the rule of a project would remove now."""
    with reading() as session:
        require(session, project_id, person_id, Act.SET_UP)
        return sum(each.count for each in _due(session, projects.by_id(session, project_id), at or now()))


def apply(project_id: int, *, person_id: int | None, at: datetime | None = None) -> int:
    """Remove what the rule of a project says; how many clips and scenes that were."""
    with writing() as session:
        project = projects.by_id(session, project_id)
        require(session, project_id, person_id, Act.SET_UP)
        found = _due(session, project, at or now())
        for each in found:
            removal.remove(session, each.clips, scenes=each.scenes, cause=each.cause, person_id=person_id)
            for actor in each.faces:
                count = enrolled_faces.forget(session, project_id, actor)
                details = {"pictures": count, "cause": each.cause.value}
                target = f"project:{project_id}"
                audit.write(session, "actor.forget", target, person_id=person_id, details=details)
        return sum(each.count for each in found)


def keep_watch(stopping: threading.Event) -> None:
    """Apply every project's rule, and sweep uploads that nobody used, again and again until ``stopping``."""
    while not stopping.is_set():
        try:
            with reading() as session:
                ruled = [each.id for each in projects.everything(session) if rule_of(each) != Rule()]
            for project_id in ruled:
                apply(project_id, person_id=None)
            uploads.sweep()
        except DailiesError:
            log.exception("The rules of retention could not be applied; they will be tried again.")
        stopping.wait(LOOK_EVERY_S)


@dataclass(frozen=True, slots=True)
class _Due:
    """What one part of a rule removes; ``faces`` are those of enrolled actors."""

    cause: RemovalCause
    clips: tuple[FilmedClip, ...]
    scenes: tuple[SceneRecord, ...]
    faces: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.clips) + len(self.scenes)


def _due(session: Session, project: ProjectRecord, moment: datetime) -> tuple[_Due, ...]:
    rule = rule_of(project)
    found = []
    gone: set[str] = set()
    if rule.with_consent:
        over = [
            each for each in everybody(session, project.id, at=moment) if each.state is ConsentState.EXPIRED
        ]
        shown = {scene.id: scene for each in over for scene in each.scenes}  # several may play in one
        clips = tuple(clip for each in over for clip in each.clips)
        subjects = {each.subject.casefold() for each in over}
        faces = tuple(
            actor
            for actor in enrolled_faces.actors(session, project.id)
            if actor.strip().casefold() in subjects
        )
        found.append(_Due(RemovalCause.EXPIRED, clips, tuple(shown.values()), faces))
        gone = {clip.id for clip in clips} | set(shown)
    if rule.days is not None:
        before = moment - timedelta(days=rule.days)
        every_clip = consents.clips_filmed(session, project.id)
        old = tuple(clip for clip in every_clip if clip.created_at < before and clip.id not in gone)
        old_scenes = tuple(
            scene
            for scene in scenes.of_project(session, project.id)
            if scene.created_at < before and scene.id not in gone
        )
        found.append(_Due(RemovalCause.RETENTION, old, old_scenes))
    return tuple(found)
