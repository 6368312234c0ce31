"""Queries on how often somebody failed to sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from db.records import FailureKind, FailureRecord
from db.rows import first, selecting
from db.tables import FailedSignIn


def find(session: Session, key: str) -> FailureRecord | None:
    """What is known of a key, ``None`` where it never failed."""
    statement = selecting(FailedSignIn, FailureRecord).where(FailedSignIn.key == key)
    return first(session, statement, FailureRecord)


def put(session: Session, failure: FailureRecord) -> None:
    """Keep what is known of a key in place of what was."""
    session.merge(
        FailedSignIn(
            key=failure.key,
            kind=failure.kind,
            failures=failure.failures,
            last_at=failure.last_at,
            blocked_until=failure.blocked_until,
        )
    )
    session.flush()


def clear(session: Session, key: str) -> None:
    """Forget the failures of a key."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.key == key))


def forget(session: Session, kind: FailureKind, *, before: datetime) -> None:
    """Forget keys of a kind that have not failed since a moment."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.kind == kind, FailedSignIn.last_at < before))
