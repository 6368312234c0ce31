"""Queries on whose face of a clip is to be read: append-only, the newest of a clip counts."""

from __future__ import annotations

from sqlalchemy.orm import Session

from db.records import FaceChoiceRecord
from db.rows import first, selecting
from db.tables import FaceChoice


def add(session: Session, clip_id: str, face: int | None, *, person_id: int | None) -> FaceChoiceRecord:
    """Store a choice; without a face it is left to the engine again."""
    session.add(FaceChoice(clip_id=clip_id, person_id=person_id, face=face))
    session.flush()
    stored = newest(session, clip_id)
    assert stored is not None  # it was written above
    return stored


def newest(session: Session, clip_id: str) -> FaceChoiceRecord | None:
    """The choice that counts, ``None`` where nobody has chosen."""
    statement = selecting(FaceChoice, FaceChoiceRecord).where(FaceChoice.clip_id == clip_id)
    return first(session, statement.order_by(FaceChoice.id.desc()), FaceChoiceRecord)
