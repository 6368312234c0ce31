"""One small query that tells whether anything in a project has changed since somebody looked."""

from __future__ import annotations

from functools import reduce
from typing import Final

from sqlalchemy import ColumnElement, FromClause, Subquery, func, select, true
from sqlalchemy.orm import Session

from db.records import ProjectMarks
from db.tables import Clip, Gold, Policy, Prediction, Promotion, Rating, Withdrawal

_CLIPS_OWN: Final = (  # rows that belong to a project through a clip: the table's number, its clip
    (Rating.id, Rating.clip_id),
    (Prediction.id, Prediction.clip_id),
    (Gold.id, Gold.clip_id),
)


def of_project(session: Session, project_id: int) -> ProjectMarks:
    """How far ratings, predictions, clips and thresholds of a project are.

    Equal marks mean equal contents: all but clips are only ever added, and a clip's row carries the time
    of its last change. Rows are counted beside the newest number, which alone could be overtaken where
    transactions end in another order than they began.
    """
    mine: ColumnElement[bool] = Clip.project_id == project_id
    sides: list[Subquery] = [  # one row each, so that all beside each other are one row
        select(func.count(number), func.max(number)).join(Clip, Clip.id == clip).where(mine).subquery()
        for number, clip in _CLIPS_OWN
    ]
    sides += [
        select(func.count(own.id), func.max(own.id)).where(own.project_id == project_id).subquery()
        for own in (Policy, Promotion)
    ]
    sides += [
        select(func.count(Withdrawal.rating_id), func.max(Withdrawal.rating_id))
        .join(Rating, Rating.id == Withdrawal.rating_id)
        .join(Clip, Clip.id == Rating.clip_id)
        .where(mine)
        .subquery(),
        select(func.count(Clip.number), func.max(Clip.updated_at)).where(mine).subquery(),
    ]
    beside: FromClause = reduce(lambda done, side: done.join(side, true()), sides[1:], sides[0])
    row = session.execute(
        select(*(column for side in sides for column in side.columns)).select_from(beside)
    ).one()
    pairs = [(int(row[at]), row[at + 1]) for at in range(0, len(row), 2)]
    ratings, predictions, gold, policies, promotions, withdrawals, clips = pairs
    return ProjectMarks(
        ratings=ratings,
        predictions=predictions,
        gold=gold,
        policies=policies,
        promotions=promotions,
        withdrawals=withdrawals,
        clips=clips,
    )
