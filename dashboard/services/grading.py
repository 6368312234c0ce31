"""Grading: whose work waits; marks, second marks, decisions, remarks about moments."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import classes as rooms
from dashboard.services import rubric
from dashboard.services.marks import GradeState, Standing, standing
from dashboard.services.permissions import Act, NotAllowedError, require
from dashboard.services.refusals import worded
from dashboard.services.rubric import Criterion
from db import audit, classes, clips, people
from db.errors import RefusedValueError
from db.records import (
    GradePart,
    GradeRecord,
    PersonRecord,
    SecondMarkingRecord,
    SetWorkRecord,
    TimedCommentRecord,
)
from db.session import reading, writing
from engine.vocabulary import Role

REMARK_LENGTH: Final = 4000


@dataclass(frozen=True, slots=True)
class Row:
    """A student of the list, and where their work stands."""

    student: PersonRecord
    takes: int
    standing: Standing
    second: SecondMarkingRecord | None
    is_mine: bool
    """Whether it waits for the one who looks: unmarked, their second mark, or a dispute."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What was set, and everybody's work on it, by name."""

    work: SetWorkRecord
    criteria: tuple[Criterion, ...]
    rows: tuple[Row, ...]


def desk(assignment_id: int, *, person_id: int | None) -> Desk:
    """Everybody's work on what was set.

    Raises
    ------
    NotAllowedError
        If the person does not grade here.
    UnknownRowError
        If there is no such work.
    """
    with reading() as session:
        work = classes.work(session, assignment_id)
        require(session, work.project_id, person_id, Act.GRADE)
        return desk_of(session, work, person_id)


def desk_of(session: Session, work: SetWorkRecord, person_id: int | None) -> Desk:
    """The same in a transaction of the caller, who has checked who asks."""
    criteria = rubric.read(work.rubric)
    seconds = classes.second_markings(session, work.id)
    takes: dict[int, int] = {}
    for take in classes.takes_of_work(session, work.id):
        takes[take.person_id] = takes.get(take.person_id, 0) + 1
    grades: dict[int, list[GradeRecord]] = {}
    for grade in classes.grades_of_work(session, work.id):
        grades.setdefault(grade.student_id, []).append(grade)
    listed = {student.id: student for student in rooms.students(session, work.project_id)}
    for left in (takes.keys() | grades.keys()) - listed.keys():
        listed[left] = people.by_id(session, left)  # off the list since, but their work is here
    rows = []
    for student in sorted(listed.values(), key=lambda each: each.name.casefold()):
        count, second = takes.get(student.id, 0), seconds.get(student.id)
        found = standing(criteria, grades.get(student.id, ()), has_takes=count > 0, second=second)
        rows.append(Row(student, count, found, second, _waits_for(found, second, person_id)))
    return Desk(work, criteria, tuple(rows))


def mark(
    assignment_id: int, student_id: int, scores: Mapping[str, int], *, remark: str = "", person_id: int
) -> GradeRecord:
    """Give a mark, or change one's own; somebody else's stays as it is.

    Raises
    ------
    RefusedValueError
        If a score is missing, the remark is too long, or the student handed nothing in.
    NotAllowedError
        If the person does not grade here.
    """
    return _grade(assignment_id, student_id, scores, remark=remark, person_id=person_id, part=GradePart.MARK)


def settle(
    assignment_id: int, student_id: int, scores: Mapping[str, int], *, remark: str, person_id: int
) -> GradeRecord:
    """Decide where marks differ; a reason is asked for. It is the grade until somebody marks anew.

    Raises
    ------
    RefusedValueError
        As :func:`mark`, and if no reason is given or nothing is to be settled.
    """
    if not remark.strip():
        raise worded(RefusedValueError, "classes.refusal.why")
    return _grade(
        assignment_id, student_id, scores, remark=remark, person_id=person_id, part=GradePart.MODERATION
    )


