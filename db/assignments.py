"""Queries on tasks handed to people: what is in hand, kept longer, left out, brought back."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    nulls_last,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from db import ratings
from db.prepared import Prepared, PreparedInsert
from db.rated_clips import belongs
from db.records import AssignmentRecord, ClipStatus, Purpose, SkipReason, TaskKey
from db.rows import every, first, selecting
from db.tables import Assignment, Clip, Draft, Rating
from engine.vocabulary import Channel


def find(session: Session, task: TaskKey) -> AssignmentRecord | None:
    """The assignment of a task, ``None`` where it was never handed out."""
    return _FIND.first(session, **asdict(task))


def of_clip(session: Session, clip_id: str, person_id: int) -> tuple[AssignmentRecord, ...]:
    """What of a clip was handed to a person, the last one touched first."""
    mine = _all().where(Assignment.person_id == person_id, Assignment.clip_id == clip_id)
    return every(session, mine.order_by(Assignment.expires_at.desc(), Assignment.id.desc()), AssignmentRecord)


def hand_out(
    session: Session,
    task: TaskKey,
    *,
    purpose: Purpose,
    control: bool,
    created_at: datetime,
    expires_at: datetime,
) -> AssignmentRecord:
    """Give a task to its person; one they had before is theirs anew and no longer left out.

    Purpose and control stay what they were when the task was handed out first.
    """
    earlier = find(session, task)
    if earlier is not None:
        _change(session, task, expires_at=expires_at, skipped_at=None, skip_reason=None, skip_note="")
        return replace(earlier, expires_at=expires_at, skipped_at=None, skip_reason=None, skip_note="")
    return _ADD.add(
        session,
        **asdict(task),
        purpose=purpose,
        control=control,
        created_at=created_at,
        expires_at=expires_at,
    )


def skip(
    session: Session, task: TaskKey, reason: SkipReason, *, note: str, skipped_at: datetime
) -> AssignmentRecord:
    """Note that the person leaves a task out; its place is free from then on."""
    _change(session, task, expires_at=skipped_at, skipped_at=skipped_at, skip_reason=reason, skip_note=note)
    return _one(session, task)


def unskip(session: Session, task: TaskKey) -> None:
    """Forget that a task was left out, if it was; its place has to be found anew."""
    _change(session, task, skipped_at=None, skip_reason=None, skip_note="")


def skipped(session: Session, project_id: int, person_id: int) -> tuple[AssignmentRecord, ...]:
    """What a person has left out and not answered since, the longest ago first."""
    left_out = _left_out(project_id, person_id).order_by(Assignment.skipped_at, Assignment.id)
    return every(session, left_out, AssignmentRecord)


def last_skipped(session: Session, project_id: int, person_id: int) -> AssignmentRecord | None:
    """What a person has left out last and not answered since."""
    left_out = _left_out(project_id, person_id)
    return first(
        session, left_out.order_by(Assignment.skipped_at.desc(), Assignment.id.desc()), AssignmentRecord
    )


def next_skipped(
    session: Session, project_id: int, person_id: int, *, since: datetime, behind: AssignmentRecord | None
) -> AssignmentRecord | None:
    """What a person left out longest ago, of ready clips.

    Parameters
    ----------
    since : datetime
        Only what was left out before, and not again then.
    behind : AssignmentRecord, optional
        Only what was left out after this one was.
    """
    waiting = _left_out(project_id, person_id).where(
        Clip.status == ClipStatus.READY, Assignment.skipped_at < since
    )
    if behind is not None and behind.skipped_at is not None:
        is_tied = and_(Assignment.skipped_at == behind.skipped_at, Assignment.id > behind.id)
        waiting = waiting.where(or_(Assignment.skipped_at > behind.skipped_at, is_tied))
    return first(session, waiting.order_by(Assignment.skipped_at, Assignment.id), AssignmentRecord)


def newest(
    session: Session, project_id: int, person_id: int, *, channel: Channel | None = None
) -> AssignmentRecord | None:
    """The task, of one channel or of any, that was first handed to a person last."""
    of_person = {"project_id": project_id, "person_id": person_id}
    if channel is None:
        return _NEWEST.first(session, **of_person)
    return _NEWEST_OF_CHANNEL.first(session, **of_person, channel=channel)


def resumable(session: Session, project_id: int, person_id: int) -> tuple[AssignmentRecord, ...]:
    """Where a person stopped, neither answered nor left out: tasks with a draft, then the last one touched.

    Of the drafts the one saved last comes first. Tasks touched before the last one were moved on from.
    """
    return _RESUMABLE.every(session, project_id=project_id, person_id=person_id)


def answered() -> ColumnElement[bool]:
    """That the answer of an assignment's person to its task stands."""
    return exists().where(
        Rating.person_id == Assignment.person_id,
        Rating.clip_id == Assignment.clip_id,
        Rating.channel == Assignment.channel,
        Rating.occasion == Assignment.occasion,
        ratings.standing(),
    )


