"""Opening the database for a server: looked through first, so that nobody rates into a damaged file."""

from __future__ import annotations

from dashboard.services import backup_schedule
from db import session, snapshot
from db.errors import DamagedDatabaseError


def open_checked() -> None:
    """Open the database, having read all its pages.

    Raises
    ------
    DamagedDatabaseError
        If it is damaged; the sentence names the newest backup.
    StorageError
        If it cannot be used.
    """
    try:
        database = session.sqlite_file()
        if database is not None and database.is_file():
            snapshot.check(database, quick=True)
        session.prepare()
    except DamagedDatabaseError as error:
        session.close()
        newest = backup_schedule.newest()
        what = (
            "there is no backup; keep the file and ask for help."
            if newest is None
            else f"put the newest backup in its place: python -m dashboard restore {newest}"
        )
        raise DamagedDatabaseError(
            f"{str(error).rstrip('.')}; nothing was changed. Stop here: {what}"
        ) from error
