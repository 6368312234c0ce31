"""Queries on takes: who performed which clip, and of which line."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Select
from sqlalchemy.orm import Session

from db.records import TakeRecord
from db.rows import every, first, selecting
from db.tables import Take

MOST: Final = 200
"""Takes of one person that are looked through for those of one line."""


def add(
    session: Session,
    *,
    clip_id: str,
    project_id: int,
    person_id: int,
    recording_key: str,
    script_line_id: int | None = None,
    assignment_id: int | None = None,
) -> TakeRecord:
    """Store a take.

    Raises
    ------
    AlreadyThereError
        If the clip is somebody's take already, or the key was used (raised when the transaction is
        flushed).
    """
    session.add(
        Take(
            clip_id=clip_id,
            project_id=project_id,
            person_id=person_id,
            recording_key=recording_key,
            script_line_id=script_line_id,
            assignment_id=assignment_id,
        )
    )
    session.flush()
    stored = by_key(session, recording_key)
    assert stored is not None
    return stored


def by_key(session: Session, recording_key: str) -> TakeRecord | None:
    """The take handed in under a browser's key, ``None`` without one."""
    return first(session, _all().where(Take.recording_key == recording_key), TakeRecord)


def of_clip(session: Session, clip_id: str) -> TakeRecord | None:
    """Whose take a clip is, ``None`` where it was not performed here."""
    return first(session, _all().where(Take.clip_id == clip_id), TakeRecord)


def newest(session: Session, project_id: int, person_id: int, *, limit: int = MOST) -> tuple[TakeRecord, ...]:
    """A person's takes in a project, the newest first."""
    own = _all().where(Take.person_id == person_id, Take.project_id == project_id)
    return every(session, own.order_by(Take.id.desc()).limit(limit), TakeRecord)


def _all() -> Select[tuple[object, ...]]:
    return selecting(Take, TakeRecord)