def has_later(session: Session, task: TaskKey) -> bool:
    """Whether the person was given another channel of the clip after this task."""
    mine = select(func.max(Assignment.id)).where(*_is_of(task)).scalar_subquery()
    later = select(Assignment.id).where(
        Assignment.person_id == task.person_id,
        Assignment.clip_id == task.clip_id,
        Assignment.channel != task.channel,
        Assignment.id > mine,
    )
    return session.scalar(later.limit(1)) is not None


def _is_of(task: TaskKey) -> tuple[ColumnElement[bool], ...]:
    return (
        Assignment.person_id == task.person_id,
        Assignment.clip_id == task.clip_id,
        Assignment.channel == task.channel,
        Assignment.occasion == task.occasion,
    )


def _of_person() -> Select[tuple[object, ...]]:
    return (
        _all()
        .join(Clip, Clip.id == Assignment.clip_id)
        .where(
            Assignment.person_id == bindparam("person_id"),
            belongs(bindparam("project_id")),
        )
    )


def _left_out(project_id: int, person_id: int) -> Select[tuple[object, ...]]:
    mine = _of_person().params(project_id=project_id, person_id=person_id)
    return mine.where(Assignment.skipped_at.is_not(None), ~answered())


def _change(session: Session, task: TaskKey, **changes: object) -> None:
    session.execute(
        update(Assignment).where(*_is_of(task)).values(**changes),
        execution_options={"synchronize_session": False},
    )


def _one(session: Session, task: TaskKey) -> AssignmentRecord:
    found = find(session, task)
    assert found is not None  # it was written in this transaction
    return found


def _all() -> Select[tuple[object, ...]]:
    return selecting(Assignment, AssignmentRecord)


def _resumable() -> Select[tuple[object, ...]]:
    last = (
        select(Assignment.id)
        .join(Clip, Clip.id == Assignment.clip_id)
        .where(Assignment.person_id == bindparam("person_id"), belongs(bindparam("project_id")))
        .order_by(Assignment.expires_at.desc(), Assignment.id.desc())
        .limit(1)
        .subquery()
    )
    is_begun = (
        (Draft.person_id == Assignment.person_id)
        & (Draft.clip_id == Assignment.clip_id)
        & (Draft.channel == Assignment.channel)
        & (Draft.occasion == Assignment.occasion)
    )
    begun = select(Assignment.id).join(Draft, is_begun).where(Draft.person_id == bindparam("person_id"))
    return (
        _of_person()
        .outerjoin(Draft, is_begun)
        .where(
            Assignment.id.in_(union_all(begun, select(last.c.id))),
            Assignment.skipped_at.is_(None),
            ~answered(),
        )
        .order_by(nulls_last(Draft.saved_at.desc()))
    )


_FIND: Final = Prepared(
    AssignmentRecord,
    _all().where(
        Assignment.person_id == bindparam("person_id"),
        Assignment.clip_id == bindparam("clip_id"),
        Assignment.channel == bindparam("channel"),
        Assignment.occasion == bindparam("occasion"),
    ),
)
_ADD: Final = PreparedInsert(Assignment, AssignmentRecord)
_NEWEST: Final = Prepared(AssignmentRecord, _of_person().order_by(Assignment.id.desc()))
_NEWEST_OF_CHANNEL: Final = Prepared(
    AssignmentRecord,
    _of_person().where(Assignment.channel == bindparam("channel")).order_by(Assignment.id.desc()),
)
_RESUMABLE: Final = Prepared(AssignmentRecord, _resumable())
