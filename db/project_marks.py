"""A few small queries that tell whether anything in a project has changed since somebody looked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import running_counts
from db.records import ProjectMarks
from db.tables import Clip, Gold, Policy, Prediction, Promotion, Rating, Withdrawal


def of_project(session: Session, project_id: int) -> ProjectMarks:
    """How far ratings, predictions, clips and thresholds of a project are.

    Equal marks mean equal contents: all but clips are only ever added, and a clip's row carries the time
    of its last change.
    """
    ratings, predictions, gold = (
        running_counts.of_project(session, table, project_id) for table in (Rating, Prediction, Gold)
    )
    return ProjectMarks(
        ratings=(ratings.count, ratings.newest),
        predictions=(predictions.count, predictions.newest),
        gold=(gold.count, gold.newest),
        policies=_own(session, Policy, project_id),
        promotions=_own(session, Promotion, project_id),
        withdrawals=_withdrawals(session, project_id),
        clips=_clips(session, project_id),
    )


def _own(session: Session, table: type[Policy] | type[Promotion], project_id: int) -> tuple[int, int | None]:
    found = select(func.count(table.id), func.max(table.id)).where(table.project_id == project_id)
    count, newest = session.execute(found).one()
    return count, newest


def _withdrawals(session: Session, project_id: int) -> tuple[int, int | None]:
    """Answers taken back, which are few: each is looked up, rather than each answer."""
    whose = (
        select(Clip.project_id)
        .join(Rating, Rating.clip_id == Clip.id)
        .where(Rating.id == Withdrawal.rating_id)
        .scalar_subquery()
    )
    number = Withdrawal.rating_id
    found = select(func.count(number), func.max(number)).where(whose == project_id)
    count, newest = session.execute(found).one()
    return count, newest


def _clips(session: Session, project_id: int) -> tuple[int, datetime | None]:
    own = Clip.project_id == project_id
    count = session.scalar(select(func.count()).select_from(Clip).where(own)) or 0
    return count, session.scalar(select(func.max(Clip.updated_at)).where(own))
