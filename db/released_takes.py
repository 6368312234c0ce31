"""Queries on takes of a class that were released to be rated in another project."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from db.records import ClipRecord, ClipStatus
from db.rows import every, selecting
from db.tables import Clip, ReleasedTake


def add(session: Session, *, clip_id: str, source_clip_id: str, released_by: int | None) -> None:
    """Store that a clip is the take of a class."""
    session.add(ReleasedTake(clip_id=clip_id, source_clip_id=source_clip_id, released_by=released_by))
    session.flush()


def copies(session: Session, source_clip_ids: Collection[str]) -> tuple[ClipRecord, ...]:
    """The clips still there in other projects that some takes were released as."""
    wanted = (
        selecting(Clip, ClipRecord)
        .join(ReleasedTake, ReleasedTake.clip_id == Clip.id)
        .where(ReleasedTake.source_clip_id.in_(source_clip_ids), Clip.status != ClipStatus.WITHDRAWN)
    )
    return every(session, wanted.order_by(Clip.number), ClipRecord)
