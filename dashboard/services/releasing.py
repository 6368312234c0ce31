"""Releasing takes of a class to be rated in a project, as far as their students consent to it.

The clip of the project shows the take's file under the student's pseudonym and a number, never under their
name. What they agreed to goes along, so that the project's exports and thresholds heed it; taking consent
back in the class removes the clip there too (:mod:`dashboard.services.removal`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import filmed
from dashboard.services.class_takes import newest
from dashboard.services.classes import is_class
from dashboard.services.permissions import Act, may, require
from dashboard.services.refusals import worded
from db import audit, classes, clips, consents, people, projects, released_takes
from db.errors import RefusedValueError
from db.records import (
    ClassTakeRecord,
    ClipDraft,
    ClipRecord,
    ClipStatus,
    ConsentRecord,
    ConsentScope,
    PersonRecord,
    ProjectRecord,
    SetWorkRecord,
)
from db.session import reading, writing

NEEDED: Final = (ConsentScope.ANALYSIS, ConsentScope.RATING)
"""People outside the class would watch the take: asked of everybody, whatever the class asks for."""


@dataclass(frozen=True, slots=True)
class Released:
    """What became of the takes of a piece of work.

    Attributes
    ----------
    clips : tuple of ClipRecord
        New in the project.
    already : int
        Takes that are or were there.
    without_consent : tuple of str
        Names of the students whose consent does not cover it.
    """

    clips: tuple[ClipRecord, ...]
    already: int
    without_consent: tuple[str, ...]


def targets(person_id: int) -> tuple[ProjectRecord, ...]:
    """The projects into which somebody may release takes: those they set up and that are no class."""
    with reading() as session:
        return tuple(
            project
            for project in projects.everything(session)
            if not is_class(project)
            and not project.demo
            and may(people.role_in(session, project.id, person_id), Act.SET_UP)
        )


def release(assignment_id: int, project_id: int, *, person_id: int | None) -> Released:
    """Put each student's newest take of every line into a project, to be rated there.

    Raises
    ------
    NotAllowedError
        If the person may not set up both the class and the project.
    RefusedValueError
        If the project is a class itself.
    """
    with writing() as session:
        work = classes.work(session, assignment_id)
        require(session, work.project_id, person_id, Act.SET_UP)
        require(session, project_id, person_id, Act.SET_UP)
        project = projects.by_id(session, project_id)
        if is_class(project):
            raise worded(RefusedValueError, "classes.refusal.release_into_class")
        added, already, without = list[ClipRecord](), 0, list[str]()
        for student_id, takes in _by_student(classes.takes_of_work(session, work.id)).items():
            student = people.by_id(session, student_id)
            consent, state = filmed.standing(session, work.project_id, student.name, student.id)
            if consent is None or not frozenset(NEEDED) <= filmed.held(consent, state):
                without.append(student.name)
                continue
            _carry_over(session, consent, project, student)
            for take in newest(takes).values():
                clip = _copy(session, take, work, project, student, person_id)
                if clip is None:
                    already += 1
                else:
                    added.append(clip)
        return Released(tuple(added), already, tuple(without))


def _by_student(takes: Sequence[ClassTakeRecord]) -> Mapping[int, tuple[ClassTakeRecord, ...]]:
    found: dict[int, tuple[ClassTakeRecord, ...]] = {}
    for take in takes:
        found[take.person_id] = (*found.get(take.person_id, ()), take)
    return found


def _carry_over(
    session: Session, consent: ConsentRecord, project: ProjectRecord, student: PersonRecord
) -> None:
    """Put in the project what the student agreed to in the class, if it does not stand there yet."""
    known, state = filmed.standing(session, project.id, student.pseudonym, None)
    same = known is not None and (
        (list(known.scopes), known.expires_at) == (list(consent.scopes), consent.expires_at)
    )
    if same and state is filmed.ConsentState.GIVEN:
        return
    consents.add(
        session,
        project.id,
        student.pseudonym,
        scopes=[ConsentScope(scope) for scope in consent.scopes],
        expires_at=consent.expires_at,
        evidence=consent.evidence,
        recorded_by=consent.recorded_by,
    )


def _copy(
    session: Session,
    take: ClassTakeRecord,
    work: SetWorkRecord,
    project: ProjectRecord,
    student: PersonRecord,
    person_id: int | None,
) -> ClipRecord | None:
    """The clip a take becomes; ``None`` where it cannot be one, or is or was there."""
    source = clips.get(session, take.clip_id)
    is_usable = source.status in (ClipStatus.READY, ClipStatus.QUEUED, ClipStatus.ANALYSING)
    if not is_usable or clips.by_sha256(session, project.id, source.sha256) is not None:
        return None
    name = f"take-{work.id}-{take.id}{PurePath(source.original_name).suffix.lower()}"
    clip = clips.add(
        session,
        project.id,
        ClipDraft(
            sha256=source.sha256,
            original_name=name,
            media_key=source.media_key,
            size_bytes=source.size_bytes,
            line=source.line,
            line_source=source.line_source,
            actor=student.pseudonym,
            language=source.language,
            genre=source.genre,
            directed_emotion=source.directed_emotion,
            directed_intensity=source.directed_intensity,
        ),
    )
    released_takes.add(session, clip_id=clip.id, source_clip_id=source.id, released_by=person_id)
    details = {"project": project.id, "as": clip.id}
    audit.write(session, "take.release", f"clip:{source.id}", person_id=person_id, details=details)
    return clip
