"""Opening the database for a server: looked through, so that nobody rates into a damaged file.

A small database is read to its end before anything is served. To read a large one takes longer than anybody
waits for a page: of that, each table's last row is read before, and all pages while it is served.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dashboard.services import backup_schedule
from db import session, snapshot
from db.errors import DamagedDatabaseError
from engine.errors import DailiesError

READ_BEFORE_BYTES: Final = 128 << 20
"""About half a second; a class fills less in a year."""

log = logging.getLogger(__name__)


class ReadingOn:
    """A database of which only the ends have been read: the rest is read by a thread."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._damage: DamagedDatabaseError | None = None

    def begin(self, on_damage: Callable[[], None]) -> threading.Thread:
        """Begin to read; ``on_damage`` is called by the thread where something is amiss."""
        thread = threading.Thread(target=self._read, args=(on_damage,), name="whole-database", daemon=True)
        thread.start()
        return thread

    def require_whole(self) -> None:
        """Say what was found so far.

        Raises
        ------
        DamagedDatabaseError
            If it is damaged; the sentence names the newest backup.
        """
        if self._damage is not None:
            raise self._damage

    def _read(self, on_damage: Callable[[], None]) -> None:
        try:
            snapshot.check(self._database, quick=True)
        except DamagedDatabaseError as error:
            self._damage = _told(error)
            log.error("%s", self._damage)
            on_damage()
        except DailiesError:
            log.exception("The database could not be looked through.")
        else:
            log.info("The database is whole.")


def open_checked() -> ReadingOn | None:
    """Open the database, having looked through it.

    Returns
    -------
    ReadingOn or None
        What is left to be read while it is served; ``None`` where all of it was read.

    Raises
    ------
    DamagedDatabaseError
        If it is damaged; the sentence names the newest backup.
    StorageError
        If it cannot be used.
    """
    try:
        database = session.sqlite_file()
        there = database if database is not None and database.is_file() else None
        is_large = there is not None and snapshot.size_of(there) > READ_BEFORE_BYTES
        if there is not None:
            snapshot.check_ends(there) if is_large else snapshot.check(there, quick=True)
        session.prepare()
    except DamagedDatabaseError as error:
        session.close()
        raise _told(error, is_served=False) from error
    return ReadingOn(there) if there is not None and is_large else None


def _told(error: DamagedDatabaseError, *, is_served: bool = True) -> DamagedDatabaseError:
    newest = backup_schedule.newest()
    what = (
        "there is no backup; keep the file and ask for help."
        if newest is None
        else f"put the newest backup in its place: python -m dashboard restore {newest}"
    )
    so_far = "what was stored since the start is in it" if is_served else "nothing was changed"
    return DamagedDatabaseError(f"{str(error).rstrip('.')}; {so_far}. Stop here: {what}")
