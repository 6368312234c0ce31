"""Queries on traces: each stored once; a person's newest of a clip and channel counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.errors import AlreadyThereError
from db.records import TaskKey, TraceRecord
from db.rows import every, first, selecting
from db.tables import Trace
from engine.vocabulary import Channel


def add(
    session: Session,
    task: TaskKey,
    *,
    idempotency_key: str,
    rate_hz: float,
    lag_s: float,
    levels: Sequence[float | None],
) -> TraceRecord:
    """Store a trace; a key that is stored already changes nothing, and the stored trace is returned.

    Raises
    ------
    AlreadyThereError
        If the key belongs to a trace of another clip, person or channel.
    """
    stored = by_key(session, idempotency_key)
    if stored is None:
        row = Trace(
            idempotency_key=idempotency_key,
            clip_id=task.clip_id,
            person_id=task.person_id,
            channel=task.channel,
            rate_hz=rate_hz,
            lag_s=lag_s,
            levels=list(levels),
        )
        session.add(row)
        session.flush()
        stored = by_key(session, idempotency_key)
        assert stored is not None
    elif (stored.clip_id, stored.person_id, stored.channel) != (task.clip_id, task.person_id, task.channel):
        raise AlreadyThereError("Another trace carries the same key; reload the page and trace again.")
    return stored


def by_key(session: Session, idempotency_key: str) -> TraceRecord | None:
    """The trace stored under a key, ``None`` without one."""
    statement = selecting(Trace, TraceRecord).where(Trace.idempotency_key == idempotency_key)
    found = first(session, statement, TraceRecord)
    return None if found is None else _frozen(found)


def newest(session: Session, clip_id: str, channel: Channel = Channel.FULL) -> tuple[TraceRecord, ...]:
    """The newest trace of each person who traced a clip's channel, in the order they came."""
    last = (
        select(func.max(Trace.id))
        .where(Trace.clip_id == clip_id, Trace.channel == channel)
        .group_by(Trace.person_id)
    )
    statement = selecting(Trace, TraceRecord).where(Trace.id.in_(last)).order_by(Trace.id)
    return tuple(_frozen(found) for found in every(session, statement, TraceRecord))


def _frozen(found: TraceRecord) -> TraceRecord:
    return replace(found, levels=tuple(found.levels))  # JSON knows lists only
