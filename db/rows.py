"""From selected columns to records: the records' fields name the columns, nobody counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.tables import Base

R = TypeVar("R")

_known: dict[type[Any], tuple[str, ...]] = {}


def columns_of(table: type[Base], record: type[Any]) -> tuple[InstrumentedAttribute[Any], ...]:
    """The columns of ``table`` that the fields of ``record`` name, in the fields' order."""
    return tuple(getattr(table, name) for name in _names(record))


def build(record: type[R], values: Sequence[Any]) -> R:
    """A ``record`` of the values of :func:`columns_of`."""
    return record(**dict(zip(_names(record), values, strict=True)))


def selecting(table: type[Base], record: type[Any]) -> Select[Any]:
    """A SELECT of the columns of ``record``, to be narrowed by the caller."""
    return select(*columns_of(table, record))


def first(session: Session, statement: Select[Any], record: type[R]) -> R | None:
    """The first row as a record, ``None`` without one."""
    row = session.connection().execute(statement.limit(1)).first()
    return None if row is None else build(record, row)


def every(session: Session, statement: Select[Any], record: type[R]) -> tuple[R, ...]:
    """All rows as records."""
    return tuple(build(record, row) for row in session.connection().execute(statement))


def _names(record: type[Any]) -> tuple[str, ...]:
    names = _known.get(record)
    if names is None:
        names = _known[record] = tuple(field.name for field in fields(record))
    return names
