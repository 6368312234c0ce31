"""How many clips of a project are how far; of a large one not counted again while none has changed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from db.records import ClipStatus
from db.session import is_writing, memory
from db.tables import Clip, Take

COUNTED_ANEW: Final = 20_000
"""Up to so many clips every look counts them: beyond, that takes longer than all else a page asks for."""

KEPT_S: Final = 15.0
"""Longest time before they are counted all the same: clocks of several servers may differ."""


@dataclass(frozen=True, slots=True)
class ClipCounts:
    """The clips of a project, counted.

    Attributes
    ----------
    by_status : Mapping[ClipStatus, int]
        Every status is there.
    to_be_rated : int
        Ready ones that came in to be rated (:func:`db.rated_clips.to_be_rated`).
    """

    by_status: Mapping[ClipStatus, int]
    to_be_rated: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_status.values())


@dataclass(frozen=True, slots=True)
class _Kept:
    counts: ClipCounts
    mark: tuple[Any, ...]
    at_s: float


def of_project(session: Session, project_id: int) -> ClipCounts:
    """How many clips of a project are how far."""
    kept, place = memory(session), (ClipCounts, project_id)
    earlier: _Kept | None = kept.get(place)
    if earlier is None or is_writing(session):
        mark = None
    else:
        mark = _mark(session, project_id)
        if mark == earlier.mark and time.monotonic() - earlier.at_s < KEPT_S:
            return earlier.counts
    found = _counted(session, project_id)
    if found.total > COUNTED_ANEW and not is_writing(session):
        kept[place] = _Kept(found, mark or _mark(session, project_id), time.monotonic())
    return found


def to_be_rated_below(session: Session, project_id: int, number: int) -> int:
    """How many clips to be rated have a lower number than one."""
    ready = select(func.count()).where(
        Clip.project_id == project_id, Clip.status == ClipStatus.READY, Clip.number < number
    )
    return (session.scalar(ready) or 0) - _performed(session, project_id, Clip.number < number)


def _counted(session: Session, project_id: int) -> ClipCounts:
    rows = session.execute(
        select(Clip.status, func.count()).where(Clip.project_id == project_id).group_by(Clip.status)
    )
    found = {row[0]: row[1] for row in rows}
    by_status = {status: found.get(status, 0) for status in ClipStatus}
    ready = by_status[ClipStatus.READY]
    return ClipCounts(MappingProxyType(by_status), ready - (_performed(session, project_id) if ready else 0))


def _performed(session: Session, project_id: int, *conditions: Any) -> int:
    """Ready clips that somebody performed: few, so each is looked up, rather than each clip's take."""
    is_ready = exists().where(Clip.id == Take.clip_id, Clip.status == ClipStatus.READY, *conditions)
    wanted = select(func.count()).select_from(Take).where(Take.project_id == project_id, is_ready)
    return session.scalar(wanted) or 0


def _mark(session: Session, project_id: int) -> tuple[Any, ...]:
    """What changes with any clip: the newest number, the last change, the newest take."""
    own = Clip.project_id == project_id
    return (
        session.scalar(select(func.max(Clip.number)).where(own)),
        session.scalar(select(func.max(Clip.updated_at)).where(own)),
        session.scalar(select(func.max(Take.id)).where(Take.project_id == project_id)),
    )
