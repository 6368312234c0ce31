"""The audit log: who did what; each line is chained to the one before by a SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.columns import now
from db.prepared import PreparedInsert, scalar
from db.records import AuditRecord, Json, Page
from db.rows import every, selecting
from db.tables import SHA256_LENGTH, AuditEntry

FIRST_HASH: Final = "0" * SHA256_LENGTH
"""What stands in for the line before the first."""

BATCH: Final = 1000

_LAST_HASH: Final = select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
_LINE: Final = PreparedInsert(AuditEntry, AuditRecord)


def write(
    session: Session, action: str, subject: str, *, person_id: int | None = None, details: Json | None = None
) -> AuditRecord:
    """Append a line in the transaction that does what it tells of.

    Parameters
    ----------
    action : str
        For example ``"rating.submit"``.
    subject : str
        What it was done to, for example ``"clip:…"``.
    person_id : int or None
        ``None`` for the application itself.
    """
    line: dict[str, Any] = {
        "person_id": person_id,
        "action": action,
        "subject": subject,
        "details": dict(details or {}),
        "previous_hash": scalar(session, _LAST_HASH) or FIRST_HASH,
        "created_at": now(),
    }
    return _LINE.add(session, **line, hash=_hash(**line))


def list_page(session: Session, *, before: int | None = None, limit: int = 50) -> Page[AuditRecord]:
    """Lines from the newest backwards; ``before`` is the ``next_key`` of the page before."""
    statement = selecting(AuditEntry, AuditRecord).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    found = every(session, statement, AuditRecord)
    items = found[:limit]
    return Page(items=items, next_key=items[-1].id if len(found) > limit else None)


def extent(session: Session) -> tuple[int, str]:
    """How many lines there are, and the hash of the newest."""
    count = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    return count, scalar(session, _LAST_HASH) or FIRST_HASH


def has_hash(session: Session, wanted: str) -> bool:
    """Whether a line has that hash."""
    return (
        wanted == FIRST_HASH
        or session.scalar(select(AuditEntry.id).where(AuditEntry.hash == wanted)) is not None
    )


def first_broken(session: Session) -> AuditRecord | None:
    """The first line whose chain does not hold, ``None`` if nobody has tampered."""
    expected = FIRST_HASH
    for line in _lines(session):
        same = _hash(
            person_id=line.person_id,
            action=line.action,
            subject=line.subject,
            details=line.details,
            previous_hash=line.previous_hash,
            created_at=line.created_at,
        )
        if line.previous_hash != expected or line.hash != same:
            return line
        expected = line.hash
    return None


def _lines(session: Session) -> Iterator[AuditRecord]:
    after = 0
    while True:
        statement = selecting(AuditEntry, AuditRecord).where(AuditEntry.id > after)
        lines = every(session, statement.order_by(AuditEntry.id).limit(BATCH), AuditRecord)
        yield from lines
        if len(lines) < BATCH:
            return
        after = lines[-1].id


def _hash(
    *,
    person_id: int | None,
    action: str,
    subject: str,
    details: Json,
    previous_hash: str,
    created_at: datetime,
) -> str:
    line = [person_id, action, subject, details, previous_hash, created_at.astimezone(UTC).isoformat()]
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
