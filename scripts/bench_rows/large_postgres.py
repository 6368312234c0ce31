"""What people look at in the same project of 100,000 clips and 1,000,000 answers, kept in PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from scripts.bench_rows import large
from scripts.bench_rows.row import Row
from scripts.large_project import CLIPS, RATINGS, copied, made
from tests import postgres_served

ASKED: Final = tuple(name for name in large.LIMITS if name not in ("languages", "raters"))
"""Figures that take a minute of Python and a second of SQL would say no more here than in SQLite."""


def run() -> Iterator[Row]:
    """Bring the rows over in bulk, then ask for each in a process of its own."""
    why_not = postgres_served.missing()
    if why_not:
        yield Row("the same in PostgreSQL", f"not measured: {why_not}")
        return
    with (
        TemporaryDirectory(prefix="dailies-bench-") as folder,
        postgres_served.served(durable=True) as server,
    ):
        home = copied(made(), Path(folder) / "home")
        with server.database() as name:
            address = server.url(name)
            started = perf_counter()
            _fill(server, name, home)
            taken = perf_counter() - started
            (home / "dailies.db").unlink()  # nothing is read there by mistake
            yield Row(
                f"{CLIPS:,} clips and {RATINGS:,} answers brought over by COPY",
                f"{taken:.0f} s",
                detail="Past the application, whose `move` compares every row on both sides as well.",
            )
            for asked in ASKED:
                found = large.apart(asked, home, database=address)
                yield large.row(f"{large.WORDS[asked]}, in PostgreSQL", found, large.LIMITS[asked])


def _fill(server: postgres_served.Postgres, name: str, home: Path) -> None:
    from db import session
    from db.copying import go_on_counting, tables

    with session.writing(server.url(name)):
        pass  # opened, it has its tables
    with (
        closing(sqlite3.connect(home / "dailies.db")) as source,
        server.connected(name) as target,
        target.transaction(),
    ):
        target.execute("SET LOCAL session_replication_role = replica")  # the rows hang together already
        target.execute("SET LOCAL TimeZone = 'UTC'")
        for table in tables():
            _copy(source, target, table)
    with session.writing(server.url(name)) as opened:
        for table in tables():
            go_on_counting(opened, table)
    session.close()
    with server.connected(name) as target:
        target.execute("VACUUM ANALYZE")


def _copy(source: sqlite3.Connection, target: Any, table: Any) -> None:
    from sqlalchemy import Boolean

    names = [column.name for column in table.columns]
    listed = ", ".join(f'"{name}"' for name in names)
    truths = [number for number, column in enumerate(table.columns) if isinstance(column.type, Boolean)]
    with target.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table.name}"')  # what the migrations put there is in the other one too
        with cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as rows:
            for row in source.execute(f'SELECT {listed} FROM "{table.name}"'):
                values = list(row)
                for number in truths:
                    values[number] = None if values[number] is None else bool(values[number])
                rows.write_row(values)
