"""Queries on scripts and their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from db.errors import UnknownRowError
from db.records import LineReading, ScriptLineDraft, ScriptLineRecord, ScriptRecord
from db.rows import every, first, selecting
from db.tables import Scene, Script, ScriptLine, Take


def add(
    session: Session,
    project_id: int,
    title: str,
    lines: Sequence[ScriptLineDraft],
    *,
    person_id: int | None = None,
) -> ScriptRecord:
    """Store a script with its lines in their order."""
    script = Script(project_id=project_id, title=title, person_id=person_id)
    session.add(script)
    session.flush()
    session.add_all(
        ScriptLine(script_id=script.id, position=place, **asdict(line))
        for place, line in enumerate(lines, start=1)
    )
    session.flush()
    return get(session, script.id)


def get(session: Session, script_id: int) -> ScriptRecord:
    """The script with that number.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    found = first(session, selecting(Script, ScriptRecord).where(Script.id == script_id), ScriptRecord)
    if found is None:
        raise UnknownRowError(f"There is no script number {script_id}; open the list of scripts.")
    return found


def of_project(session: Session, project_id: int) -> tuple[ScriptRecord, ...]:
    """The scripts of a project, the newest first."""
    statement = selecting(Script, ScriptRecord).where(Script.project_id == project_id)
    return every(session, statement.order_by(Script.id.desc()), ScriptRecord)


def lines(session: Session, script_id: int) -> tuple[ScriptLineRecord, ...]:
    """The lines of a script in their order."""
    statement = _lines().where(ScriptLine.script_id == script_id).order_by(ScriptLine.position)
    return every(session, statement, ScriptLineRecord)


def line(session: Session, line_id: int) -> ScriptLineRecord:
    """One line.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    found = first(session, _lines().where(ScriptLine.id == line_id), ScriptLineRecord)
    if found is None:
        raise UnknownRowError(f"There is no line number {line_id}; open the script again.")
    return found


def unread(session: Session, *, limit: int) -> tuple[ScriptLineRecord, ...]:
    """Lines that nothing has read yet, of any script, those that came first first."""
    statement = _lines().where(ScriptLine.read_with.is_(None)).order_by(ScriptLine.id).limit(limit)
    return every(session, statement, ScriptLineRecord)


def unread_of(session: Session, script_id: int) -> int:
    """How many lines of a script nothing has read yet."""
    waiting = select(func.count()).where(ScriptLine.script_id == script_id, ScriptLine.read_with.is_(None))
    return session.scalar(waiting) or 0


def keep_readings(session: Session, readings: Sequence[LineReading]) -> None:
    """Say what lines demand; a line that was removed meanwhile is left out."""
    for reading in readings:
        session.execute(
            update(ScriptLine)
            .where(ScriptLine.id == reading.line_id)
            .values(
                expected_intensity=reading.expected_intensity,
                emotion=reading.emotion,
                read_with=reading.read_with,
            )
        )


def is_used(session: Session, script_id: int) -> bool:
    """Whether a take is of one of its lines, or a scene plays it."""
    own = select(ScriptLine.id).where(ScriptLine.script_id == script_id)
    of_takes = exists().where(Take.script_line_id.in_(own))
    of_scenes = exists().where(Scene.script_id == script_id)
    return bool(session.scalar(select(or_(of_takes, of_scenes))))


def remove(session: Session, script_id: int) -> None:
    """Remove a script that nothing uses, with its lines."""
    session.execute(delete(ScriptLine).where(ScriptLine.script_id == script_id))
    session.execute(delete(Script).where(Script.id == script_id))


def _lines() -> Select[tuple[object, ...]]:
    return selecting(ScriptLine, ScriptLineRecord)