def ask_second(assignment_id: int, student_id: int, marker_id: int, *, person_id: int) -> None:
    """Ask somebody who grades here for a second mark; they do not see the first before they gave theirs.

    Raises
    ------
    RefusedValueError
        If they do not grade here, or have marked the work already.
    """
    with writing() as session:
        work = classes.work(session, assignment_id)
        require(session, work.project_id, person_id, Act.GRADE)
        given = classes.grades_of_work(session, work.id, student_id=student_id)
        role = people.role_in(session, work.project_id, marker_id)
        if role not in (Role.INSTRUCTOR, Role.ADMIN) or any(each.marker_id == marker_id for each in given):
            raise worded(RefusedValueError, "classes.refusal.second")
        classes.ask_second(session, work.id, student_id, marker_id, requested_by=person_id)
        audit.write(
            session,
            "class.ask_second",
            f"assignment:{work.id}",
            person_id=person_id,
            details={"student": student_id, "marker": marker_id},
        )


def comment(clip_id: str, *, at_s: float, text: str, person_id: int) -> TimedCommentRecord:
    """Pin a remark to a moment of a take.

    Raises
    ------
    RefusedValueError
        If it says nothing or too much, or its moment lies outside the take.
    NotAllowedError
        If the person does not grade here.
    """
    said = text.strip()
    with writing() as session:
        clip = clips.get(session, clip_id)
        require(session, clip.project_id, person_id, Act.GRADE)
        if classes.take_of_clip(session, clip_id) is None:
            raise worded(RefusedValueError, "classes.refusal.other_clip")
        if not 0 < len(said) <= REMARK_LENGTH:
            raise worded(RefusedValueError, "classes.refusal.text", n=REMARK_LENGTH)
        end = clip.duration_s
        if not math.isfinite(at_s) or at_s < 0 or (end is not None and at_s > end + 1):
            raise worded(RefusedValueError, "classes.refusal.moment")
        audit.write(session, "class.comment", f"clip:{clip_id}", person_id=person_id)
        return classes.comment(session, clip_id, author_id=person_id, at_s=at_s, text=said)


def drop_comment(comment_id: int, *, person_id: int) -> None:
    """Take away a remark of one's own.

    Raises
    ------
    NotAllowedError
        If somebody else wrote it.
    """
    with writing() as session:
        found = classes.comment_of(session, comment_id)
        if found.author_id != person_id:
            raise worded(NotAllowedError, "classes.refusal.other_comment")
        audit.write(session, "class.drop_comment", f"clip:{found.clip_id}", person_id=person_id)
        classes.drop_comment(session, comment_id)


def _grade(
    assignment_id: int,
    student_id: int,
    scores: Mapping[str, int],
    *,
    remark: str,
    person_id: int,
    part: GradePart,
) -> GradeRecord:
    if len(remark) > REMARK_LENGTH:
        raise worded(RefusedValueError, "classes.refusal.text", n=REMARK_LENGTH)
    with writing() as session:
        work = classes.work(session, assignment_id)
        require(session, work.project_id, person_id, Act.GRADE)
        criteria = rubric.read(work.rubric)
        kept = rubric.checked(criteria, scores)
        if not classes.takes_of_work(session, work.id, person_id=student_id):
            raise worded(RefusedValueError, "classes.refusal.nothing")
        if part is GradePart.MODERATION:
            grades = classes.grades_of_work(session, work.id, student_id=student_id)
            second = classes.second_markings(session, work.id).get(student_id)
            found = standing(criteria, grades, has_takes=True, second=second)
            if found.state is not GradeState.DISPUTED and found.settled is None:
                raise worded(RefusedValueError, "classes.refusal.nothing_to_settle")
        stored = classes.add_grade(
            session, work.id, student_id, marker_id=person_id, part=part, scores=kept, remark=remark.strip()
        )
        audit.write(
            session,
            f"class.{part.value}",
            f"assignment:{work.id}",
            person_id=person_id,
            details={"student": student_id, "grade": stored.id},
        )
        return stored


def _waits_for(found: Standing, second: SecondMarkingRecord | None, person_id: int | None) -> bool:
    if found.state is GradeState.SECOND:
        return second is not None and second.marker_id == person_id
    return found.state in (GradeState.TO_MARK, GradeState.DISPUTED)
