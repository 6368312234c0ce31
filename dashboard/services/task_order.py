"""Which tasks come next for a person: channel by channel, in the order the project chose.

Read here, handed out in :mod:`dashboard.services.assigning`: looking through a hundred thousand clips
must not keep others from writing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import filmed
from dashboard.services.queue import QueueOrder, order_of, upcoming
from dashboard.services.rating_protocol import protocol_of
from db import assignments, clips, places
from db.places import FreePlace
from db.records import ConsentScope, ProjectRecord, TaskKey
from db.seats import Seat
from db.session import reading
from engine.vocabulary import Channel, Protocol

AT_ONCE: Final = 16
"""Tasks offered at a time: more than raters who ask in the same moment and take each other's."""

WINDOW: Final = 300
"""Clips among which the least rated are looked for, from a place drawn by lot; all of a smaller project."""


@dataclass(frozen=True, slots=True)
class Search:
    """For whom tasks are looked for.

    Attributes
    ----------
    moment : datetime
        Now.
    behind : str or None
        The clip to go on from, where clips come in order; without it, the one they were given last.
    without : str or None
        A clip to leave out.
    """

    project: ProjectRecord
    person_id: int
    moment: datetime
    behind: str | None = None
    without: str | None = None


def seat_of(
    session: Session, project: ProjectRecord, person_id: int, channel: Channel, moment: datetime
) -> Seat:
    """What a person needs of a clip to be asked about one of its channels."""
    rules = protocol_of(project)
    return Seat(
        project_id=project.id,
        person_id=person_id,
        channel=channel,
        before=rules.before(channel),
        overlap=rules.overlap,
        most=rules.raters_at_most,
        moment=moment,
        closed_actors=filmed.actors_kept_from(session, project.id, ConsentScope.RATING),
    )


def order_for(project: ProjectRecord, channel: Channel) -> QueueOrder:
    """The order in which a channel's clips come.

    What teaches most is told by the prediction, so that order would tell of it: where answers are blind,
    the least rated come first instead.
    """
    order = order_of(project)
    is_blind = project.protocol is not Protocol.ASSISTED or channel is not Channel.FULL
    return QueueOrder.LEAST_RATED if order is QueueOrder.MOST_INFORMATIVE and is_blind else order


def upcoming_tasks(search: Search, *, chance: random.Random) -> tuple[TaskKey, ...]:
    """Some tasks that may be handed to a person now, the best first; of one channel, the next one's later.

    Returns
    -------
    tuple of TaskKey
        Empty where nothing is left but what they have skipped.
    """
    for channel in protocol_of(search.project).channels:
        chosen: Sequence[str] = ()
        order = order_for(search.project, channel)
        if order is QueueOrder.MOST_INFORMATIVE:
            with reading() as session:
                seat = seat_of(session, search.project, search.person_id, channel, search.moment)
            chosen = upcoming(search.project.id, search.person_id, beside=search.without, seat=seat)
        if not chosen:
            with reading() as session:
                chosen = _in_turn(session, search, channel, order, chance)
        if chosen:
            return tuple(TaskKey(clip_id, search.person_id, channel) for clip_id in chosen[:AT_ONCE])
    return ()


def _in_turn(
    session: Session, search: Search, channel: Channel, order: QueueOrder, chance: random.Random
) -> tuple[str, ...]:
    seat = seat_of(session, search.project, search.person_id, channel, search.moment)
    if order is QueueOrder.LEAST_RATED:
        found = _least_rated(session, seat, chance)
    else:
        found = _around(session, seat, _start(session, search, channel), limit=AT_ONCE + 1, counted=False)
    return tuple(place.clip_id for place in found if place.clip_id != search.without)


def _least_rated(session: Session, seat: Seat, chance: random.Random) -> Sequence[FreePlace]:
    low, high = places.numbers(session, seat.project_id)
    start = chance.randint(low, high) - 1 if high else 0
    window = _around(session, seat, start, limit=WINDOW, counted=True)
    return sorted(window, key=lambda place: (place.taken, chance.random()))


def _around(session: Session, seat: Seat, start: int, *, limit: int, counted: bool) -> tuple[FreePlace, ...]:
    """Clips with a place from number ``start`` on, then those before it."""
    behind = places.free(session, seat, after=start, limit=limit, counted=counted)
    left = limit - len(behind)
    if not left or not start:
        return behind
    return (*behind, *places.free(session, seat, upto=start, limit=left, counted=counted))


def _start(session: Session, search: Search, channel: Channel) -> int:
    if search.behind is not None:
        found = clips.find(session, search.behind)
        return 0 if found is None else found.number
    last = assignments.newest(session, search.project.id, search.person_id, channel=channel)
    return 0 if last is None else clips.get(session, last.clip_id).number
