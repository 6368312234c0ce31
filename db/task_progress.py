"""Queries on how far the rating of a project is, counted from the answers themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from db import assignments, clip_counts, ratings
from db.rated_clips import belongs, project_of, to_be_rated
from db.records import ClipStatus
from db.seats import FIRST, LONGEST_LEASE, offers
from db.tables import Assignment, Clip, Rating
from engine.vocabulary import Channel


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """What the people of a project have answered together.

    Attributes
    ----------
    counted : int
        Answers towards the number wanted of each clip and channel; those beyond it are left out.
    complete : int
        Clips that have all their answers.
    """

    counted: int
    complete: int


def ready_clips(session: Session, project_id: int, *, channel: Channel = Channel.FULL) -> int:
    """How many clips of a project can be rated by what one channel gives."""
    if channel is Channel.FULL:  # every clip offers it
        return clip_counts.of_project(session, project_id).to_be_rated
    ready = (
        select(func.count())
        .select_from(Clip)
        .where(Clip.project_id == project_id, to_be_rated(), offers(channel))
    )
    return session.scalar(ready) or 0


def answered_by(session: Session, project_id: int, person_id: int, channels: Sequence[Channel]) -> int:
    """How many tasks on ready clips a person has answered, each clip and channel once."""
    given = (
        select(func.count())
        .select_from(Rating)
        .where(
            Rating.person_id == person_id,
            project_of(Rating.clip_id, Clip.status == ClipStatus.READY) == project_id,
            Rating.channel.in_(channels),
            Rating.occasion == FIRST,
            ratings.standing(),
        )
    )
    return session.scalar(given) or 0


def skipped_by(session: Session, project_id: int, person_id: int) -> int:
    """How many tasks a person has left out and not answered since."""
    left_out = (
        select(func.count())
        .select_from(Assignment)
        .join(Clip, Clip.id == Assignment.clip_id)
        .where(
            Assignment.person_id == person_id,
            belongs(project_id),
            Clip.status == ClipStatus.READY,
            Assignment.skipped_at.is_not(None),
            ~assignments.answered(),
        )
    )
    return session.scalar(left_out) or 0


def in_hand(session: Session, project_id: int, moment: datetime, *, person_id: int | None = None) -> int:
    """How many clips are kept at ``moment`` for somebody who has not answered yet, or for one person."""
    kept = (
        select(func.count(Assignment.clip_id.distinct()))
        .select_from(Assignment)
        .join(Clip, Clip.id == Assignment.clip_id)
        .where(
            belongs(project_id),
            Assignment.expires_at > moment,
            Assignment.expires_at <= moment + LONGEST_LEASE,
            ~assignments.answered(),
        )
    )
    if person_id is not None:
        kept = kept.where(Assignment.person_id == person_id)
    return session.scalar(kept) or 0


def given_answers(
    session: Session, project_id: int, channels: Sequence[Channel], *, wanted: int
) -> GivenAnswers:
    """What has been answered about a project's ready clips.

    Parameters
    ----------
    channels : sequence of Channel
        Those the project asks about.
    wanted : int
        How many raters each clip and channel is to have, 1 or more.
    """
    by_channel = (
        select(Rating.clip_id, func.count().label("raters"))
        .join(Clip, Clip.id == Rating.clip_id)
        .where(
            Clip.project_id == project_id,
            Clip.status == ClipStatus.READY,
            Rating.channel.in_(channels),
            Rating.occasion == FIRST,
            Rating.purpose.in_(ratings.TEACHING),
            ratings.standing(),
        )
        .group_by(Rating.clip_id, Rating.channel)
        .subquery()
    )
    capped = case((by_channel.c.raters >= wanted, wanted), else_=by_channel.c.raters)
    by_clip = (
        select(
            by_channel.c.clip_id,
            func.sum(capped).label("counted"),
            func.sum(case((by_channel.c.raters >= wanted, 1), else_=0)).label("channels"),
        )
        .group_by(by_channel.c.clip_id)
        .subquery()
    )
    asked: ColumnElement[int] = literal(0)
    for channel in channels:
        asked = asked + case((offers(channel), 1), else_=0)
    is_complete = case((by_clip.c.channels >= asked, 1), else_=0)
    row = session.execute(
        select(func.sum(by_clip.c.counted), func.sum(is_complete)).join(Clip, Clip.id == by_clip.c.clip_id)
    ).one()
    return GivenAnswers(counted=int(row[0] or 0), complete=int(row[1] or 0))
