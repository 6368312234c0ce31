"""One student's work as whoever looks at it may see it: takes, marks, remarks, the machine's advice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dashboard.services import classes as rooms
from dashboard.services import rubric
from dashboard.services.class_takes import newest
from dashboard.services.marks import Standing, standing
from dashboard.services.permissions import Act, NotAllowedError, require
from dashboard.services.refusals import worded
from dashboard.services.rubric import Criterion
from dashboard.services.take_advice import advice
from db import classes, clips, people, projects
from db.records import (
    ClassTakeRecord,
    ClipRecord,
    ClipStatus,
    GradePart,
    GradeRecord,
    PersonRecord,
    SecondMarkingRecord,
    SetWorkRecord,
    TimedCommentRecord,
)
from db.session import reading


@dataclass(frozen=True, slots=True)
class ShownTake:
    """A take as it is graded.

    Attributes
    ----------
    counts : bool
        It is the newest of its line.
    advice : Mapping of str to str
        What the machine says, by criterion; empty where the class does not show it.
    """

    take: ClassTakeRecord
    clip: ClipRecord
    line: str
    counts: bool
    comments: tuple[TimedCommentRecord, ...]
    advice: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StudentWork:
    """One student's work.

    Attributes
    ----------
    takes : tuple of ShownTake
        In the order of the lines, the newest of a line first; removed ones are left out.
    own : GradeRecord or None
        The mark of the one who looks.
    is_blind : bool
        Whether other marks and remarks are withheld until the one who looks has given theirs.
    names : Mapping of int to str
        Of everybody who marked or remarked.
    """

    work: SetWorkRecord
    criteria: tuple[Criterion, ...]
    student: PersonRecord
    takes: tuple[ShownTake, ...]
    standing: Standing
    second: SecondMarkingRecord | None
    own: GradeRecord | None
    is_blind: bool
    names: Mapping[int, str]


def student_work(assignment_id: int, student_id: int, *, person_id: int | None) -> StudentWork:
    """One student's work as the person who looks may see it.

    Raises
    ------
    NotAllowedError
        If the person does not grade here, and it is not their own work given back to them.
    UnknownRowError
        If there is no such work or student.
    """
    with reading() as session:
        work = classes.work(session, assignment_id)
        may_see(session, work, student_id, person_id)
        return work_of(session, work, student_id, person_id)


def may_see(session: Session, work: SetWorkRecord, student_id: int, person_id: int | None) -> None:
    """Refuse whoever may see neither everybody's grades here nor these, as their own that were given back.

    Raises
    ------
    NotAllowedError
        In one sentence.
    """
    if person_id is not None and person_id == student_id:
        require(session, work.project_id, person_id, Act.HAND_IN)
        if work.released_at is None:
            raise worded(NotAllowedError, "classes.refusal.not_given_back")
        return
    require(session, work.project_id, person_id, Act.GRADE)


def work_of(session: Session, work: SetWorkRecord, student_id: int, person_id: int | None) -> StudentWork:
    """One student's work, in a transaction of the caller, who has checked who asks."""
    project = projects.by_id(session, work.project_id)
    criteria = rubric.read(work.rubric)
    second = classes.second_markings(session, work.id).get(student_id)
    grades = classes.grades_of_work(session, work.id, student_id=student_id)
    takes = classes.takes_of_work(session, work.id, person_id=student_id)
    own = next((each for each in grades if each.marker_id == person_id and each.part is GradePart.MARK), None)
    is_blind = second is not None and second.marker_id == person_id and own is None
    comments = () if is_blind else classes.comments(session, [take.clip_id for take in takes])
    counting = set(newest(takes).values())
    shown = []
    for take in sorted(takes, key=lambda each: (each.line_number, -each.id)):
        clip = clips.get(session, take.clip_id)
        if clip.status is ClipStatus.WITHDRAWN:
            continue
        says = rooms.shows_machine(project) and student_id != person_id
        shown.append(
            ShownTake(
                take=take,
                clip=clip,
                line=work.lines[take.line_number - 1],
                counts=take in counting,
                comments=tuple(each for each in comments if each.clip_id == clip.id),
                advice=advice(session, clip, work) if says else {},
            )
        )
    found = standing(criteria, grades, has_takes=bool(takes), second=second)
    if is_blind:
        found = Standing(found.state, None, {}, ())
    ids = {mark.marker_id for mark in found.marks} | {each.author_id for each in comments}
    ids |= {found.settled.marker_id} if found.settled is not None else set()
    return StudentWork(
        work=work,
        criteria=criteria,
        student=people.by_id(session, student_id),
        takes=tuple(shown),
        standing=found,
        second=second,
        own=own,
        is_blind=is_blind,
        names={each: people.by_id(session, each).name for each in ids},
    )


@dataclass(frozen=True, slots=True)
class OwnTake:
    """A student's own take; the remarks about it once grades were given back."""

    take: ClassTakeRecord
    clip: ClipRecord
    comments: tuple[TimedCommentRecord, ...]


def own_takes(project_id: int, *, person_id: int) -> tuple[OwnTake, ...]:
    """What somebody handed in in a class and is still there, the newest first.

    Raises
    ------
    NotAllowedError
        If the person is not of the class.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.HAND_IN)
        found = []
        for work in classes.work_of_project(session, project_id):
            takes = classes.takes_of_work(session, work.id, person_id=person_id)
            given_back = work.released_at is not None
            said = classes.comments(session, [take.clip_id for take in takes]) if given_back else ()
            for take in takes:
                clip = clips.get(session, take.clip_id)
                if clip.status is not ClipStatus.WITHDRAWN:
                    own = tuple(each for each in said if each.clip_id == clip.id)
                    found.append(OwnTake(take, clip, own))
    return tuple(sorted(found, key=lambda each: -each.take.id))
