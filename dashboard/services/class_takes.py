"""Handing in takes: a clip of the class becomes a student's answer to a line that was set."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import filmed, importing
from dashboard.services.classes import requires_consent
from dashboard.services.judging import LEVEL_BORDERS
from dashboard.services.lines_table import LineRow, LinesTable, composed
from dashboard.services.permissions import Act, NotAllowedError, may, require
from dashboard.services.refusals import worded
from db import audit, classes, clips, people, projects
from db.errors import RefusedValueError
from db.records import (
    ClassTakeRecord,
    ClipRecord,
    ClipStatus,
    ConsentScope,
    PersonRecord,
    SetWorkRecord,
    Target,
)
from db.session import reading, writing
from engine.vocabulary import LineSource, Role

RESTRAINED_UP_TO: Final = LEVEL_BORDERS[0][0]
STRONG_FROM: Final = LEVEL_BORDERS[-2][0]
TARGET_INTENSITY: Final = {
    Target.RESTRAINED: RESTRAINED_UP_TO / 2,
    Target.STRONG: (STRONG_FROM + 1) / 2,
}
"""What "restrained" and "strong" ask for on the scale of intensities: the middles of the bands that
:data:`~dashboard.services.judging.LEVEL_BORDERS` calls so."""


def hand_in(
    clip_id: str,
    assignment_id: int,
    person_id: int,
    *,
    line_number: int = 1,
    by: int | None = None,
) -> ClassTakeRecord:
    """Make a clip of the class a student's take.

    What the clip does not say yet it learns from the work: who is filmed (by pseudonym), the line, what was
    directed. With a new line it is analysed again.

    Parameters
    ----------
    person_id : int
        The student.
    line_number : int
        Which of the lines that were set, from 1.
    by : int, optional
        Who hands it in: the student unless given, or somebody who teaches here.

    Raises
    ------
    NotAllowedError
        If the student is not of the class, or somebody else's take would be handed in.
    RefusedValueError
        If the clip is of another project, the line is none of the work's, grades were given back already, or
        the class asks for a consent that is not on record.
    AlreadyThereError
        If the clip was handed in before.
    UnknownRowError
        If there is no such clip or work.
    """
    with writing() as session:
        work, person = _checked(session, assignment_id, person_id, line_number, by or person_id)
        clip = clips.get(session, clip_id)
        if clip.project_id != work.project_id or clip.status is ClipStatus.WITHDRAWN:
            raise worded(RefusedValueError, "classes.refusal.other_clip")
        take = classes.hand_in(session, work.id, person.id, clip_id, line_number=line_number)
        _teach(session, clip, work, person, line_number)
        audit.write(
            session,
            "class.hand_in",
            f"clip:{clip_id}",
            person_id=by or person_id,
            details={"assignment": work.id, "student": person.id, "line": line_number},
        )
        return take


def upload(
    assignment_id: int,
    person_id: int,
    source: importing.Source,
    *,
    line_number: int = 1,
    by: int | None = None,
) -> ClassTakeRecord:
    """Store a file as a clip of the class and hand it in; see :func:`hand_in`."""
    with reading() as session:
        work, person = _checked(session, assignment_id, person_id, line_number, by or person_id)
        project = projects.by_id(session, work.project_id)
    row = LineRow(clip=source.name, line=work.lines[line_number - 1], actor=person.pseudonym)
    report = importing.import_clips(
        project.name,
        [source],
        lines=LinesTable(name=source.name, rows={composed(source.name): row}),
    )
    if report.refused:
        raise RefusedValueError(report.refused[0].sentence)
    clip = (*report.added, *report.already_there)[0]
    return hand_in(clip.id, assignment_id, person_id, line_number=line_number, by=by)


def newest(takes: tuple[ClassTakeRecord, ...]) -> dict[int, ClassTakeRecord]:
    """The take that counts of each line, by the line's number."""
    return {take.line_number: take for take in sorted(takes, key=lambda take: take.id)}


def _checked(
    session: Session, assignment_id: int, person_id: int, line_number: int, by: int
) -> tuple[SetWorkRecord, PersonRecord]:
    work = classes.work(session, assignment_id)
    require(session, work.project_id, by, Act.HAND_IN)
    role = people.role_in(session, work.project_id, person_id)
    teaches = may(people.role_in(session, work.project_id, by), Act.GRADE)
    if role is not Role.STUDENT or (by != person_id and not teaches):
        raise worded(NotAllowedError, "classes.refusal.not_yours")
    if not 1 <= line_number <= len(work.lines):
        raise worded(RefusedValueError, "classes.refusal.line_number", last=len(work.lines))
    if work.released_at is not None and not teaches:
        raise worded(RefusedValueError, "classes.refusal.given_back")
    person = people.by_id(session, person_id)
    project = projects.by_id(session, work.project_id)
    needed = (ConsentScope.ANALYSIS, ConsentScope.RATING)
    if requires_consent(project) and not filmed.covers(session, project.id, person.name, person.id, needed):
        raise worded(RefusedValueError, "classes.refusal.no_consent", name=person.name)
    return work, person


def _teach(
    session: Session, clip: ClipRecord, work: SetWorkRecord, person: PersonRecord, line_number: int
) -> None:
    """Complete what a clip says of itself by what was set."""
    known = clip.details
    line = known.line or work.lines[line_number - 1]
    wanted = replace(
        known,
        line=line,
        line_source=known.line_source if known.line else LineSource.GIVEN,
        actor=known.actor or person.pseudonym,  # exports name actors as clips do
        directed_emotion=known.directed_emotion or work.emotion,
        directed_intensity=TARGET_INTENSITY.get(work.target)
        if known.directed_intensity is None
        else known.directed_intensity,
    )
    if wanted == known:
        return
    clips.update_details(session, clip.id, wanted)
    if wanted.line != known.line and clip.status in (ClipStatus.READY, ClipStatus.FAILED):
        clips.set_status(session, clip.id, ClipStatus.QUEUED)
