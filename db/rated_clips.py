"""Which clips of a project are there to be rated, and which rows belong to a project through their clip."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import BindParameter

from db.records import ClipStatus
from db.tables import Clip, Take


def to_be_rated() -> ColumnElement[bool]:
    """That a clip is analysed and came in to be rated.

    What somebody performed is theirs and the lead's to see, and never put before other raters.
    """
    return and_(Clip.status == ClipStatus.READY, ~exists().where(Take.clip_id == Clip.id))


def belongs(project_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """That a joined clip is of a project, in a query that starts from its other table.

    A sum is looked up in no index: else the database may begin with the hundred thousand clips of a project
    to find the few rows of one person, or sort a million answers to give the newest.
    """
    return Clip.project_id + 0 == project_id


def count_to_be_rated(session: Session, project_id: int, *, below: int | None = None) -> int:
    """How many clips of a project are :func:`to_be_rated`, or those with a number under ``below``.

    Counted from two indexes: the ready clips, without the few of them that somebody performed.
    """
    ready: Select[tuple[int]] = (
        select(func.count())
        .select_from(Clip)
        .where(Clip.project_id == project_id, Clip.status == ClipStatus.READY)
    )
    performed: Select[tuple[int]] = (
        select(func.count())
        .select_from(Take)
        .join(Clip, Clip.id == Take.clip_id)
        .where(Take.project_id == project_id, belongs(project_id), Clip.status == ClipStatus.READY)
    )
    if below is not None:
        ready, performed = ready.where(Clip.number < below), performed.where(Clip.number < below)
    return (session.scalar(ready) or 0) - (session.scalar(performed) or 0)
