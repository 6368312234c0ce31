"""Disks that are full or read-only, media that are gone, damaged pages, two servers: each has a sentence."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest

from dashboard.services import backup, backup_schedule, importing, media_store, whole_database
from dashboard.services.analysis_worker import AnalysisWorker
from db import audit, people, session
from db.columns import now
from db.errors import DamagedDatabaseError, StorageError
from db.in_use import alone
from db.location import DATABASE_FILE
from scripts.reliability import disk_full
from scripts.reliability.kill import killed
from scripts.reliability.power_loss import lost
from scripts.reliability.small_disk import NoDiskError, read_only, small_disk
from scripts.reliability.write_ahead_log import read_log
from tests.dashboard import work_made
from tests.thoroughness import repeats

PAGE_BYTES = 4096


@pytest.fixture
def disk() -> Iterator[Path]:
    try:
        with small_disk(disk_full.DISK_BYTES) as mounted:
            yield mounted
            session.close()
    except NoDiskError as error:
        pytest.skip(f"a small disk cannot be mounted: {error}")


def meet(name: str) -> None:
    with session.writing() as s:
        people.get_or_create(s, name)


def damaged(database: Path) -> None:
    """Spoil every page but the first."""
    session.close()
    content = bytearray(database.read_bytes())
    content[PAGE_BYTES:] = bytes(len(content) - PAGE_BYTES)
    database.write_bytes(content)


@pytest.mark.sqlite
def test_an_import_onto_a_full_disk_leaves_no_half_clip_and_goes_on_when_there_is_room(disk: Path) -> None:
    found = disk_full.filled(disk, step_bytes=repeats(100, 10) * disk_full.STEP_BYTES)
    assert found.wrong == []
    assert found.refused


@pytest.mark.sqlite
def test_a_read_only_disk_is_told_in_a_sentence_and_goes_on_when_it_may_be_written(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILIES_HOME", str(disk))
    media_store.put_bytes(b"a take")
    meet("Asha")
    session.close()
    with read_only(disk):
        with pytest.raises(StorageError, match="may be written to"):
            meet("Ben")
        with pytest.raises(StorageError, match="read-only; nothing was stored"):
            media_store.put_bytes(b"another")
    meet("Ben")
    with session.reading() as s:
        assert [person.name for person in people.everybody(s)] == ["Asha", "Ben"]


def test_a_clip_whose_file_is_gone_says_so_and_comes_back_when_it_is_imported_again(home: Path) -> None:
    (clip,) = importing.import_clips("Hamlet", [importing.Source("take.mp4", partial(BytesIO, b"a"))]).added
    shutil.rmtree(home / "media" / clip.media_key[:2])
    with pytest.raises(StorageError, match="missing from the data folder; import the clip again"):
        media_store.path_of(clip.media_key)
    again = importing.import_clips("Hamlet", [importing.Source("take.mp4", partial(BytesIO, b"a"))])
    assert [each.id for each in again.already_there] == [clip.id]
    assert media_store.path_of(clip.media_key).read_bytes() == b"a"


@pytest.mark.sqlite
def test_a_damaged_database_is_not_served_and_the_newest_backup_is_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet("Asha")
    monkeypatch.setenv("DAILIES_BACKUPS", str(tmp_path / "kept"))
    planned = backup_schedule.plan()
    assert planned is not None
    place = backup_schedule.take_turn(planned)
    whole_database.open_checked()
    damaged(home / DATABASE_FILE)
    with pytest.raises(DamagedDatabaseError, match=f"dashboard restore {place}"):
        whole_database.open_checked()


@pytest.mark.sqlite
def test_a_damaged_database_without_a_backup_says_so(home: Path) -> None:
    meet("Asha")
    damaged(home / DATABASE_FILE)
    with pytest.raises(DamagedDatabaseError, match="there is no backup"):
        whole_database.open_checked()


@pytest.mark.sqlite
def test_a_large_database_is_served_at_once_and_no_longer_when_it_is_found_damaged(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_database, "READ_BEFORE_BYTES", 0)
    meet("Asha")
    whole = whole_database.open_checked()
    assert whole is not None
    ended: list[str] = []
    whole.begin(lambda: ended.append("whole")).join()
    whole.require_whole()
    session.close()
    damaged(home / DATABASE_FILE)
    unread = whole_database.ReadingOn(home / DATABASE_FILE)
    unread.begin(lambda: ended.append("damaged")).join()
    assert ended == ["damaged"]
    with pytest.raises(DamagedDatabaseError, match="there is no backup"):
        unread.require_whole()


@pytest.mark.sqlite
def test_a_large_database_that_was_cut_off_is_not_served(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_database, "READ_BEFORE_BYTES", 0)
    meet("Asha")
    session.close()
    file = home / DATABASE_FILE
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(StorageError):
        whole_database.open_checked()


@pytest.mark.sqlite
def test_two_servers_share_a_data_folder_and_one_of_them_analyses(home: Path) -> None:
    first, second = (AnalysisWorker(work=work_made.quick_work, prepare=work_made.nothing) for _ in range(2))
    meet("Asha")
    try:
        assert first.try_start()
        assert not second.try_start()
        with pytest.raises(StorageError, match="is running on this data folder"), alone(home / DATABASE_FILE):
            pass
    finally:
        first.stop()
    session.close()
    with alone(home / DATABASE_FILE), pytest.raises(StorageError, match="is being restored"):
        meet("Ben")


def test_the_audit_log_keeps_its_order_and_its_chain_when_the_clock_is_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with session.writing() as s:
        audit.write(s, "first", "x")
    earlier = now() - timedelta(days=1)
    monkeypatch.setattr(audit, "now", lambda: earlier)
    with session.writing() as s:
        audit.write(s, "second", "x")
        page = audit.list_page(s)
    assert [line.action for line in page.items] == ["second", "first"]
    assert page.items[0].previous_hash == page.items[1].hash


@pytest.mark.sqlite
def test_kill_9_under_writers_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILIES_HOME", str(tmp_path))
    said, found, wrong = killed(tmp_path, moments=repeats(3, 40), processes=repeats(2, 8), seed=5)
    assert said.stored
    assert wrong == []
    assert found.is_right


@pytest.mark.sqlite
def test_a_copy_at_the_moment_of_a_power_cut_opens_with_all_that_was_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILIES_HOME", str(tmp_path))
    moments = repeats(6, 60)
    found = lost(tmp_path, moments=moments, processes=repeats(2, 8), seed=5)
    assert found.wrong == []
    assert (found.right, found.reopened) == (moments, True)
    assert found.acknowledged


@pytest.mark.sqlite
def test_the_log_of_a_database_is_read_as_sqlite_writes_it(home: Path) -> None:
    meet("Asha")
    log = read_log((home / f"{DATABASE_FILE}-wal").read_bytes())
    assert log is not None
    assert log.page_bytes == PAGE_BYTES
    assert log.pages
    before = len(log.commit_ends)
    meet("Ben")
    after = read_log((home / f"{DATABASE_FILE}-wal").read_bytes())
    assert after is not None
    assert len(after.commit_ends) == before + 1


@pytest.mark.sqlite
def test_a_backup_of_a_damaged_database_is_refused(home: Path, tmp_path: Path) -> None:
    meet("Asha")
    damaged(home / DATABASE_FILE)
    with pytest.raises(DamagedDatabaseError):
        backup.make(tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
