"""Queries on first answers: what people said to each task before they saw or were told anything.

The first answer that was not taken back measures a person; a later one may lean on the machine's opinion,
on the right answer, or on a second thought.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from db import ratings
from db.rated_clips import belongs
from db.records import ClipStatus, Purpose, RatingRecord
from db.rows import build, columns_of, every, selecting
from db.tables import Assignment, Clip, Rating, Withdrawal
from engine.vocabulary import Channel


def of_project(session: Session, project_id: int) -> Iterator[tuple[RatingRecord, float | None]]:
    """The first answer to every task of a project beside its clip's length, oldest first, in batches.

    Yields
    ------
    tuple of (RatingRecord, float or None)
        The length in seconds.
    """
    wanted = (
        select(*columns_of(Rating, RatingRecord), Clip.duration_s)
        .join(Clip, Clip.id == Rating.clip_id)
        .order_by(Rating.id)
    )
    for some in ratings.in_batches(session, project_id, *_is_first()):
        for row in session.execute(wanted.where(Rating.id.in_(some))):
            yield build(RatingRecord, row[:-1]), row[-1]


def of_person(
    session: Session, project_id: int, person_id: int, *, purpose: Purpose
) -> tuple[RatingRecord, ...]:
    """A person's first answers to tasks of one purpose, oldest first."""
    wanted = (
        selecting(Rating, RatingRecord)
        .join(Clip, Clip.id == Rating.clip_id)
        .where(
            belongs(project_id),
            Rating.person_id == person_id,
            Rating.purpose == purpose,
            *_is_first(),
        )
    )
    return every(session, wanted.order_by(Rating.id), RatingRecord)


def repeatable(
    session: Session, project_id: int, person_id: int, *, purposes: Sequence[Purpose]
) -> tuple[RatingRecord, ...]:
    """First answers about the full clip, to clips that were never asked of the person again, oldest first."""
    asked_again = exists().where(
        Assignment.clip_id == Rating.clip_id,
        Assignment.person_id == person_id,
        Assignment.channel == Channel.FULL,
        Assignment.occasion > 1,
    )
    wanted = (
        selecting(Rating, RatingRecord)
        .join(Clip, Clip.id == Rating.clip_id)
        .where(
            belongs(project_id),
            Clip.status == ClipStatus.READY,
            Rating.person_id == person_id,
            Rating.channel == Channel.FULL,
            Rating.occasion == 1,
            Rating.purpose.in_(purposes),
            ~asked_again,
            *_is_first(),
        )
    )
    return every(session, wanted.order_by(Rating.id), RatingRecord)


def handed_out(session: Session, project_id: int, person_id: int) -> int:
    """How many tasks of a project a person was ever given."""
    wanted: Select[Any] = (
        select(func.count())
        .select_from(Assignment)
        .join(Clip, Clip.id == Assignment.clip_id)
        .where(Assignment.person_id == person_id, belongs(project_id))
    )
    return session.scalar(wanted) or 0


def occasions(session: Session, clip_ids: Sequence[str], person_id: int) -> dict[tuple[str, Channel], int]:
    """The last occasion on which a person answered each of some clips and channels; others are left out."""
    rows = session.execute(
        select(Rating.clip_id, Rating.channel, func.max(Rating.occasion))
        .where(Rating.person_id == person_id, Rating.clip_id.in_(clip_ids), ~_withdrawn(Rating))
        .group_by(Rating.clip_id, Rating.channel)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def _is_first() -> tuple[ColumnElement[bool], ...]:
    earlier = aliased(Rating)
    has_earlier = exists().where(
        earlier.clip_id == Rating.clip_id,
        earlier.person_id == Rating.person_id,
        earlier.channel == Rating.channel,
        earlier.occasion == Rating.occasion,
        earlier.id < Rating.id,
        ~_withdrawn(earlier),
    )
    return ~has_earlier, ~_withdrawn(Rating)


def _withdrawn(rating: type[Rating]) -> ColumnElement[bool]:
    return exists().where(Withdrawal.rating_id == rating.id)
