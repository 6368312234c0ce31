"""What the model of a power cut may tear: pages that SQLite has in its log as a whole, and no others.

SQLite copies a page from its log into the database only once the transaction that wrote it is on the disk
(sqlite.org/wal.html, "Checkpointing"). A first model also tore pages that only a torn transaction held, and
reported 2 of 200 copies as damaged; no disk can be in that state.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scripts.reliability.write_ahead_log import read_log

GARBAGE = b"\xa5" * 2048


@pytest.fixture
def lost(tmp_path: Path) -> Path:
    """A database and a log of two transactions, each of a page of its own; the second is torn."""
    with closing(sqlite3.connect(tmp_path / "here.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        for table in ("first", "second"):
            database.execute(f"CREATE TABLE {table} (said TEXT)")
            database.execute(f"INSERT INTO {table} VALUES ('before')")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for table in ("first", "second"):
            database.execute(f"UPDATE {table} SET said = 'after'")
        for ending in ("", "-wal"):
            shutil.copyfile(tmp_path / f"here.db{ending}", tmp_path / f"lost.db{ending}")
    content = (tmp_path / "lost.db-wal").read_bytes()
    log = read_log(content)
    assert log is not None
    (tmp_path / "lost.db-wal").write_bytes(content[: log.commit_ends[-1] - 100])
    return tmp_path / "lost.db"


def torn(database: Path, page: int, page_bytes: int) -> None:
    with database.open("r+b") as opened:
        opened.seek((page - 1) * page_bytes)
        opened.write(GARBAGE)


def said(database: Path) -> tuple[str, list[tuple[str, str]]]:
    with closing(sqlite3.connect(database)) as opened:
        whole = opened.execute("PRAGMA integrity_check(1)").fetchone()[0]
        return whole, opened.execute("SELECT first.said, second.said FROM first, second").fetchall()


def test_a_page_whose_transaction_is_in_the_log_may_be_torn_in_the_database(lost: Path) -> None:
    log = read_log(lost.with_name("lost.db-wal").read_bytes())
    assert log is not None
    assert len(log.pages) == 1
    (page,) = log.pages
    torn(lost, page, log.page_bytes)
    assert said(lost) == ("ok", [("after", "before")])


def test_a_page_that_only_a_torn_transaction_holds_is_not_among_them(lost: Path) -> None:
    log = read_log(lost.with_name("lost.db-wal").read_bytes())
    assert log is not None
    (page,) = log.pages
    torn(lost, page + 1, log.page_bytes)  # the page of the second table, which the first model tore as well
    with pytest.raises(sqlite3.DatabaseError, match="malformed"):
        said(lost)
