"""Writing in turn between processes on one SQLite file.

SQLite lets a writer wait by looking again and again, with up to a tenth of a second between two looks, and
gives the lock to whoever looks at the right moment: next to a process that writes without a pause, others
may wait for as long as it does. Here who waits stands at a gate, a lock file beside the database: until they
have written, nobody else begins to.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Final

try:
    import fcntl
except ImportError:  # no POSIX system: SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]  # looked at before it is used

TURN_SUFFIX: Final = "-turn"
"""Name of the lock file, after the database's own; SQLite's are ``-wal`` and ``-shm``."""

LOOK_S: Final = 0.002
"""Between two looks whether the one who writes is done: only one process looks at a time."""

GATE_LOOK_S: Final = 0.005
"""Between two looks whether the gate is free."""

PRIMARY_CODE: Final = 0xFF
"""SQLite's result codes say in their lowest byte what it is, above it why (sqlite.org/rescode.html)."""


class WriteGate:
    """The gate of one database file; used by one thread of a process at a time.

    Parameters
    ----------
    path : Path
        The lock file.
    patience_ms : int
        How long to wait for others in all.
    """

    def __init__(self, path: Path, *, patience_ms: int) -> None:
        self._path = path
        self._patience_ms = patience_ms
        self._file: int | None = None

    def begin_to_write(self, driver: sqlite3.Connection) -> None:
        """Begin a transaction that holds SQLite's one lock for writing.

        Raises
        ------
        sqlite3.OperationalError
            If others write all the time there is patience for, or the file cannot be used.
        """
        until = monotonic() + self._patience_ms / 1000
        driver.execute("PRAGMA busy_timeout=0")
        try:
            with self._held(until):
                while not _begins(driver, until):
                    sleep(LOOK_S)
        finally:
            driver.execute(f"PRAGMA busy_timeout={self._patience_ms}")

    def close(self) -> None:
        """Let go of the lock file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def _held(self, until: float) -> Iterator[None]:
        if fcntl is None or not self._opens():
            yield
            return
        assert self._file is not None
        while not _locks(self._file) and monotonic() < until:
            sleep(GATE_LOOK_S)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _opens(self) -> bool:
        """Whether there is a lock file; what is wrong with the folder, SQLite itself says."""
        if self._file is None:
            with suppress(OSError):
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        return self._file is not None


def _locks(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _begins(driver: sqlite3.Connection, until: float) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        # Busy is also SQLITE_BUSY_RECOVERY: after a writer was killed, another process reads the log anew.
        if error.sqlite_errorcode & PRIMARY_CODE != sqlite3.SQLITE_BUSY or monotonic() > until:
            raise
        return False
    return True
