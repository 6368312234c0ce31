"""How many tasks may still be asked of somebody: in a large project counted for all at once, and aside.

Which clips have a place is the same for everybody, but for what they have met themselves. It is found out
once for all, in a project of 100,000 clips in two seconds; what a person has met is looked at clip by clip.
Their own answers change nothing of the sum, those of others only little while it is kept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from dashboard.services import background
from dashboard.services.background import Lane
from dashboard.services.rating_protocol import protocol_of
from dashboard.services.task_order import seat_of
from db import places
from db.records import ProjectRecord
from db.seats import Seat
from db.session import memory, reading
from engine.vocabulary import Channel

KEPT_S: Final = 15.0
"""How long at least what is found out for all is kept."""

REST: Final = 20.0
"""How many times as long as it took to find out it is kept: so it takes a twentieth of a core at most."""


@dataclass(frozen=True, slots=True)
class OpenClips:
    """The clips of a project that somebody who has met none of them may be asked about.

    Attributes
    ----------
    at : datetime
        When this was so.
    numbers : tuple of ndarray of int64
        Rising, of each of the project's channels.
    until_s : float
        By the machine's clock of running time, when it is to be found out again.
    """

    at: datetime
    numbers: tuple[NDArray[np.int64], ...]
    until_s: float


@dataclass(frozen=True, slots=True)
class AskedTasks:
    """How many tasks are asked of a person.

    Attributes
    ----------
    count : int
        Those they are done with, and all that may still be asked of them.
    at : datetime
        When others had answered as many as is supposed here.
    """

    count: int
    at: datetime


_finding_out: Final = threading.Lock()


def exactly(session: Session, project: ProjectRecord, person_id: int, moment: datetime) -> int:
    """How many tasks may still be asked of a person, counted clip by clip."""
    return sum(places.count(session, seat) for seat in _seats(session, project, person_id, moment))


def asked(
    session: Session, project: ProjectRecord, person_id: int, *, done: int, moment: datetime
) -> AskedTasks:
    """How many tasks are asked of a person, by what was found out for all last.

    Parameters
    ----------
    done : int
        How many they have answered or left out.
    """
    remembered = memory(session)
    found = _open_clips(session, project, moment, remembered)
    place = AskedTasks, project.id, person_id
    earlier: tuple[OpenClips, AskedTasks] | None = remembered.get(place)
    if earlier is None or earlier[0] is not found:
        left = _left(session, project, person_id, found, moment)
        earlier = remembered[place] = found, AskedTasks(done + left, found.at)
    return AskedTasks(max(earlier[1].count, done), earlier[1].at)


def find_out_ahead(project: ProjectRecord, moment: datetime) -> None:
    """Begin to find out for all, so that the first who asks need not wait for it."""

    def act(_report: Callable[[int, int], None]) -> None:
        with reading() as session:
            _open_clips(session, project, moment, memory(session))

    background.start(f"open tasks:{project.id}", act, lane=Lane.COUNTS)


def _left(
    session: Session, project: ProjectRecord, person_id: int, found: OpenClips, moment: datetime
) -> int:
    left = 0
    for seat, numbers in zip(_seats(session, project, person_id, moment), found.numbers, strict=True):
        met = places.met(session, seat)
        begun = np.setdiff1d(met, places.done_with(session, seat), assume_unique=True)
        left += numbers.size - int(np.isin(met, numbers, assume_unique=True).sum())
        left += places.count(session, seat, among=begun.tolist())
    return left


def _open_clips(
    session: Session, project: ProjectRecord, moment: datetime, remembered: dict[Any, Any]
) -> OpenClips:
    place = OpenClips, project.id, repr(project.settings)
    with _finding_out:  # whoever comes while the first one looks has their answer from it
        found: OpenClips | None = remembered.get(place)
        if found is None:
            found = remembered[place] = _find_out(session, project, moment)
    if time.monotonic() > found.until_s:
        background.start(f"open tasks:{project.id}", _again(project, moment, remembered), lane=Lane.COUNTS)
    return found


def _again(
    project: ProjectRecord, moment: datetime, remembered: dict[Any, Any]
) -> Callable[[Callable[[int, int], None]], None]:
    def act(_report: Callable[[int, int], None]) -> None:
        with reading() as session:
            found = _find_out(session, project, moment)
        remembered[OpenClips, project.id, repr(project.settings)] = found

    return act


def _find_out(session: Session, project: ProjectRecord, moment: datetime) -> OpenClips:
    began = time.monotonic()
    seats = _seats(session, project, places.NOBODY, moment)
    numbers = tuple(places.open_to_newcomers(session, seat) for seat in seats)
    ended = time.monotonic()
    return OpenClips(moment, numbers, ended + max(KEPT_S, REST * (ended - began)))


def _seats(session: Session, project: ProjectRecord, person_id: int, moment: datetime) -> tuple[Seat, ...]:
    channels: tuple[Channel, ...] = protocol_of(project).channels
    return tuple(seat_of(session, project, person_id, channel, moment) for channel in channels)
