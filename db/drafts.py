"""Queries on half-finished answers: one draft per task, overwritten as it grows."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import Session

from db.columns import now
from db.records import DraftRecord, Json, TaskKey
from db.rows import first, selecting
from db.tables import Draft


def find(session: Session, task: TaskKey) -> DraftRecord | None:
    """The draft of a task, ``None`` without one."""
    return first(session, selecting(Draft, DraftRecord).where(*_is_of(task)), DraftRecord)


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
    row = session.get(Draft, (task.person_id, task.clip_id, task.channel, task.occasion))
    if row is None:
        row = Draft(
            person_id=task.person_id,
            clip_id=task.clip_id,
            channel=task.channel,
            occasion=task.occasion,
            revision=0,
        )
        session.add(row)
    is_overtaken = row.tab == tab and revision <= row.revision
    if not is_overtaken:
        row.content = dict(content)
        row.revision = max(revision, row.revision + 1)
        row.tab = tab
        row.saved_at = now()
    session.flush()
    return DraftRecord(
        clip_id=row.clip_id,
        person_id=row.person_id,
        channel=row.channel,
        occasion=row.occasion,
        content=row.content,
        revision=row.revision,
        tab=row.tab,
        saved_at=row.saved_at,
    )


def drop(session: Session, task: TaskKey, *, up_to: int | None = None, tab: str = "") -> None:
    """Forget the draft of a task; nothing happens where there is none.

    Parameters
    ----------
    up_to : int, optional
        Keep it if it is of a later revision and another tab: somebody went on elsewhere.
    """
    found = find(session, task)
    if found is None or (up_to is not None and found.revision > up_to and found.tab != tab):
        return
    session.execute(delete(Draft).where(*_is_of(task)))


def _is_of(task: TaskKey) -> tuple[ColumnElement[bool], ...]:
    return (
        Draft.person_id == task.person_id,
        Draft.clip_id == task.clip_id,
        Draft.channel == task.channel,
        Draft.occasion == task.occasion,
    )
