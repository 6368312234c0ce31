"""Putting a task in a person's hand: whether it has a place, and until when it is kept.

Whether a clip still has a place is decided in the transaction that hands it out, so two raters never
get the same last one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services.control_clips import is_control
from dashboard.services.rating_protocol import protocol_of
from dashboard.services.refusals import worded
from dashboard.services.task_order import seat_of
from db import assignments, places, ratings
from db.errors import UnknownRowError
from db.records import AssignmentRecord, ProjectRecord, Purpose, TaskKey
from engine.vocabulary import Channel

RENEWED_SHARE: Final = 0.5
"""A lease is renewed once less than this share of it is left: not every look at a page has to write."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be rated, in a person's hand.

    Attributes
    ----------
    control : bool
        The prediction is withheld although the protocol would show it.
    expires_at : datetime
        Until then the place is theirs; a sign of life renews it.
    """

    key: TaskKey
    purpose: Purpose
    control: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class DueCheck:
    """A clip that is due to be asked as a check, before anything else."""

    clip_id: str
    channel: Channel
    occasion: int
    purpose: Purpose


CheckSource = Callable[[Session, ProjectRecord, int], DueCheck | None]
"""Says which check a person of a project is due, ``None`` for none now."""

CHECK_SOURCES: Final[list[CheckSource]] = []
"""Asked in turn before an ordinary task is chosen."""


def task_of(held: AssignmentRecord) -> Task:
    """An assignment as the task it hands out."""
    return Task(held.key, held.purpose, held.control, held.expires_at)


def standing_task(key: TaskKey, held: AssignmentRecord | None, moment: datetime) -> Task:
    """A task that needs no place, as it was handed out, if it ever was."""
    return Task(key, Purpose.ORDINARY, control=False, expires_at=moment) if held is None else task_of(held)


def held_by(
    session: Session, project: ProjectRecord, person_id: int, moment: datetime
) -> AssignmentRecord | None:
    """Where a person stopped, if it still has a place for them."""
    channels = protocol_of(project).channels
    for task in assignments.resumable(session, project.id, person_id):
        if task.channel in channels and has_place(session, project, task.key, task.purpose, moment):
            return task
    return None


def due_check(session: Session, project: ProjectRecord, person_id: int) -> DueCheck | None:
    """The check a person is due now, of the first source that names one."""
    found = (source(session, project, person_id) for source in CHECK_SOURCES)
    return next((due for due in found if due is not None), None)


def before_all(session: Session, project: ProjectRecord, person_id: int, moment: datetime) -> Task | None:
    """What comes before any new task: what is in hand, then a check that is due."""
    held = held_by(session, project, person_id, moment)
    if held is not None:
        return take(session, project, held.key, moment)
    due = due_check(session, project, person_id)
    if due is None:
        return None
    key = TaskKey(due.clip_id, person_id, due.channel, due.occasion)
    return take(session, project, key, moment, purpose=due.purpose)


def take_first(
    session: Session, project: ProjectRecord, offered: Sequence[TaskKey], moment: datetime
) -> Task | None:
    """The first of some tasks that still has a place, put in its person's hand."""
    taken = (take(session, project, key, moment) for key in offered)
    return next((task for task in taken if task is not None), None)


def take(
    session: Session,
    project: ProjectRecord,
    key: TaskKey,
    moment: datetime,
    *,
    purpose: Purpose = Purpose.ORDINARY,
) -> Task | None:
    """Put a task in its person's hand, ``None`` where it has no place left.

    Parameters
    ----------
    purpose : Purpose
        Of a task that was never handed out; an earlier one keeps its own.
    """
    earlier = assignments.find(session, key)
    purpose = purpose if earlier is None else earlier.purpose
    if not has_place(session, project, key, purpose, moment):
        return None
    rules = protocol_of(project)
    held = assignments.hand_out(
        session,
        key,
        purpose=purpose,
        control=is_control(project, rules, clip_id=key.clip_id, person_id=key.person_id, channel=key.channel),
        created_at=moment,
        expires_at=moment + timedelta(minutes=rules.lease_minutes),
    )
    return task_of(held)


def is_waning(project: ProjectRecord, held: AssignmentRecord, moment: datetime) -> bool:
    """Whether so little of a lease is left that it is to be renewed."""
    lease = timedelta(minutes=protocol_of(project).lease_minutes)
    left = held.expires_at - moment
    return not RENEWED_SHARE * lease <= left <= lease  # more than all of it: the clock was put back


def handed_out(session: Session, key: TaskKey) -> AssignmentRecord:
    """The assignment of a task.

    Raises
    ------
    UnknownRowError
        If it was never handed out.
    """
    held = assignments.find(session, key)
    if held is None:
        raise worded(UnknownRowError, "refusal.not_given")
    return held


def has_answered(session: Session, key: TaskKey) -> bool:
    """Whether the person's answer to a task stands."""
    given = ratings.current_for(
        session, key.clip_id, key.person_id, channel=key.channel, occasion=key.occasion
    )
    return given is not None


def has_place(
    session: Session, project: ProjectRecord, key: TaskKey, purpose: Purpose, moment: datetime
) -> bool:
    """Whether a task has a place for its person."""
    if purpose is not Purpose.ORDINARY:
        return True  # a check is asked of everybody who is due
    seat = seat_of(session, project, key.person_id, key.channel, moment)
    return places.is_free(session, seat, key.clip_id)
