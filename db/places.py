"""Where a clip still has a place for a rater: who has answered, who is at it, who may be asked yet.

A place is taken by an answer that stands and by a task in somebody's hand. Answers asked a second time
and answers to clips whose solution is told take none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from db import channel_media, ratings
from db.records import ClipStatus
from db.tables import Assignment, ChannelMedia, Clip, Rating
from engine.vocabulary import Channel

FIRST: Final = 1
"""The occasion that takes a place; later ones ask the same person again."""

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
    """

    project_id: int
    person_id: int
    channel: Channel
    before: tuple[Channel, ...]
    overlap: int
    most: int
    moment: datetime


@dataclass(frozen=True, slots=True)
class FreePlace:
    """A clip with a place.

    Attributes
    ----------
    number : int
        The clip's, which orders.
    taken : int
        How many others have answered it or are at it.
    """

    clip_id: str
    number: int
    taken: int


def free(
    session: Session, seat: Seat, *, after: int = 0, upto: int | None = None, limit: int, counted: bool
) -> tuple[FreePlace, ...]:
    """Clips that may be asked of a person, in the order they came.

    Parameters
    ----------
    after, upto : int
        Only clips with a number above ``after`` and up to ``upto``.
    counted : bool
        Whether ``taken`` is wanted; it is 0 otherwise.
    """
    taken: ColumnElement[int] = _taken(seat) if counted else literal(0)
    statement = select(Clip.id, Clip.number, taken).where(*_may_be_asked(seat), Clip.number > after)
    if upto is not None:
        statement = statement.where(Clip.number <= upto)
    rows = session.execute(statement.order_by(Clip.number).limit(limit))
    return tuple(FreePlace(*row) for row in rows)


def free_among(session: Session, seat: Seat, clip_ids: Sequence[str]) -> frozenset[str]:
    """Those of some clips that may be asked of a person."""
    rows = session.scalars(select(Clip.id).where(*_may_be_asked(seat), Clip.id.in_(clip_ids)))
    return frozenset(rows)


def every_free(session: Session, seat: Seat) -> frozenset[str]:
    """All clips that may be asked of a person."""
    return frozenset(session.scalars(select(Clip.id).where(*_may_be_asked(seat))))


def count(session: Session, seat: Seat) -> int:
    """How many clips may be asked of a person, now or when they have answered what comes before."""
    reachable = (
        or_(
            _has_answered(seat.person_id, channel),
            ~offers(channel),
            _has_place(replace(seat, channel=channel)),
        )
        for channel in seat.before
    )
    wanted = select(func.count()).select_from(Clip)
    return session.scalar(wanted.where(*_may_be_asked(replace(seat, before=())), *reachable)) or 0


def is_free(session: Session, seat: Seat, clip_id: str) -> bool:
    """Whether a clip has a place for a person, whatever they have answered or left out before.

    In a transaction that writes, nobody else takes the place before its end: SQLite lets one write at a
    time, PostgreSQL keeps the clip's row.
    """
    session.execute(select(Clip.number).where(Clip.id == clip_id).with_for_update())
    wanted = select(Clip.id).where(
        Clip.id == clip_id,
        Clip.status == ClipStatus.READY,
        offers(seat.channel),
        *_answered_before(seat),
        _has_place(seat),
    )
    return session.scalar(wanted) is not None


def open_channels(
    session: Session, clip_id: str, person_id: int, channels: Sequence[Channel]
) -> tuple[Channel, ...]:
    """Those of some channels that a clip has and a person has not answered, in their order."""
    if not channels:
        return ()
    wanted = [and_(offers(channel), ~_has_answered(person_id, channel)) for channel in channels]
    row = session.execute(select(*wanted).where(Clip.id == clip_id)).first()
    return (
        ()
        if row is None
        else tuple(channel for channel, is_open in zip(channels, row, strict=True) if is_open)
    )


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


def numbers(session: Session, project_id: int) -> tuple[int, int]:
    """The lowest and the highest number of a project's ready clips, (0, 0) without one."""
    ready = select(Clip.number).where(Clip.project_id == project_id, Clip.status == ClipStatus.READY)
    low = session.scalar(ready.order_by(Clip.number).limit(1))
    high = session.scalar(ready.order_by(Clip.number.desc()).limit(1))
    return low or 0, high or 0


def _may_be_asked(seat: Seat) -> tuple[ColumnElement[bool], ...]:
    left_out = exists().where(
        Assignment.person_id == seat.person_id,
        Assignment.clip_id == Clip.id,
        Assignment.channel == seat.channel,
        Assignment.occasion == FIRST,
        Assignment.skipped_at.is_not(None),
    )
    return (
        Clip.project_id == seat.project_id,
        Clip.status == ClipStatus.READY,
        ~_has_answered(seat.person_id, seat.channel),
        ~left_out,
        offers(seat.channel),
        *_answered_before(seat),
        _has_place(seat),
    )


def _answered_before(seat: Seat) -> tuple[ColumnElement[bool], ...]:
    return tuple(or_(_has_answered(seat.person_id, channel), ~offers(channel)) for channel in seat.before)


def _has_answered(person_id: int, channel: Channel) -> ColumnElement[bool]:
    return exists().where(
        Rating.person_id == person_id,
        Rating.clip_id == Clip.id,
        Rating.channel == channel,
        Rating.occasion == FIRST,
        ratings.standing(),
    )


def _has_place(seat: Seat) -> ColumnElement[bool]:
    if not seat.overlap:
        return literal(value=True)
    has_one: ColumnElement[bool] = _taken(seat) < seat.overlap
    if seat.most > seat.overlap and seat.channel is Channel.FULL:
        has_one = or_(has_one, and_(_taken(seat) < seat.most, _disagree(seat)))
    return has_one


def _taken(seat: Seat) -> ColumnElement[int]:
    answers = _standing(seat, func.count()).where(Rating.person_id != seat.person_id)
    own = exists().where(
        Rating.person_id == Assignment.person_id,
        Rating.clip_id == Assignment.clip_id,
        Rating.channel == Assignment.channel,
        Rating.occasion == FIRST,
        ratings.standing(),
    )
    in_hand = select(func.count()).where(
        Assignment.clip_id == Clip.id,
        Assignment.channel == seat.channel,
        Assignment.expires_at > seat.moment,
        Assignment.occasion == FIRST,
        Assignment.purpose.in_(ratings.TEACHING),
        Assignment.person_id != seat.person_id,
        ~own,
    )
    taken: ColumnElement[int] = answers.scalar_subquery() + in_hand.scalar_subquery()
    return taken


def _disagree(seat: Seat) -> ColumnElement[bool]:
    """Whether at least ``overlap`` deliveries are there, and lie far apart or give no verdict a majority."""
    given = Rating.delivery
    answers = func.count(given)
    sides = [func.sum(case((side, 1), else_=0)) * 2 <= answers for side in (given < 0, given == 0, given > 0)]
    opinion = and_(answers >= seat.overlap, or_(func.max(given) - func.min(given) >= FAR_APART, and_(*sides)))
    return _standing(seat, opinion).scalar_subquery()


def _standing(seat: Seat, wanted: ColumnElement[Any]) -> Select[tuple[Any]]:
    return select(wanted).where(
        Rating.clip_id == Clip.id,
        Rating.channel == seat.channel,
        Rating.occasion == FIRST,
        Rating.purpose.in_(ratings.TEACHING),
        ratings.standing(),
    )
