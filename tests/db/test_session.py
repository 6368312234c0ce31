"""Transactions: nothing is lost, nothing is half-written, and refusals are sentences."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from db import people, projects, session
from db.errors import RefusedValueError, StorageError
from db.location import CHECKOUT, DATABASE_FILE, database_url
from db.records import ProjectRecord
from tests.databases import past_the_application

pytestmark = pytest.mark.both

PROCESSES = 8
INCREMENTS = 60

RATE_AND_WAIT = """
import sys
from db import clips, people, ratings, session
from db.records import RatingDraft
from engine.vocabulary import Delivery, Phase
with session.writing() as s:
    ratings.add(s, RatingDraft(clip_id=sys.argv[1], person_id=int(sys.argv[2]), idempotency_key="press-1",
                               phase=Phase.ASSISTED, delivery=Delivery.TOO_MUCH))
print("stored", flush=True)
with session.writing() as s:
    people.get_or_create(s, "half-written")
    print("writing", flush=True)
    sys.stdin.read()
"""


def _count_up(project_id: int, address: str) -> None:
    os.environ["DAILIES_DATABASE_URL"] = address  # a server that forks may be older than this test
    for _ in range(INCREMENTS):
        with session.writing() as s:
            count = projects.by_id(s, project_id).settings.get("count", 0)
            projects.update_settings(s, project_id, {"count": count + 1})


def test_eight_processes_that_read_then_write_lose_nothing(project: ProjectRecord) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # eight processes that read the same modules read them once
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        for done in [pool.submit(_count_up, project.id, database_url()) for _ in range(PROCESSES)]:
            done.result()
    with session.reading() as s:
        assert projects.by_id(s, project.id).settings["count"] == PROCESSES * INCREMENTS


def test_a_committed_rating_survives_kill_9_and_a_half_written_one_leaves_no_trace(
    database: str, clip: object, person: object
) -> None:
    session.close()
    arguments = [sys.executable, "-c", RATE_AND_WAIT, clip.id, str(person.id)]
    writer = subprocess.Popen(
        arguments, cwd=CHECKOUT, env=os.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "stored\n"
    assert writer.stdout.readline() == "writing\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    with past_the_application() as connection:
        if database == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").fetchone() == ("ok",)
        found = connection.exec_driver_sql("SELECT delivery, idempotency_key FROM ratings").fetchall()
        assert found == [(1, "press-1")]
        assert connection.exec_driver_sql("SELECT name FROM people").scalars().all() == ["Asha"]


def _add_and_fail(name: str) -> None:
    with session.writing() as s:
        people.get_or_create(s, name)
        raise KeyError(name)


def test_an_error_inside_a_transaction_stores_nothing() -> None:
    with pytest.raises(KeyError):
        _add_and_fail("Nobody")
    with session.reading() as s:
        assert people.everybody(s) == ()


@pytest.mark.sqlite
def test_connections_are_set_up_to_keep_what_was_promised() -> None:
    with session.writing() as s:
        settings = [
            s.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    full = 2
    assert settings == ["wal", full, 1]


def test_a_reader_sees_one_state_while_somebody_writes() -> None:
    with session.reading() as reader:
        assert people.everybody(reader) == ()
        with session.writing() as writer:
            people.get_or_create(writer, "Ben")
        assert people.everybody(reader) == ()
    with session.reading() as reader:
        assert [person.name for person in people.everybody(reader)] == ["Ben"]


def test_a_transaction_that_only_reads_cannot_write() -> None:
    session.prepare()
    with pytest.raises((StorageError, OperationalError)), session.reading() as s:
        people.get_or_create(s, "Ben")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nonsense", "is no database address"),
        ("sqlite://", "keeps nothing"),
        ("sqlite:///:memory:", "keeps nothing"),
        ("strangedb://somewhere/x", "not in strangedb"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_in_a_sentence(
    address: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILIES_DATABASE_URL", address)
    with pytest.raises(StorageError, match=sentence):
        session.prepare()


@pytest.mark.sqlite
def test_a_file_that_is_no_database_is_refused_in_a_sentence(home: Path) -> None:
    (home / DATABASE_FILE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageError, match="no SQLite database"):
        session.prepare()


@pytest.mark.sqlite
def test_a_folder_in_the_place_of_the_database_is_refused_in_a_sentence(home: Path) -> None:
    (home / DATABASE_FILE).unlink()
    (home / DATABASE_FILE).mkdir()
    with pytest.raises(StorageError, match="cannot be opened"):
        session.prepare()


@pytest.mark.sqlite
def test_a_file_in_the_place_of_the_data_folder_is_refused_in_a_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("x")
    monkeypatch.setenv("DAILIES_HOME", str(home / "file"))
    with pytest.raises(StorageError, match="cannot be made"):
        session.prepare()


def test_a_name_without_letters_is_refused_in_a_sentence() -> None:
    with pytest.raises(RefusedValueError, match="at least one letter"), session.writing() as s:
        people.get_or_create(s, "  ")
