"""Queries on known answers to clips: append-only, the newest of a clip and channel counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, exists, func
from sqlalchemy.orm import Session, aliased

from db.rated_clips import belongs, project_of
from db.records import ClipStatus, GoldRecord, Json, Purpose
from db.rows import every, first, selecting
from db.tables import Assignment, Clip, Gold, Rating
from engine.vocabulary import Channel


def add(
    session: Session,
    clip_id: str,
    channel: Channel,
    *,
    purpose: Purpose,
    accepts: Json | None,
    feedback: str = "",
    created_by: int | None,
) -> GoldRecord:
    """Store what is right about a clip from now on; without ``accepts`` nothing is any more."""
    row = Gold(
        clip_id=clip_id,
        channel=channel,
        purpose=purpose,
        accepts=None if accepts is None else dict(accepts),
        feedback=feedback,
        created_by=created_by,
    )
    session.add(row)
    session.flush()
    stored = first(session, _all().where(Gold.id == row.id), GoldRecord)
    assert stored is not None  # it was written above
    return stored


def of_clip(session: Session, clip_id: str, channel: Channel) -> GoldRecord | None:
    """What is right about a clip now, ``None`` where nothing is known."""
    wanted = _in_force().where(Gold.clip_id == clip_id, Gold.channel == channel)
    return first(session, wanted, GoldRecord)


def of_project(
    session: Session, project_id: int, *, purpose: Purpose | None = None
) -> tuple[GoldRecord, ...]:
    """Everything known about a project's clips now, the oldest first; for one purpose if asked."""
    wanted = _in_force().where(project_of(Gold.clip_id) == project_id)
    if purpose is not None:
        wanted = wanted.where(Gold.purpose == purpose)
    return every(session, wanted.order_by(Gold.id), GoldRecord)


def unmet(
    session: Session, project_id: int, person_id: int, *, purpose: Purpose, channels: Sequence[Channel]
) -> tuple[GoldRecord, ...]:
    """What is known for a purpose, made by others, and was never given to a person nor answered by them."""
    given = exists().where(
        Assignment.person_id == person_id,
        Assignment.clip_id == Gold.clip_id,
        Assignment.channel == Gold.channel,
    )
    answered = exists().where(
        Rating.person_id == person_id, Rating.clip_id == Gold.clip_id, Rating.channel == Gold.channel
    )
    wanted = (
        _in_force()
        .join(Clip, Clip.id == Gold.clip_id)
        .where(
            belongs(project_id),
            Clip.status == ClipStatus.READY,
            Gold.purpose == purpose,
            Gold.channel.in_(channels),
            func.coalesce(Gold.created_by, 0) != person_id,
            ~given,
            ~answered,
        )
    )
    return every(session, wanted.order_by(Gold.id), GoldRecord)


def history(session: Session, clip_id: str) -> tuple[GoldRecord, ...]:
    """Everything ever stored about a clip, what retires included, the oldest first."""
    return every(session, _all().where(Gold.clip_id == clip_id).order_by(Gold.id), GoldRecord)


def _in_force() -> Select[Any]:
    later = aliased(Gold)
    replaced = exists().where(
        later.clip_id == Gold.clip_id, later.channel == Gold.channel, later.id > Gold.id
    )
    return _all().where(~replaced, Gold.accepts.is_not(None))


def _all() -> Select[Any]:
    return selecting(Gold, GoldRecord)
