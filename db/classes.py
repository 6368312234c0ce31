"""Queries on classes: work that is set, takes handed in, grades, and remarks about moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.columns import now
from db.errors import UnknownRowError
from db.records import (
    ClassTakeRecord,
    GradePart,
    GradeRecord,
    SecondMarkingRecord,
    SetWork,
    SetWorkRecord,
    TimedCommentRecord,
)
from db.rows import every, first, selecting
from db.tables import (
    ChannelMedia,
    ClassAssignment,
    ClassGrade,
    ClassTake,
    Clip,
    Project,
    SecondMarking,
    Take,
    TimedComment,
)

CLASS_SETTING: Final = "is_class"
"""Where a project's settings say that it is a class."""


def set_work(session: Session, project_id: int, wanted: SetWork, *, created_by: int | None) -> SetWorkRecord:
    """Store work for a class."""
    row = ClassAssignment(project_id=project_id, created_by=created_by, **_columns(wanted))
    session.add(row)
    session.flush()
    return work(session, row.id)


def change_work(session: Session, assignment_id: int, wanted: SetWork) -> SetWorkRecord:
    """Replace what is set."""
    row = session.get_one(ClassAssignment, assignment_id)
    for name, value in _columns(wanted).items():
        setattr(row, name, value)
    session.flush()
    return work(session, assignment_id)


def release(session: Session, assignment_id: int, at: datetime | None) -> SetWorkRecord:
    """Give the grades back to the students, or take them back with ``None``."""
    session.get_one(ClassAssignment, assignment_id).released_at = at
    session.flush()
    return work(session, assignment_id)


def work(session: Session, assignment_id: int) -> SetWorkRecord:
    """The work of that number.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    wanted = selecting(ClassAssignment, SetWorkRecord).where(ClassAssignment.id == assignment_id)
    found = first(session, wanted, SetWorkRecord)
    if found is None:
        raise UnknownRowError(f"There is no assignment number {assignment_id}; open the list of the class.")
    return found


def work_of_project(session: Session, project_id: int) -> tuple[SetWorkRecord, ...]:
    """Everything set for a class, the oldest first."""
    wanted = selecting(ClassAssignment, SetWorkRecord).where(ClassAssignment.project_id == project_id)
    return every(session, wanted.order_by(ClassAssignment.id), SetWorkRecord)


def hand_in(
    session: Session, assignment_id: int, person_id: int, clip_id: str, *, line_number: int
) -> ClassTakeRecord:
    """Store that a clip is a student's take; raises AlreadyThereError if it is one already (at flush)."""
    session.add(
        ClassTake(assignment_id=assignment_id, person_id=person_id, clip_id=clip_id, line_number=line_number)
    )
    session.flush()
    stored = take_of_clip(session, clip_id)
    assert stored is not None  # it was written above
    return stored


def take_of_clip(session: Session, clip_id: str) -> ClassTakeRecord | None:
    """The take that a clip is, ``None`` where nobody handed it in."""
    wanted = selecting(ClassTake, ClassTakeRecord).where(ClassTake.clip_id == clip_id)
    return first(session, wanted, ClassTakeRecord)


def takes_of_work(
    session: Session, assignment_id: int, *, person_id: int | None = None
) -> tuple[ClassTakeRecord, ...]:
    """What was handed in, the oldest first; of one student if asked."""
    wanted = selecting(ClassTake, ClassTakeRecord).where(ClassTake.assignment_id == assignment_id)
    if person_id is not None:
        wanted = wanted.where(ClassTake.person_id == person_id)
    return every(session, wanted.order_by(ClassTake.id), ClassTakeRecord)


def clips_of_person(session: Session, project_id: int, person_id: int) -> tuple[str, ...]:
    """Ids of the clips a student handed in, in a class."""
    wanted = (
        select(ClassTake.clip_id)
        .join(ClassAssignment, ClassAssignment.id == ClassTake.assignment_id)
        .where(ClassAssignment.project_id == project_id, ClassTake.person_id == person_id)
    )
    return tuple(session.scalars(wanted.order_by(ClassTake.id)))


def add_grade(
    session: Session,
    assignment_id: int,
    student_id: int,
    *,
    marker_id: int,
    part: GradePart,
    scores: Mapping[str, int],
    remark: str,
) -> GradeRecord:
    """Store what somebody says about a student's work; what they said before stays behind it."""
    row = ClassGrade(
        assignment_id=assignment_id,
        student_id=student_id,
        marker_id=marker_id,
        part=part,
        scores=dict(scores),
        remark=remark,
    )
    session.add(row)
    session.flush()
    stored = first(session, selecting(ClassGrade, GradeRecord).where(ClassGrade.id == row.id), GradeRecord)
    assert stored is not None  # it was written above
    return stored


def grades_of_work(
    session: Session, assignment_id: int, *, student_id: int | None = None
) -> tuple[GradeRecord, ...]:
    """The grades that count: the newest of each student, marker and part, the oldest of these first."""
    later = aliased(ClassGrade)
    replaced = exists().where(
        later.assignment_id == ClassGrade.assignment_id,
        later.student_id == ClassGrade.student_id,
        later.marker_id == ClassGrade.marker_id,
        later.part == ClassGrade.part,
        later.id > ClassGrade.id,
    )
    wanted = selecting(ClassGrade, GradeRecord).where(ClassGrade.assignment_id == assignment_id, ~replaced)
    if student_id is not None:
        wanted = wanted.where(ClassGrade.student_id == student_id)
    return every(session, wanted.order_by(ClassGrade.id), GradeRecord)


