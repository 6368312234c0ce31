"""Copies of a SQLite database as it stands at one moment, taken while others write; and if one is whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from db.disk import checksum, flush, made_folder, require_room
from db.errors import DamagedDatabaseError, StorageError, refusal

BACKUPS: Final = "backups"
"""Beside the database: where it is copied to before its tables are changed."""

BEFORE: Final = "before-"
KEPT_BEFORE: Final = 3
"""Copies made before changes of tables that are kept; the oldest go."""

STAMP: Final = "%Y%m%dT%H%M%S%fZ"

ENDINGS: Final = {
    "sign_ins": "UPDATE sign_ins SET ended_at = :moment WHERE ended_at IS NULL",
    "invitations": "UPDATE invitations SET expires_at = :moment "
    "WHERE used_at IS NULL AND expires_at > :moment",
}
"""What ends every way in that a database holds, by the table it is in."""
STORED_MOMENT: Final = "%Y-%m-%d %H:%M:%S.%f"
"""As SQLAlchemy writes moments into SQLite."""


def copy_database(source: Path, target: Path) -> None:
    """Write a copy of a database to a new file, checked and on the disk when this returns.

    Who writes meanwhile is neither kept waiting nor seen in the copy.

    Raises
    ------
    StorageError
        If the disk has no room or refuses, or there is no such database.
    DamagedDatabaseError
        If what was copied is not whole.
    """
    if not source.is_file():
        raise StorageError(f"There is no database {source}; nothing has been stored here yet.")
    require_room(target.parent, size_of(source), what="A copy of the database")
    partial = target.with_name(target.name + ".part")
    partial.unlink(missing_ok=True)
    try:
        with (
            _sentences(),
            closing(sqlite3.connect(source)) as here,
            closing(sqlite3.connect(partial)) as there,
        ):
            here.backup(there)  # all pages in one read: in steps, each write would begin it anew
            there.execute("PRAGMA journal_mode=DELETE")  # one file, complete without others
        check(partial)
        flush(partial)
        partial.replace(target)
        flush(target.parent)
    except OSError as error:
        raise StorageError(f"The database cannot be copied to {target.parent}: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)


def let_nobody_in(database: Path, moment: datetime) -> None:
    """End the sign-ins and invitations in a database that nobody has open; accounts stay.

    Raises
    ------
    StorageError
        If the disk refuses.
    """
    with _sentences(), closing(sqlite3.connect(database)) as opened, opened:
        there = {name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table, ending in ENDINGS.items():
            if table in there:
                opened.execute(ending, {"moment": moment.strftime(STORED_MOMENT)})
    flush(database)


def copy_before_change(database: Path, revision: str, moment: datetime) -> Path:
    """Keep a copy of a database whose tables are about to be changed, with its checksum beside it.

    Parameters
    ----------
    revision : str
        What its tables are at.
    """
    folder = made_folder(database.parent / BACKUPS)
    copy = folder / f"{BEFORE}{revision}-{moment.strftime(STAMP)}.db"
    copy_database(database, copy)
    copy.chmod(0o600)
    named = copy.with_name(copy.name + ".sha256")
    named.write_text(f"{checksum(copy)}  {copy.name}\n", encoding="utf-8")
    flush(named)
    flush(folder)
    for old in sorted(folder.glob(f"{BEFORE}*.db"), key=lambda path: path.stat().st_mtime)[:-KEPT_BEFORE]:
        old.unlink()
        old.with_name(old.name + ".sha256").unlink(missing_ok=True)
    return copy


def check(database: Path, *, quick: bool = False) -> None:
    """Read every page of a database and see that it is whole.

    Parameters
    ----------
    quick : bool
        Leave out comparing indexes with their tables; several times faster.

    Raises
    ------
    DamagedDatabaseError
        If it is not.
    """
    with _sentences(), closing(sqlite3.connect(database)) as connection:
        found = connection.execute(f"PRAGMA {'quick_check' if quick else 'integrity_check'}(1)").fetchone()
    if found != ("ok",):
        raise DamagedDatabaseError(f"The database file {database.name} is damaged ({found[0]}).")


def check_ends(database: Path) -> None:
    """Read the last row of every table of a database: milliseconds, however large it is.

    Raises
    ------
    DamagedDatabaseError
        If that shows damage, as in a file that was cut off.
    """
    with _sentences(), closing(sqlite3.connect(database)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid DESC LIMIT 1').fetchone()


def revision_of(database: Path) -> str | None:
    """What the tables of a database are at; ``None`` where it is no database of Dailies."""
    with _sentences(), closing(sqlite3.connect(database)) as connection:
        there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone() if there else None
    return None if found is None else str(found[0])


def withdrawn_since(current: Path, older: Path) -> tuple[str, ...]:
    """Clips that have been withdrawn or removed in a database and are still there in an older copy of it."""
    return tuple(
        sorted(
            (_ids(current, "clip_id", "tombstones") - _ids(older, "clip_id", "tombstones"))
            & _ids(older, "id", "clips")
        )
    )


def size_of(database: Path) -> int:
    """Bytes a copy of a database takes at most: the file and what is still in its log."""
    log = database.with_name(database.name + "-wal")
    return database.stat().st_size + (log.stat().st_size if log.is_file() else 0)


def _ids(database: Path, column: str, table: str) -> set[str]:
    with _sentences(), closing(sqlite3.connect(database)) as connection:
        there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        return (
            {str(row[0]) for row in connection.execute(f"SELECT {column} FROM {table}")} if there else set()
        )


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise refusal(str(error)) or StorageError(f"The database cannot be read: {error}.") from error
