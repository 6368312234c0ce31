"""Which clips of a project are there to be rated."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists

from db.records import ClipStatus
from db.tables import Clip, Take


def to_be_rated() -> ColumnElement[bool]:
    """That a clip is analysed and came in to be rated.

    What somebody performed is theirs and the lead's to see, and never put before other raters.
    """
    return and_(Clip.status == ClipStatus.READY, ~exists().where(Take.clip_id == Clip.id))
