"""Statements that are built once and run often: to build one takes several times as long as to run it.

What they are asked with are ``bindparam``s, given by name when they run.
"""

from __future__ import annotations

from typing import Any, Generic

from sqlalchemy import Insert, Select, insert
from sqlalchemy.orm import Session

from db.rows import R, build, columns_of
from db.tables import Base


class Prepared(Generic[R]):
    """A query for records.

    Parameters
    ----------
    record : type
        What a row becomes.
    statement : Select
        Of the columns of ``record``.
    """

    def __init__(self, record: type[R], statement: Select[Any]) -> None:
        self._record = record
        self._every = statement
        self._first = statement.limit(1)

    def first(self, session: Session, **values: object) -> R | None:
        """The first row as a record, ``None`` without one."""
        row = session.connection().execute(self._first, values).first()
        return None if row is None else build(self._record, row)

    def every(self, session: Session, **values: object) -> tuple[R, ...]:
        """All rows as records."""
        rows = session.connection().execute(self._every, values)
        return tuple(build(self._record, row) for row in rows)


class PreparedInsert(Generic[R]):
    """An INSERT that gives the new row back as a record, its defaults filled in."""

    def __init__(self, table: type[Base], record: type[R]) -> None:
        self._record = record
        self._insert: Insert = insert(table.__table__).returning(*columns_of(table, record))  # type: ignore[arg-type]  # a mapped class has a Table

    def add(self, session: Session, **values: object) -> R:
        """Store a row."""
        return build(self._record, session.connection().execute(self._insert, values).one())


def scalar(session: Session, statement: Select[Any], **values: object) -> Any:
    """The first column of the first row of a query built once, ``None`` without one."""
    return session.connection().execute(statement, values).scalar()
