"""What makes a clip one that may be asked of a person, as conditions of queries.

A place is taken by an answer that stands and by a task in somebody's hand. Answers asked a second time
and answers to clips whose solution is told take none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, literal, or_, select

from db import channel_media, ratings
from db.rated_clips import to_be_rated
from db.tables import Assignment, ChannelMedia, Clip, Rating
from engine.vocabulary import Channel

FIRST: Final = 1
"""The occasion that takes a place; later ones ask the same person again."""

LONGEST_LEASE: Final = timedelta(days=1)
"""A task is in somebody's hand no longer than this; what seems to be was handed out by a clock that was
ahead, and would keep its place until that time comes."""

FAR_APART: Final = 2
"""Steps between two deliveries from which raters disagree even where a majority agrees."""


@dataclass(frozen=True, slots=True)
class Seat:
    """What a person looks for: a clip of a project that may be asked of them.

    Attributes
    ----------
    before : tuple of Channel
        What they must have answered of a clip first.
    overlap, most : int
        How many raters each clip wants, and how many at most where they disagree; 0 for no limit.
    moment : datetime
        Now; tasks whose time ran out earlier take no place.
    closed_actors : tuple of str
        Whose clips are not to be rated, as clips name them.
    """

    project_id: int
    person_id: int
    channel: Channel
    before: tuple[Channel, ...]
    overlap: int
    most: int
    moment: datetime
    closed_actors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeatKind:
    """What of a seat decides how a query is built; the rest are values it is asked with."""

    channel: Channel
    before: tuple[Channel, ...]
    has_limit: bool
    may_want_more: bool
    has_closed: bool = False


def kind_of(seat: Seat) -> SeatKind:
    """Of which kind the queries for a seat are."""
    may_want_more = seat.most > seat.overlap and seat.channel is Channel.FULL
    return SeatKind(seat.channel, seat.before, bool(seat.overlap), may_want_more, bool(seat.closed_actors))


def values_of(seat: Seat) -> dict[str, object]:
    """What the conditions here are asked with for a seat."""
    closed = {"closed": list(seat.closed_actors)} if seat.closed_actors else {}
    return {
        **closed,
        "project_id": seat.project_id,
        "person_id": seat.person_id,
        "overlap": seat.overlap,
        "most": seat.most,
        "moment": seat.moment,
        "furthest": seat.moment + LONGEST_LEASE,
    }


def may_be_asked(kind: SeatKind) -> tuple[ColumnElement[bool], ...]:
    """That a clip may be asked of a person now."""
    left_out = exists().where(
        Assignment.person_id == bindparam("person_id"),
        Assignment.clip_id == Clip.id,
        Assignment.channel == kind.channel,
        Assignment.occasion == FIRST,
        Assignment.skipped_at.is_not(None),
    )
    return (
        Clip.project_id == bindparam("project_id"),
        to_be_rated(),
        *is_agreed_to(kind),
        ~has_answered(kind.channel),
        ~left_out,
        offers(kind.channel),
        *answered_before(kind),
        has_place(kind),
    )


def is_agreed_to(kind: SeatKind) -> tuple[ColumnElement[bool], ...]:
    """That nobody whose clips are not to be rated is named as a clip's actor."""
    if not kind.has_closed:
        return ()
    return (or_(Clip.actor.is_(None), Clip.actor.not_in(bindparam("closed", expanding=True))),)


def offers(channel: Channel) -> ColumnElement[bool]:
    """That a clip has a channel, as far as is known: a clip without a line has no words."""
    if channel is Channel.FULL:
        return literal(value=True)
    if channel is Channel.WORDS:
        return Clip.line != ""
    is_absent = exists().where(
        ChannelMedia.clip_id == Clip.id,
        ChannelMedia.channel == channel,
        ChannelMedia.media_key == channel_media.ABSENT,
    )
    return and_(Clip.width.is_not(None), ~is_absent) if channel is Channel.FACE else ~is_absent


def answered_before(kind: SeatKind) -> tuple[ColumnElement[bool], ...]:
    """That a person has answered what comes before, as far as the clip has it."""
    return tuple(or_(has_answered(channel), ~offers(channel)) for channel in kind.before)


def has_answered(channel: Channel) -> ColumnElement[bool]:
    """That a person's answer about a channel of a clip stands."""
    return exists().where(
        Rating.person_id == bindparam("person_id"),
        Rating.clip_id == Clip.id,
        Rating.channel == channel,
        Rating.occasion == FIRST,
        ratings.standing(),
    )


def has_place(kind: SeatKind) -> ColumnElement[bool]:
    """That a clip has fewer raters than it wants, themselves left out."""
    if not kind.has_limit:
        return literal(value=True)
    has_one: ColumnElement[bool] = taken(kind) < bindparam("overlap")
    if kind.may_want_more:
        has_one = or_(has_one, and_(taken(kind) < bindparam("most"), _disagree(kind)))
    return has_one


def taken(kind: SeatKind) -> ColumnElement[int]:
    """How many others have answered a clip or are at it."""
    answers = _standing(kind, func.count()).where(Rating.person_id != bindparam("person_id"))
    own = exists().where(
        Rating.person_id == Assignment.person_id,
        Rating.clip_id == Assignment.clip_id,
        Rating.channel == Assignment.channel,
        Rating.occasion == FIRST,
        ratings.standing(),
    )
    in_hand = select(func.count()).where(
        Assignment.clip_id == Clip.id,
        Assignment.channel == kind.channel,
        Assignment.expires_at > bindparam("moment"),
        Assignment.expires_at <= bindparam("furthest"),
        Assignment.occasion == FIRST,
        Assignment.purpose.in_(ratings.TEACHING),
        Assignment.person_id != bindparam("person_id"),
        ~own,
    )
    places: ColumnElement[int] = answers.scalar_subquery() + in_hand.scalar_subquery()
    return places


def _disagree(kind: SeatKind) -> ColumnElement[bool]:
    """Whether at least ``overlap`` deliveries are there, and lie far apart or give no verdict a majority."""
    given = Rating.delivery
    answers = func.count(given)
    sides = [func.sum(case((side, 1), else_=0)) * 2 <= answers for side in (given < 0, given == 0, given > 0)]
    are_enough = answers >= bindparam("overlap")
    opinion = and_(are_enough, or_(func.max(given) - func.min(given) >= FAR_APART, and_(*sides)))
    return _standing(kind, opinion).scalar_subquery()


def _standing(kind: SeatKind, wanted: ColumnElement[Any]) -> Select[tuple[Any]]:
    return select(wanted).where(
        Rating.clip_id == Clip.id,
        Rating.channel == kind.channel,
        Rating.occasion == FIRST,
        Rating.purpose.in_(ratings.TEACHING),
        ratings.standing(),
    )
