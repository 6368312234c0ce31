"""Queries on half-finished answers: one draft per task, overwritten as it grows."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Final

from sqlalchemy import bindparam, delete, or_, update
from sqlalchemy.orm import Session

from db.columns import now
from db.prepared import Prepared, PreparedInsert
from db.records import DraftRecord, Json, TaskKey
from db.rows import selecting
from db.tables import Draft

_OF_TASK: Final = (
    Draft.person_id == bindparam("of_person"),
    Draft.clip_id == bindparam("of_clip"),
    Draft.channel == bindparam("of_channel"),
    Draft.occasion == bindparam("of_occasion"),
)
_FIND: Final = Prepared(DraftRecord, selecting(Draft, DraftRecord).where(*_OF_TASK))
_ADD: Final = PreparedInsert(Draft, DraftRecord)
_CHANGE: Final = update(Draft.__table__).where(*_OF_TASK)  # type: ignore[arg-type]  # a mapped class has a Table
_DROP: Final = delete(Draft.__table__).where(*_OF_TASK)  # type: ignore[arg-type]  # the same
_DROP_SEEN: Final = _DROP.where(or_(Draft.revision <= bindparam("up_to"), Draft.tab == bindparam("of_tab")))


def find(session: Session, task: TaskKey) -> DraftRecord | None:
    """The draft of a task, ``None`` without one."""
    return _FIND.first(session, **_of(task))


def keep(session: Session, task: TaskKey, content: Json, *, revision: int = 1, tab: str = "") -> DraftRecord:
    """Store what the form of a task holds, over what it held before.

    Parameters
    ----------
    content : Json
        Field names to values; the form's own are ``delivery``, ``emotion``, ``expected``, ``expressed``,
        ``comment`` and ``reason``.
    revision : int
        What the tab counts, from 1. Of one tab the highest counts, so that a message that was overtaken by
        a later one changes nothing; what another tab sends is later than what is stored.
    tab : str
        The browser tab it comes from.

    Returns
    -------
    DraftRecord
        What is stored now.
    """
    found = find(session, task)
    if found is None:
        first_said = {"content": dict(content), "revision": max(revision, 1), "tab": tab}
        return _ADD.add(session, **asdict(task), **first_said)
    if found.tab == tab and revision <= found.revision:
        return found
    changed = replace(
        found,
        content=dict(content),
        revision=max(revision, found.revision + 1),
        tab=tab,
        saved_at=now(),
    )
    said = {name: getattr(changed, name) for name in ("content", "revision", "tab", "saved_at")}
    session.connection().execute(_CHANGE, {**_of(task), **said})
    return changed


def drop(session: Session, task: TaskKey, *, up_to: int | None = None, tab: str = "") -> None:
    """Forget the draft of a task; nothing happens where there is none.

    Parameters
    ----------
    up_to : int, optional
        Keep it if it is of a later revision and another tab: somebody went on elsewhere.
    """
    seen = {} if up_to is None else {"up_to": up_to, "of_tab": tab}
    session.connection().execute(_DROP_SEEN if seen else _DROP, {**_of(task), **seen})


def _of(task: TaskKey) -> dict[str, object]:
    return {
        "of_person": task.person_id,
        "of_clip": task.clip_id,
        "of_channel": task.channel,
        "of_occasion": task.occasion,
    }