def has_grades(session: Session, assignment_id: int) -> bool:
    """Whether anybody has graded the work."""
    return bool(session.scalar(select(exists().where(ClassGrade.assignment_id == assignment_id))))


def ask_second(
    session: Session, assignment_id: int, student_id: int, marker_id: int, *, requested_by: int
) -> None:
    """Ask somebody to mark a student's work a second time, in place of whoever was asked before."""
    row = session.get(SecondMarking, (assignment_id, student_id))
    if row is None:
        session.add(
            SecondMarking(
                assignment_id=assignment_id,
                student_id=student_id,
                marker_id=marker_id,
                requested_by=requested_by,
            )
        )
    else:
        row.marker_id, row.requested_by, row.created_at = marker_id, requested_by, now()
    session.flush()


def second_markings(session: Session, assignment_id: int) -> Mapping[int, SecondMarkingRecord]:
    """Who was asked to mark a second time, by student."""
    wanted = selecting(SecondMarking, SecondMarkingRecord).where(SecondMarking.assignment_id == assignment_id)
    return {each.student_id: each for each in every(session, wanted, SecondMarkingRecord)}


def comment(session: Session, clip_id: str, *, author_id: int, at_s: float, text: str) -> TimedCommentRecord:
    """Pin a remark to a moment of a take."""
    row = TimedComment(clip_id=clip_id, author_id=author_id, at_s=at_s, text=text)
    session.add(row)
    session.flush()
    return comment_of(session, row.id)


def comment_of(session: Session, comment_id: int) -> TimedCommentRecord:
    """The remark of that number.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    wanted = selecting(TimedComment, TimedCommentRecord).where(TimedComment.id == comment_id)
    found = first(session, wanted, TimedCommentRecord)
    if found is None:
        raise UnknownRowError(f"There is no remark number {comment_id}; reload the page.")
    return found


def comments(session: Session, clip_ids: Sequence[str]) -> tuple[TimedCommentRecord, ...]:
    """The remarks about some takes, in the order of their moments."""
    wanted = selecting(TimedComment, TimedCommentRecord).where(TimedComment.clip_id.in_(clip_ids))
    return every(session, wanted.order_by(TimedComment.at_s, TimedComment.id), TimedCommentRecord)


def drop_comment(session: Session, comment_id: int) -> None:
    """Take a remark away."""
    session.execute(delete(TimedComment).where(TimedComment.id == comment_id))


def drop_comments(session: Session, clip_ids: Sequence[str]) -> None:
    """Take away every remark about some takes."""
    session.execute(delete(TimedComment).where(TimedComment.clip_id.in_(clip_ids)))


def is_class(session: Session, project_id: int) -> bool:
    """Whether a project is a class."""
    setting = select(Project.settings[CLASS_SETTING].as_boolean()).where(Project.id == project_id)
    return bool(session.scalar(setting))


def holders(session: Session, key: str) -> tuple[tuple[str, int, int | None], ...]:
    """Which clips show the media file of ``key``: id, project, and the student whose take it is if any."""
    shown = or_(Clip.media_key == key, Clip.browser_key == key, Clip.thumbnail_key == key)
    of_channel = select(ChannelMedia.clip_id).where(ChannelMedia.media_key == key)
    return _holders(session, or_(shown, Clip.id.in_(of_channel)))


def holder(session: Session, clip_id: str) -> tuple[str, int, int | None] | None:
    """A clip with its project and the student whose take it is; see :func:`holders`."""
    return next(iter(_holders(session, Clip.id == clip_id)), None)


def handed_in(session: Session, project_id: int) -> Mapping[tuple[int, int], int]:
    """How many takes there are, by assignment and student."""
    rows = session.execute(
        select(ClassTake.assignment_id, ClassTake.person_id, func.count())
        .join(ClassAssignment, ClassAssignment.id == ClassTake.assignment_id)
        .where(ClassAssignment.project_id == project_id)
        .group_by(ClassTake.assignment_id, ClassTake.person_id)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def _holders(session: Session, which: ColumnElement[bool]) -> tuple[tuple[str, int, int | None], ...]:
    rows = session.execute(
        select(Clip.id, Clip.project_id, func.coalesce(ClassTake.person_id, Take.person_id))
        .outerjoin(ClassTake, ClassTake.clip_id == Clip.id)
        .outerjoin(Take, Take.clip_id == Clip.id)
        .where(which)
        .order_by(Clip.number)
    )
    return tuple((row[0], row[1], row[2]) for row in rows)


def _columns(wanted: SetWork) -> dict[str, object]:
    return {
        "title": wanted.title,
        "instructions": wanted.instructions,
        "lines": list(wanted.lines),
        "target": wanted.target,
        "emotion": wanted.emotion,
        "rubric": [dict(criterion) for criterion in wanted.rubric],
    }
