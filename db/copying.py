"""All rows of one database into another, and whether they came over as they were.

Values go over as the columns' types read them; JSON goes as its text, so that a ``null`` stays what it was
and no number is written anew. The chain of the audit log goes over whole, line by line, and holds as before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from itertools import islice
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, Table, Text, bindparam, cast, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import project_rows
from db.errors import StorageError
from db.postgres import BACKEND
from db.tables import Base, Person

BATCH: Final = 1000
PEOPLE: Final = Person.__table__


@dataclass(frozen=True, slots=True)
class TableState:
    """What a table holds.

    Attributes
    ----------
    sha256 : str
        Over all values of all rows, in the order of the table's key.
    """

    name: str
    rows: int
    sha256: str


def tables() -> tuple[Table, ...]:
    """Every table, each behind those that its rows point to."""
    return tuple(Base.metadata.sorted_tables)


def is_empty(session: Session) -> bool:
    """Whether no table has a row."""
    return all(session.execute(select(table).limit(1)).first() is None for table in tables())


def state(session: Session, table: Table, where: ColumnElement[bool] | None = None) -> TableState:
    """What a table holds, or some of its rows, the same on every database for the same rows."""
    digest, count = hashlib.sha256(), 0
    for row in _rows(session, table, where):
        digest.update(repr([_plain(value) for value in row]).encode("utf-8", "surrogatepass"))
        count += 1
    return TableState(table.name, count, digest.hexdigest())


def copy(source: Session, target: Session) -> tuple[TableState, ...]:
    """Add every row of ``source`` to ``target``, which has none, with its key.

    Returns
    -------
    tuple of TableState
        What each table of ``target`` holds now, the same as in ``source``.

    Raises
    ------
    StorageError
        If ``target`` has rows, refuses one, or holds anything else than ``source`` in the end. The caller
        rolls back.
    """
    if not is_empty(target):
        raise StorageError("The database to copy into holds rows already; give an empty one.")
    for table in tables():
        _add(target, table, _rows(source, table))
    return _compared(source, target, {table.name: None for table in tables()})


def copy_project(source: Session, target: Session, project_id: int) -> tuple[TableState, ...]:
    """Add the rows of a project to ``target``, with their keys; people who are there already stay.

    Returns
    -------
    tuple of TableState
        What of each table is the project's in ``target`` now, the same as in ``source``.

    Raises
    ------
    StorageError
        If a key or a name is taken there by another row, a row refused, or the project hangs on another one.
        The caller rolls back.
    """
    hanging = project_rows.pointing_out(source, project_id)
    if hanging is not None:
        raise StorageError(
            f"Rows of {hanging} point to another project (takes that were released, for example); move the "
            "whole database."
        )
    found = project_rows.conditions(project_id)
    for table in project_rows.tables():
        rows = list(_rows(source, table, found[table.name])) if table is PEOPLE else None
        if rows is None:
            _add(target, table, _rows(source, table, found[table.name]))
        else:
            there = set(_rows(target, table))
            _add(target, table, (row for row in rows if row not in there))
    return _compared(source, target, found)


def _add(target: Session, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    statement = insert(table).values({column.name: _given(target, column) for column in table.columns})
    names = table.columns.keys()
    coming = iter(rows)
    while batch := list(islice(coming, BATCH)):
        try:
            target.connection().execute(statement, [dict(zip(names, row, strict=True)) for row in batch])
        except IntegrityError as error:
            raise StorageError(
                f"A row of {table.name} has a key or a name that is taken in the other database; move into "
                "an empty one."
            ) from error
    go_on_counting(target, table)


def _compared(
    source: Session, target: Session, wanted: Mapping[str, ColumnElement[bool] | None]
) -> tuple[TableState, ...]:
    here = tuple(state(source, table, wanted[table.name]) for table in tables() if table.name in wanted)
    there = tuple(state(target, table, wanted[table.name]) for table in tables() if table.name in wanted)
    for ours, theirs in zip(here, there, strict=True):
        if ours != theirs:
            raise StorageError(
                f"The table {ours.name} did not come over as it was ({ours.rows} rows here, {theirs.rows} "
                "there); nothing was stored."
            )
    return there


def _rows(
    session: Session, table: Table, where: ColumnElement[bool] | None = None
) -> Iterator[tuple[Any, ...]]:
    wanted = [cast(column, Text) if _is_json(column) else column for column in table.columns]
    statement = select(*wanted).order_by(*table.primary_key.columns)
    statement = statement if where is None else statement.where(where)
    found = session.connection().execute(statement, execution_options={"yield_per": BATCH})
    return (tuple(row) for row in found)


def _given(session: Session, column: ColumnElement[Any]) -> ColumnElement[Any]:
    name = column.key
    assert name is not None
    if not _is_json(column):
        return bindparam(name, type_=column.type)
    json_text: ColumnElement[Any] = bindparam(name, type_=Text())
    # SQLite keeps JSON as text and has no such type to cast to
    return cast(json_text, JSON) if session.get_bind().dialect.name == BACKEND else json_text


def _is_json(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, JSON)


def go_on_counting(session: Session, table: Table) -> None:
    """Let PostgreSQL give new rows keys behind those that came; SQLite counts from the highest anyway."""
    counted = table.autoincrement_column
    if session.get_bind().dialect.name != BACKEND or counted is None:
        return
    highest = session.scalar(select(func.max(counted)))
    if highest is not None:
        session.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"),
            {"table": table.name, "column": counted.name, "highest": highest},
        )


def _plain(value: Any) -> Any:
    """A value as every database gives it back."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.value if isinstance(value, Enum) else value
