"""Queries on flags: what raters want the lead to look at, append-only."""

from __future__ import annotations

from sqlalchemy import Select, exists
from sqlalchemy.orm import Session, aliased

from db.errors import RefusedValueError, UnknownRowError
from db.rated_clips import project_of
from db.records import FlagRecord
from db.rows import every, first, selecting
from db.tables import Flag


def add(session: Session, clip_id: str, person_id: int, *, reason: str, note: str = "") -> FlagRecord:
    """Store a flag.

    Raises
    ------
    RefusedValueError
        If no reason is given.
    """
    return _add(session, Flag(clip_id=clip_id, person_id=person_id, reason=reason, note=note))


def resolve(session: Session, flag_id: int, *, person_id: int, reason: str, note: str = "") -> FlagRecord:
    """Store that a flag is settled, and how.

    Raises
    ------
    UnknownRowError
        If there is no such flag.
    RefusedValueError
        If no reason is given.
    """
    flag = first(session, _all().where(Flag.id == flag_id), FlagRecord)
    if flag is None:
        raise UnknownRowError(f"There is no flag number {flag_id}; reload the list of flags.")
    settled = Flag(clip_id=flag.clip_id, person_id=person_id, reason=reason, note=note, resolves_id=flag_id)
    return _add(session, settled)


def open_of_project(session: Session, project_id: int) -> tuple[FlagRecord, ...]:
    """The flags of a project nobody has settled, oldest first."""
    waiting = _unsettled().where(project_of(Flag.clip_id) == project_id)
    return every(session, waiting.order_by(Flag.id), FlagRecord)


def open_of_clip(session: Session, clip_id: str) -> tuple[FlagRecord, ...]:
    """The flags of a clip nobody has settled, oldest first."""
    return every(session, _unsettled().where(Flag.clip_id == clip_id).order_by(Flag.id), FlagRecord)


def _add(session: Session, row: Flag) -> FlagRecord:
    row.reason = row.reason.strip()
    if not row.reason:
        raise RefusedValueError("A flag says why; choose or type a reason.")
    session.add(row)
    session.flush()
    stored = first(session, _all().where(Flag.id == row.id), FlagRecord)
    assert stored is not None  # it was written above
    return stored


def _unsettled() -> Select[tuple[object, ...]]:
    settling = aliased(Flag)
    return _all().where(Flag.resolves_id.is_(None), ~exists().where(settling.resolves_id == Flag.id))


def _all() -> Select[tuple[object, ...]]:
    return selecting(Flag, FlagRecord)
