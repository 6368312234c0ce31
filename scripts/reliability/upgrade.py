"""The upgrade from every released schema with a hundred thousand ratings in it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from sqlalchemy import Connection, create_engine

from db import session
from db.location import DATABASE_FILE
from scripts.reliability.desk import data_folder
from scripts.reliability.old_rows import MadeRow, fill, migrate, revisions, row_for, tables_of
from scripts.reliability.row import Row

RATINGS: Final = 100_000
RATERS: Final = 50
CLIPS: Final = RATINGS // RATERS
TARGET_S: Final = 60
AT_ONCE: Final = 10_000
RATED_FROM: Final = "0005"
"""The first schema that has ratings."""


def run() -> Row:
    """Upgrade from each schema."""
    taken: dict[str, float] = {}
    wrong: list[str] = []
    for revision in revisions():
        with data_folder() as home:
            before = _filled(home / DATABASE_FILE, revision)
            started = perf_counter()
            session.prepare()
            taken[revision] = perf_counter() - started
            session.close()
            after = _digests(home / DATABASE_FILE, before)
            wrong += [f"{table} from {revision}" for table in before if after.get(table) != before[table]]
            shutil.rmtree(home / "backups", ignore_errors=True)
    slowest = max(taken, key=lambda revision: taken[revision])
    return Row(
        name=f"upgrade from each released schema with {RATINGS:,} ratings",
        target="nothing lost, under a minute",
        found=f"{len(taken)} schemas; tables that differ: {len(wrong)}; slowest {taken[slowest]:.1f} s "
        f"(from {slowest})" + (f"; {', '.join(wrong[:5])}" if wrong else ""),
        met=not wrong and taken[slowest] < TARGET_S,
        detail=f"{RATINGS:,} ratings by {RATERS} raters of {CLIPS:,} clips and a row in every other table; "
        f"schemas before {RATED_FROM} have no ratings. The time includes the copy that is made before the "
        "tables change. Compared: the columns that were there, by a hash over all rows.",
    )


def _filled(database: Path, revision: str) -> dict[str, tuple[tuple[str, ...], str]]:
    """Make a database of a revision, full; each table's columns and the hash over its rows."""
    migrate(database, revision)
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        tables = tables_of(engine)
        made = {row.table: row for row in fill(connection, tables, number=1)}
        by_name = {table.name: table for table in tables}
        for name, rows in (("people", _people), ("clips", _clips), ("ratings", _ratings)):
            if name in by_name:
                _insert(connection, by_name[name], rows(row_for(by_name[name], made, number=1), made))
    engine.dispose()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        return {
            name: (columns, _digest(connection, name, columns))
            for name in by_name
            for columns in [tuple(sorted(column.name for column in by_name[name].columns))]
        }


def _digests(
    database: Path, before: dict[str, tuple[tuple[str, ...], str]]
) -> dict[str, tuple[tuple[str, ...], str]]:
    with closing(sqlite3.connect(database)) as connection:
        found = {}
        for table, (columns, _) in before.items():
            there = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            if set(columns) <= there:
                found[table] = (columns, _digest(connection, table, columns))
    return found


def _digest(connection: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> str:
    digest = sha256()
    listed = ", ".join(f'"{column}"' for column in columns)
    for row in connection.execute(f"SELECT {listed} FROM {table} ORDER BY {listed}"):
        digest.update(repr(row).encode())
    return digest.hexdigest()


def _insert(connection: Connection, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    waiting: list[dict[str, Any]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == AT_ONCE:
            connection.execute(table.insert(), waiting)
            waiting = []
    if waiting:
        connection.execute(table.insert(), waiting)


def _people(like: dict[str, Any], _made: dict[str, MadeRow]) -> Iterator[dict[str, Any]]:
    for number in range(2, RATERS + 2):
        yield {**like, "id": number, "name": f"Rater {number}", "pseudonym": f"R{number}"}


def _clips(like: dict[str, Any], _made: dict[str, MadeRow]) -> Iterator[dict[str, Any]]:
    for number in range(2, CLIPS + 2):
        key = sha256(str(number).encode()).hexdigest()
        yield {**like, "number": number, "id": f"clip {number}", "sha256": key, "media_key": key}


def _ratings(like: dict[str, Any], _made: dict[str, MadeRow]) -> Iterator[dict[str, Any]]:
    number = 1
    for clip in range(2, CLIPS + 2):
        for rater in range(2, RATERS + 2):
            number += 1
            own = {"id": number, "idempotency_key": f"key {number}", "clip_id": f"clip {clip}"}
            yield {**like, **own, "person_id": rater}
