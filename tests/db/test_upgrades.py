"""Whatever lies in the tables of a released version is there after the upgrade to this one."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, select

from db import session, snapshot
from db.errors import DamagedDatabaseError, StorageError
from db.location import DATABASE_FILE
from scripts.reliability.old_rows import MadeRow, fill, migrate, revisions, tables_of

pytestmark = pytest.mark.sqlite  # PostgreSQL's tables are upgraded by the same steps, see test_migrations


@pytest.fixture(autouse=True)
def nothing_yet(home: Path) -> None:
    """These tests begin before the first table."""
    (home / DATABASE_FILE).unlink(missing_ok=True)


def filled_at(database: Path, revision: str, *, number: int) -> list[MadeRow]:
    """Bring a database to a revision and put one row into every table it has there."""
    migrate(database, revision)
    engine = create_engine(f"sqlite:///{database}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
    with engine.begin() as connection:
        made = fill(connection, tables_of(engine), number=number)
    engine.dispose()
    return made


def differing(row: MadeRow, now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The columns of a row that are there still and hold something else."""
    return {
        name: (value, now[name]) for name, value in row.values.items() if name in now and now[name] != value
    }


def test_rows_of_every_released_schema_survive_the_upgrade(home: Path) -> None:
    database = home / DATABASE_FILE
    home.mkdir(exist_ok=True)
    made = [
        row
        for number, revision in enumerate(revisions(), 1)  # a row of one version goes through all later steps
        for row in filled_at(database, revision, number=number)
    ]
    session.prepare()
    engine = create_engine(f"sqlite:///{database}")
    tables = {table.name: table for table in tables_of(engine)}
    assert {row.table for row in made} <= set(tables)
    with engine.connect() as connection:
        for row in made:
            table = tables[row.table]
            keyed = [
                column == value for column, value in zip(table.primary_key.columns, row.key, strict=True)
            ]
            found = connection.execute(select(table).where(*keyed)).mappings().all()
            assert len(found) == 1, (row.table, row.key)
            assert differing(row, found[0]) == {}, row.table
    engine.dispose()
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_an_older_database_is_copied_before_its_tables_change_and_one_of_today_is_not(home: Path) -> None:
    (row, *_) = filled_at(home / DATABASE_FILE, "0001", number=1)
    session.prepare()
    (copy,) = (home / snapshot.BACKUPS).glob("before-0001-*.db")
    assert snapshot.revision_of(copy) == "0001"
    with sqlite3.connect(copy) as connection:
        assert connection.execute(f"SELECT count(*) FROM {row.table}").fetchone() == (1,)
    session.close()
    session.prepare()
    assert list((home / snapshot.BACKUPS).glob("*.db")) == [copy]


def test_without_room_for_the_copy_nothing_is_changed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled_at(home / DATABASE_FILE, "0001", number=1)

    def refuse(*_: object, **__: object) -> None:
        raise StorageError("no room; free some space and try again.")

    monkeypatch.setattr(snapshot, "require_room", refuse)
    with pytest.raises(StorageError, match="free some space"):
        session.prepare()
    assert snapshot.revision_of(home / DATABASE_FILE) == "0001"


def test_a_damaged_database_is_not_upgraded(home: Path) -> None:
    database = home / DATABASE_FILE
    filled_at(database, "0004", number=1)
    content = bytearray(database.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = bytes(range(256)) * 16
    database.write_bytes(content)
    with pytest.raises(DamagedDatabaseError, match="damaged"):
        session.prepare()
    assert database.read_bytes()[: len(content)] == bytes(content)
