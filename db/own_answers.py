"""Queries on a person's own answers, in the order in which they gave them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from db import ratings
from db.rated_clips import belongs
from db.records import ClipStatus, RatingRecord
from db.rows import first, selecting
from db.tables import Clip, Rating


def last(
    session: Session, project_id: int, person_id: int, *, before: int | None = None
) -> RatingRecord | None:
    """The newest answer of a person that stands, about a clip that is still there.

    Parameters
    ----------
    before : int, optional
        Id of a rating: the newest one given before it.
    """
    given = (
        selecting(Rating, RatingRecord)
        .join(Clip, Clip.id == Rating.clip_id)
        .where(
            Rating.person_id == person_id,
            belongs(project_id),
            Clip.status != ClipStatus.WITHDRAWN,
            ratings.standing(),
        )
        .order_by(Rating.id.desc())
    )
    if before is not None:
        given = given.where(Rating.id < before)
    return first(session, given, RatingRecord)
