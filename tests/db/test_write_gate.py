"""Who waits for another process to end its write is the next to write."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from db.write_gate import TURN_SUFFIX, WriteGate

pytestmark = pytest.mark.sqlite

PATIENCE_MS = 20_000
LITTLE_PATIENCE_MS = 50
WITHOUT_A_PAUSE = """
import sqlite3, sys
from pathlib import Path
from db.write_gate import WriteGate
driver = sqlite3.connect(sys.argv[1], isolation_level=None)
gate = WriteGate(Path(sys.argv[2]), patience_ms=20_000)
print("ready", flush=True)
while True:
    gate.begin_to_write(driver)
    driver.execute("INSERT INTO written VALUES ('them')")
    driver.execute("COMMIT")
"""
READS_THE_LOG_ANEW = """
import fcntl, os, sys
WRITE, RECOVER, THERE = 120, 122, 128  # bytes of the index that are locked (sqlite.org/walformat.html)
index = os.open(sys.argv[1] + "-shm", os.O_RDWR | os.O_CREAT)
os.ftruncate(index, 32768)
fcntl.lockf(index, fcntl.LOCK_SH, 1, THERE)
for byte in (WRITE, RECOVER):
    fcntl.lockf(index, fcntl.LOCK_EX, 1, byte)
print("ready", flush=True)
sys.stdin.read()
"""
MINE = 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE written (who TEXT)")
    return path


def opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, isolation_level=None)


def gate_of(file: Path, patience_ms: int = PATIENCE_MS) -> WriteGate:
    return WriteGate(file.with_name(file.name + TURN_SUFFIX), patience_ms=patience_ms)


def test_beside_a_process_that_writes_without_a_pause_others_come_to_write(file: Path) -> None:
    gate, driver = gate_of(file), opened(file)
    command = [sys.executable, "-c", WITHOUT_A_PAUSE, str(file), f"{file}{TURN_SUFFIX}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as them:
        try:
            assert them.stdout is not None
            assert them.stdout.readline() == "ready\n"
            between = []
            for _ in range(MINE):
                before = driver.execute("SELECT count(*) FROM written").fetchone()[0]
                gate.begin_to_write(driver)
                between.append(driver.execute("SELECT count(*) FROM written").fetchone()[0] - before)
                driver.execute("INSERT INTO written VALUES ('me')")
                driver.execute("COMMIT")
        finally:
            them.kill()
    assert sorted(between)[MINE // 2] <= 20, between  # once at the gate, one write of theirs at the most
    gate.close()


def test_who_waits_too_long_is_told_that_the_file_is_locked_and_stands_in_nobodys_way(file: Path) -> None:
    first, second = opened(file), opened(file)
    gate = gate_of(file)
    gate.begin_to_write(first)
    hasty = gate_of(file, LITTLE_PATIENCE_MS)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        hasty.begin_to_write(second)
    first.execute("COMMIT")
    hasty.begin_to_write(second)
    second.execute("COMMIT")
    gate.begin_to_write(first)
    assert first.execute("PRAGMA busy_timeout").fetchone() == (PATIENCE_MS,)


def test_a_writer_that_knows_no_gate_is_waited_for(file: Path) -> None:
    stranger, driver = opened(file), opened(file)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        gate_of(file, LITTLE_PATIENCE_MS).begin_to_write(driver)
    stranger.execute("ROLLBACK")
    gate_of(file, LITTLE_PATIENCE_MS).begin_to_write(driver)


def test_who_comes_while_the_log_is_read_anew_after_a_kill_waits(file: Path) -> None:
    command = [sys.executable, "-c", READS_THE_LOG_ANEW, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as them:
        assert them.stdin is not None
        assert them.stdout is not None
        assert them.stdout.readline() == "ready\n"
        driver = opened(file)
        driver.execute("PRAGMA busy_timeout=0")
        with pytest.raises(sqlite3.OperationalError) as refused:
            driver.execute("BEGIN IMMEDIATE")
        assert refused.value.sqlite_errorcode == sqlite3.SQLITE_BUSY_RECOVERY
        done = threading.Timer(0.1, them.stdin.close)
        done.start()
        gate_of(file).begin_to_write(driver)
        done.join()
    driver.execute("INSERT INTO written VALUES ('me')")
    driver.execute("COMMIT")


def test_without_a_lock_file_one_writes_all_the_same(file: Path) -> None:
    gate = WriteGate(file / "no folder" / "turn", patience_ms=LITTLE_PATIENCE_MS)
    gate.begin_to_write(opened(file))
