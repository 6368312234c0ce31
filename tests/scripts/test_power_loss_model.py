"""What the model of a power cut may tear: pages that SQLite has in its log as a whole, and no others.

SQLite copies a page from its log into the database only once the transaction that wrote it is on the disk
(sqlite.org/wal.html, "Checkpointing"). A first model also tore pages that only a torn transaction held, and
reported 2 of 200 copies as damaged; a second tore transactions of which nobody had been told though they were
flushed, and in the database already, and reported 1 of 200. No disk can be in these states.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scripts.reliability.write_ahead_log import flushed_end, read_log

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


def files(database: Path) -> tuple[bytes, bytes]:
    log, index = (database.with_name(f"{database.name}{ending}").read_bytes() for ending in ("-wal", "-shm"))
    return log, index


def test_a_transaction_counts_as_flushed_once_the_index_names_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "here.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE first (said TEXT)")
        before, index_before = files(tmp_path / "here.db")
        database.execute("INSERT INTO first VALUES ('after')")
        after, index_after = files(tmp_path / "here.db")
    first, second = read_log(before), read_log(after)
    assert first is not None
    assert second is not None
    assert flushed_end(before, index_before) == first.commit_ends[-1]
    assert flushed_end(after, index_after) == second.commit_ends[-1]
    # written to the log and not yet named in the index: what a power cut between the two leaves
    assert flushed_end(after, index_before) == first.commit_ends[-1] < second.commit_ends[-1]


def test_an_index_of_another_round_means_that_all_of_the_log_was_flushed(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "here.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE first (said TEXT)")
        before, _ = files(tmp_path / "here.db")
        database.execute("PRAGMA wal_checkpoint(RESTART)")
        database.execute("INSERT INTO first VALUES ('after')")
        after, index_after = files(tmp_path / "here.db")
    assert before[16:24] != after[16:24]  # the log was begun anew, with other salts
    assert flushed_end(before, index_after) == len(before)


def test_tearing_a_transaction_that_is_in_the_database_already_would_invent_damage(tmp_path: Path) -> None:
    """A page of the table comes from the log, and the page of the index that only it wrote does not."""
    here, copy = tmp_path / "here.db", tmp_path / "copy.db"
    with closing(sqlite3.connect(here, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE answers (key TEXT UNIQUE)")
        database.executemany("INSERT INTO answers VALUES (?)", [(f"{number:05}",) for number in range(5000)])
        database.execute("PRAGMA wal_checkpoint(RESTART)")
        for key in ("00100 of one page of the index", "04000 of another"):
            database.execute("INSERT INTO answers VALUES (?)", (key,))
        database.execute("PRAGMA wal_checkpoint(PASSIVE)")
        content, index = files(here)
        shutil.copyfile(here, copy)
    log = read_log(content)
    assert log is not None
    assert flushed_end(content, index) == log.commit_ends[-1]  # so the model does not tear it
    copy.with_name("copy.db-wal").write_bytes(content[: log.commit_ends[-2]])
    with closing(sqlite3.connect(copy)) as opened:
        assert opened.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok"
