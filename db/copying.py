"""All rows of one database into another, and whether they came over as they were.

Values go over as the columns' types read them; JSON goes as its text, so that a ``null`` stays what it was
and no number is written anew. The chain of the audit log goes over whole, line by line, and holds as before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, Table, Text, bindparam, cast, func, insert, select, text
from sqlalchemy.orm import Session

from db.errors import StorageError
from db.postgres import BACKEND
from db.tables import Base

BATCH: Final = 1000


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


def state(session: Session, table: Table) -> TableState:
    """What a table holds, the same on every database for the same rows."""
    digest, count = hashlib.sha256(), 0
    for row in _rows(session, table):
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
        statement = insert(table).values({column.name: _given(target, column) for column in table.columns})
        batch: list[dict[str, Any]] = []
        for row in _rows(source, table):
            batch.append(dict(zip(table.columns.keys(), row, strict=True)))
            if len(batch) == BATCH:
                target.connection().execute(statement, batch)
                batch = []
        if batch:
            target.connection().execute(statement, batch)
        _go_on_counting(target, table)
    came = tuple(state(target, table) for table in tables())
    for table, there in zip(tables(), came, strict=True):
        if (here := state(source, table)) != there:
            raise StorageError(
                f"The table {table.name} did not come over as it was ({here.rows} rows here, {there.rows} "
                "there); nothing was stored."
            )
    return came


def _rows(session: Session, table: Table) -> Iterator[tuple[Any, ...]]:
    wanted = [cast(column, Text) if _is_json(column) else column for column in table.columns]
    statement = select(*wanted).order_by(*table.primary_key.columns)
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


def _go_on_counting(session: Session, table: Table) -> None:
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
