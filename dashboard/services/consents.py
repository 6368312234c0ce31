"""The register of a project: who is filmed, what they have agreed to, and what was removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboard.services.filmed import Filmed, among, student_named
from dashboard.services.permissions import Act, require
from dashboard.services.refusals import worded
from db import audit, consents, filmed_scenes, projects, scenes
from db.columns import now
from db.errors import RefusedValueError
from db.records import (
    ConsentRecord,
    ConsentScope,
    FilmedClip,
    SceneRecord,
    SceneTombstoneRecord,
    TombstoneRecord,
)
from db.session import reading, writing

NAME_LENGTH: Final = 80
EVIDENCE_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class Register:
    """Everybody filmed in a project.

    Attributes
    ----------
    filmed : tuple of Filmed
        By name.
    unnamed : tuple of FilmedClip
        Clips that name nobody.
    unnamed_scenes : tuple of SceneRecord
        Scenes that do not say whom they show.
    tombstones : tuple of TombstoneRecord
        Of clips that were removed.
    scene_tombstones : tuple of SceneTombstoneRecord
        Of scenes that were removed.
    """

    filmed: tuple[Filmed, ...]
    unnamed: tuple[FilmedClip, ...]
    unnamed_scenes: tuple[SceneRecord, ...]
    tombstones: tuple[TombstoneRecord, ...]
    scene_tombstones: tuple[SceneTombstoneRecord, ...]


def register(project_id: int, *, person_id: int | None, at: datetime | None = None) -> Register:
    """Everybody filmed in a project, or on record there.

    Raises
    ------
    NotAllowedError
        If the person may not set the project up.
    UnknownRowError
        If there is no such project.
    """
    with reading() as session:
        projects.by_id(session, project_id)
        require(session, project_id, person_id, Act.SET_UP)
        clips = consents.clips_filmed(session, project_id)
        named = filmed_scenes.people_of_project(session, project_id)
        return Register(
            filmed=among(session, project_id, clips, at=at),
            unnamed=tuple(clip for clip in clips if clip.student_id is None and not clip.actor),
            unnamed_scenes=tuple(
                scene for scene in scenes.of_project(session, project_id) if not named.get(scene.number)
            ),
            tombstones=consents.tombstones_of_project(session, project_id),
            scene_tombstones=filmed_scenes.tombstones_of_project(session, project_id),
        )


def record(
    project_id: int,
    subject: str,
    *,
    scopes: Iterable[ConsentScope],
    person_id: int | None,
    expires_at: datetime | None = None,
    evidence: str = "",
) -> ConsentRecord:
    """Put on record what a filmed person agrees to; it replaces what they agreed to before.

    Raises
    ------
    RefusedValueError
        If name or note cannot be used, nothing is agreed to, or the end lies in the past.
    NotAllowedError
        If the person may not set the project up.
    """
    name = " ".join(subject.split())
    wanted = [scope for scope in ConsentScope if scope in set(scopes)]
    if not 0 < len(name) <= NAME_LENGTH:
        raise worded(RefusedValueError, "consent.refusal.subject", most=NAME_LENGTH)
    if not wanted:
        raise worded(RefusedValueError, "consent.refusal.scope")
    if len(evidence) > EVIDENCE_LENGTH:
        raise worded(RefusedValueError, "consent.refusal.evidence", most=EVIDENCE_LENGTH)
    if expires_at is not None and expires_at <= now():
        raise worded(RefusedValueError, "consent.refusal.past")
    with writing() as session:
        projects.by_id(session, project_id)
        require(session, project_id, person_id, Act.SET_UP)
        stored = consents.add(
            session,
            project_id,
            name,
            scopes=wanted,
            person_id=student_named(session, project_id, name),
            expires_at=expires_at,
            evidence=evidence.strip(),
            recorded_by=person_id,
        )
        audit.write(
            session,
            "consent.record",
            f"consent:{stored.id}",
            person_id=person_id,
            details={"project": project_id, "scopes": list(stored.scopes)},
        )
        return stored
