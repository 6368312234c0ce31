"""How many rows of an append-only table belong to a project: counted once, from then on only what is new.

What has been counted is kept in this process for as long as the database is open. A write takes its turn
(:mod:`db.session`), so of two numbers the higher one is always committed later, and nothing can be overtaken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from db.session import is_writing
from db.tables import Clip, Gold, Prediction, Rating

Counted = type[Rating] | type[Prediction] | type[Gold]
"""Tables whose rows belong to a project through a clip and are never deleted."""


@dataclass(frozen=True, slots=True)
class RunningCount:
    """How many rows there are.

    Attributes
    ----------
    newest : int or None
        The highest number, ``None`` before the first row.
    seen : int
        The highest number of any project's rows when these were counted.
    """

    count: int
    newest: int | None
    seen: int


_kept: Final[WeakKeyDictionary[Engine | Connection, dict[tuple[str, int], RunningCount]]] = (
    WeakKeyDictionary()
)


def of_project(session: Session, table: Counted, project_id: int) -> RunningCount:
    """How many rows of a table belong to a project, and the newest of them."""
    kept = _kept.setdefault(session.get_bind(), {})
    place = table.__tablename__, project_id
    earlier = kept.get(place)
    found = _all(session, table, project_id) if earlier is None else _on(session, table, project_id, earlier)
    if not is_writing(session):  # what is not committed may yet be undone
        kept[place] = found
    return found


def _all(session: Session, table: Counted, project_id: int) -> RunningCount:
    row = session.execute(
        select(func.count(table.id), func.max(table.id), _highest(table))
        .join(Clip, Clip.id == table.clip_id)
        .where(Clip.project_id == project_id)
    ).one()
    return RunningCount(row[0], row[1], row[2] or 0)


def _on(session: Session, table: Counted, project_id: int, earlier: RunningCount) -> RunningCount:
    whose = select(Clip.project_id).where(Clip.id == table.clip_id).scalar_subquery()
    row = session.execute(
        select(func.count(table.id), func.max(table.id), _highest(table)).where(
            table.id > earlier.seen, whose == project_id
        )
    ).one()
    newest = earlier.newest if row[1] is None else row[1]
    return RunningCount(earlier.count + row[0], newest, max(earlier.seen, row[2] or 0))


def _highest(table: Counted) -> ScalarSelect[int | None]:
    """The number of the newest row of all projects."""
    row = aliased(table)
    return select(func.max(row.id)).scalar_subquery()
