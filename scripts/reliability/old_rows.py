"""Rows for the tables of any released schema, made from what the database itself says of them.

Each column gets a value of its type that its checks take; a foreign key names the row made last in the
table it points to. So a test of an upgrade needs no model of how tables looked then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, create_engine

from db import migrations

MOMENT: Final = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
SHA256: Final = "ab" * 32
OWN: Final = "alembic_version"
ONE_OF: Final = re.compile(r"(\w+) IN \('([^']*)'", re.IGNORECASE)

RowKey = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class MadeRow:
    """A row that was put into a table: its key and everything in it."""

    table: str
    key: RowKey
    values: Mapping[str, Any]


def revisions() -> tuple[str, ...]:
    """Every released schema, the oldest first."""
    scripts = ScriptDirectory(str(migrations.FOLDER))
    return tuple(reversed([script.revision for script in scripts.walk_revisions()]))


def migrate(database: Path, revision: str) -> None:
    """Bring a database to a revision as that version would have, and leave it there."""
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER).replace("%", "%%"))
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def tables_of(engine: Engine) -> list[Table]:
    """The tables a database has, those that others point to first."""
    metadata = sa.MetaData()
    metadata.reflect(engine)
    return [table for table in metadata.sorted_tables if table.name != OWN]


def fill(connection: Connection, tables: list[Table], *, number: int) -> list[MadeRow]:
    """Put one row into every table.

    Parameters
    ----------
    number : int
        Tells rows of one table apart; each call has another.
    """
    made: dict[str, MadeRow] = {}
    for table in tables:
        values = row_for(table, made, number=number)
        connection.execute(table.insert(), values)
        key = tuple(values[column.name] for column in table.primary_key.columns)
        made[table.name] = MadeRow(table.name, key, values)
    return list(made.values())


def row_for(table: Table, made: Mapping[str, MadeRow], *, number: int) -> dict[str, Any]:
    """Values for one row that the table takes."""
    allowed = {
        found.group(1): found.group(2)
        for check in table.constraints
        if isinstance(check, sa.CheckConstraint) and (found := ONE_OF.match(str(check.sqltext)))
    }
    values: dict[str, Any] = {}
    for column in table.columns:
        pointed = next(iter(column.foreign_keys), None)
        if pointed is not None:
            other = pointed.column.table.name
            values[column.name] = None if other == table.name else made[other].values[pointed.column.name]
        elif column.name in allowed:
            values[column.name] = allowed[column.name]
        else:
            values[column.name] = _value(column, number)
    return values


def _value(column: sa.Column[Any], number: int) -> Any:
    kind = column.type
    if isinstance(kind, sa.JSON):
        return {"made": number}
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.DateTime):
        return MOMENT
    if isinstance(kind, sa.Integer):
        return number if column.primary_key or column.name in {"number", "position"} else 1
    if isinstance(kind, sa.Float | sa.Numeric):
        return 0.75 if column.name.startswith("end") else 0.5  # what ends does so after it starts
    if column.name.endswith(("sha256", "hash")):
        return (f"{number:x}" + SHA256)[: len(SHA256)]
    length = getattr(kind, "length", None) or 100
    return f"{column.name} {number}"[:length]
