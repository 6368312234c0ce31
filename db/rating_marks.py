"""Queries on what stands beside answers: who gave them, which were taken back, which were controls."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.rated_clips import belongs
from db.records import TaskKey
from db.tables import Assignment, Clip, Person, Rating, Withdrawal


def raters_in_order(session: Session, project_id: int) -> tuple[int, ...]:
    """Ids of everybody who has answered in a project, in the order of their first answers."""
    first = (  # of each person apart: all answers together would have to be sorted
        select(Rating.id)
        .join(Clip, Clip.id == Rating.clip_id)
        .where(Rating.person_id == Person.id, belongs(project_id))
        .order_by(Rating.id)
        .limit(1)
        .scalar_subquery()
    )
    found = session.execute(select(first, Person.id)).all()
    return tuple(person_id for number, person_id in sorted(row for row in found if row[0] is not None))


def withdrawn(session: Session, project_id: int) -> frozenset[int]:
    """Ids of the ratings of a project that their raters took back."""
    return frozenset(
        session.scalars(
            select(Withdrawal.rating_id)
            .join(Rating, Rating.id == Withdrawal.rating_id + 0)  # from the few withdrawals to their answers
            .join(Clip, Clip.id == Rating.clip_id)
            .where(belongs(project_id))
        )
    )


def controls(session: Session, project_id: int) -> frozenset[TaskKey]:
    """The tasks of a project in which the prediction was withheld although the protocol would show it."""
    rows = session.execute(
        select(Assignment.clip_id, Assignment.person_id, Assignment.channel, Assignment.occasion)
        .join(Clip, Clip.id == Assignment.clip_id)
        .where(Clip.project_id == project_id, Assignment.control)
    )
    return frozenset(TaskKey(*row) for row in rows)
