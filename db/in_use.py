"""Who has a database open: all who use it hold a lock together, who replaces it must hold it alone.

Two servers may share one database; a restore may not take it from under either.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from db.errors import StorageError

try:
    import fcntl
except ImportError:  # no POSIX system: nobody is kept out
    fcntl = None  # type: ignore[assignment]  # looked at before it is used

USE_SUFFIX: Final = "-use"
"""Name of the lock file, after the database's own."""

RESTORING_SUFFIX: Final = "-restoring"
"""Name of the file that stands beside a database while a restore moves files."""


class Use:
    """The lock of one database file, held by a process while it has the database open.

    Raises
    ------
    StorageError
        If somebody is replacing the database, or was interrupted while doing so.
    """

    def __init__(self, database: Path) -> None:
        self._file = _opened(database)
        try:
            if self._file is not None and not _locks(self._file, alone=False):
                raise StorageError("A backup is being restored here; wait until that has ended.")
            refuse_half_restored(database)
        except StorageError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Keep everybody else from a database.

    Raises
    ------
    StorageError
        If somebody has it open.
    """
    file = _opened(database)
    try:
        if file is not None and not _locks(file, alone=True):
            raise StorageError(
                "Dailies is running on this data folder (a server or a command); stop it and try again."
            )
        yield
    finally:
        if file is not None:
            os.close(file)


def refuse_half_restored(database: Path) -> None:
    """Refuse a database beside which a restore was interrupted.

    Raises
    ------
    StorageError
        If that is so; the sentence tells how to go on.
    """
    sign = database.with_name(database.name + RESTORING_SUFFIX)
    if sign.exists():
        source = sign.read_text(encoding="utf-8").strip()
        raise StorageError(
            f"A restore was interrupted here; run python -m dashboard restore {source} again to end it."
        )


def _opened(database: Path) -> int | None:
    path = database.with_name(database.name + USE_SUFFIX)
    file = None
    if fcntl is not None:
        with suppress(OSError):  # what is wrong with the folder, SQLite itself says
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    return file


def _locks(file: int, *, alone: bool) -> bool:
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
