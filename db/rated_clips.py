"""Which clips of a project are there to be rated, and which rows belong to a project through their clip."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, select
from sqlalchemy.orm import InstrumentedAttribute
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


def project_of(clip_id: InstrumentedAttribute[str], *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """The project of a row's clip, looked up row by row; none where the clip does not fulfil the conditions.

    For rows that are few, such as decisions or what one person has answered: joined, PostgreSQL begins with
    all the project's clips.
    """
    return select(Clip.project_id).where(Clip.id == clip_id, *conditions).scalar_subquery()
