"""Queries on where a clip still has a place for a rater; what makes a place is in :mod:`db.seats`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session

from db import ratings
from db.prepared import scalar
from db.rated_clips import belongs, to_be_rated
from db.seats import (
    FIRST,
    Seat,
    SeatKind,
    answered_before,
    has_answered,
    has_place,
    is_agreed_to,
    kind_of,
    may_be_asked,
    offers,
    taken,
    values_of,
)
from db.tables import Assignment, Clip, Rating
from engine.vocabulary import Channel

NOBODY: Final = 0
"""The number of nobody: people are counted from 1."""

LOOKUP: Final = 500
_LAST: Final = 2**63 - 1  # no clip has a higher number


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
    session: Session, seat: Seat, *, after: int = 0, upto: int = _LAST, limit: int, counted: bool
) -> tuple[FreePlace, ...]:
    """Clips that may be asked of a person, in the order they came.

    Parameters
    ----------
    after, upto : int
        Only clips with a number above ``after`` and up to ``upto``.
    counted : bool
        Whether ``taken`` is wanted; it is 0 otherwise.
    """
    window = {"after": after, "upto": upto, "at_most": limit}
    rows = session.connection().execute(_free(kind_of(seat), counted), {**values_of(seat), **window})
    return tuple(FreePlace(*row) for row in rows)


def free_among(session: Session, seat: Seat, clip_ids: Sequence[str]) -> frozenset[str]:
    """Those of some clips that may be asked of a person."""
    asked = select(Clip.id).where(*may_be_asked(kind_of(seat)), Clip.id.in_(clip_ids))
    return frozenset(session.scalars(asked, values_of(seat)))


def every_free(session: Session, seat: Seat) -> frozenset[str]:
    """All clips that may be asked of a person."""
    return frozenset(session.scalars(select(Clip.id).where(*may_be_asked(kind_of(seat))), values_of(seat)))


def count(session: Session, seat: Seat, *, among: Sequence[int] | None = None) -> int:
    """How many clips may be asked of a person, now or when they have answered what comes before.

    Parameters
    ----------
    among : sequence of int, optional
        Only the clips with these numbers.
    """
    if among is None:
        return session.scalar(_reachable(seat, func.count()), values_of(seat)) or 0
    wanted = _reachable(seat, func.count()).where(Clip.number.in_(bindparam("numbers", expanding=True)))
    parts = (list(among[start : start + LOOKUP]) for start in range(0, len(among), LOOKUP))
    return sum(session.scalar(wanted, {**values_of(seat), "numbers": part}) or 0 for part in parts)


def open_to_newcomers(session: Session, seat: Seat) -> NDArray[np.int64]:
    """Numbers, rising, of the clips :func:`count` counts for somebody who has not met any yet."""
    newcomer = replace(seat, person_id=NOBODY)
    found = session.scalars(_reachable(newcomer, Clip.number), values_of(newcomer))
    return np.sort(np.fromiter(found, dtype=np.int64))


def met(session: Session, seat: Seat) -> NDArray[np.int64]:
    """Numbers, rising, of the clips of which a person was given something or has answered something."""
    return _numbers(session, seat, _GIVEN, _ANSWERED)


def done_with(session: Session, seat: Seat) -> NDArray[np.int64]:
    """Numbers, rising, of the clips whose channel a person has answered or left out."""
    return _numbers(session, seat, _LEFT_OUT, _STANDS)


def _reachable(seat: Seat, wanted: Any) -> Select[Any]:
    kind = kind_of(seat)
    reachable = (
        or_(has_answered(channel), ~offers(channel), has_place(kind_of(replace(seat, channel=channel))))
        for channel in seat.before
    )
    return select(wanted).select_from(Clip).where(*may_be_asked(replace(kind, before=())), *reachable)


def _numbers(session: Session, seat: Seat, *statements: Select[Any]) -> NDArray[np.int64]:
    asked = {"project_id": seat.project_id, "person_id": seat.person_id, "channel": seat.channel}
    found = [np.fromiter(session.scalars(each, asked), dtype=np.int64) for each in statements]
    return np.unique(np.concatenate(found))


def is_free(session: Session, seat: Seat, clip_id: str) -> bool:
    """Whether a clip has a place for a person, whatever they have answered or left out before.

    In a transaction that writes, nobody else takes the place before its end: one writes at a time.
    """
    return scalar(session, _is_free(kind_of(seat)), clip_id=clip_id, **values_of(seat)) is not None


def open_channels(
    session: Session, clip_id: str, person_id: int, channels: Sequence[Channel]
) -> tuple[Channel, ...]:
    """Those of some channels that a clip has and a person has not answered, in their order."""
    if not channels:
        return ()
    wanted = [and_(offers(channel), ~has_answered(channel)) for channel in channels]
    row = session.execute(select(*wanted).where(Clip.id == clip_id), {"person_id": person_id}).first()
    return (
        ()
        if row is None
        else tuple(channel for channel, is_open in zip(channels, row, strict=True) if is_open)
    )


def numbers(session: Session, project_id: int) -> tuple[int, int]:
    """The lowest and the highest number of a project's ready clips, (0, 0) without one."""
    low, high = (scalar(session, end, project_id=project_id) for end in _ENDS)
    return low or 0, high or 0


@cache
def _free(kind: SeatKind, counted: bool) -> Select[str, int, int]:
    others: ColumnElement[int] = taken(kind) if counted else literal(0)
    return (
        select(Clip.id, Clip.number, others)
        .where(*may_be_asked(kind), Clip.number > bindparam("after"), Clip.number <= bindparam("upto"))
        .order_by(Clip.number)
        .limit(bindparam("at_most"))
    )


@cache
def _is_free(kind: SeatKind) -> Select[Any]:
    return select(Clip.id).where(
        Clip.id == bindparam("clip_id"),
        to_be_rated(),
        *is_agreed_to(kind),
        offers(kind.channel),
        *answered_before(kind),
        has_place(kind),
    )


_READY: Final = select(Clip.number).where(Clip.project_id == bindparam("project_id"), to_be_rated())
_ENDS: Final = (
    _READY.order_by(Clip.number).limit(1),
    _READY.order_by(Clip.number.desc()).limit(1),
)

_GIVEN: Final = (
    select(Clip.number)
    .join(Assignment, Assignment.clip_id == Clip.id)
    .where(Assignment.person_id == bindparam("person_id"), belongs(bindparam("project_id")))
)
_ANSWERED: Final = (
    select(Clip.number)
    .join(Rating, Rating.clip_id == Clip.id)
    .where(Rating.person_id == bindparam("person_id"), belongs(bindparam("project_id")))
)
_LEFT_OUT: Final = _GIVEN.where(
    Assignment.channel == bindparam("channel"),
    Assignment.occasion == FIRST,
    Assignment.skipped_at.is_not(None),
)
_STANDS: Final = _ANSWERED.where(
    Rating.channel == bindparam("channel"), Rating.occasion == FIRST, ratings.standing()
)
