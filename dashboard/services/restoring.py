"""Putting a backup in the place of what is there, which is kept aside and never deleted.

Everything is verified before anything is touched. While files are moved a sign stands beside the database:
a restore that is interrupted then leaves no half data folder that anybody would open. Sign-ins and
invitations of the backup are ended in it: who had signed out since, or used a link up, would be in again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dashboard.services import backup_manifest, media_store
from dashboard.services.backup import database_file
from dashboard.services.backup_manifest import NAME, PARTS
from db import migrations, snapshot
from db.columns import now
from db.disk import checksum, flush, made_folder, require_room
from db.errors import NewerDatabaseError, StorageError
from db.in_use import RESTORING_SUFFIX, alone
from db.location import DATABASE_FILE, data_folder

REPLACED: Final = "replaced-"
STAGED: Final = "restoring-"
LOGS: Final = ("", "-wal", "-shm")
"""What belongs to a SQLite file, by the endings of the names."""
FIGURES: Final = "figures"
"""Worked out from the database: those of the one that is replaced go with it."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes
    ----------
    files : int
        Put in place, the database among them.
    aside : Path or None
        Where what was there lies now; ``None`` where nothing was.
    withdrawn : tuple of str
        Clips that were withdrawn or removed after the backup was made, and are there again: they have to
        be removed once more.
    """

    files: int
    aside: Path | None
    withdrawn: tuple[str, ...] = ()


def restore(source: Path) -> Restored:
    """Put a backup, or a copy of a database alone, in the place of what is there.

    Parameters
    ----------
    source : Path
        A folder that ``backup`` made, or a ``.db`` file that was kept before its tables were changed: then
        media stay as they are.

    Raises
    ------
    StorageError
        If it is no backup or damaged, Dailies is running on the data folder, or the disk has no room.
    NewerDatabaseError
        If it is of a newer version.
    """
    source = source.absolute()
    files = _verified(source)
    database = database_file()
    with media_store.disk_sentences():
        made_folder(data_folder())
        made_folder(database.parent)
    with alone(database), media_store.disk_sentences():
        stamp = now().strftime(snapshot.STAMP)
        staged = data_folder() / f"{STAGED}{stamp}"
        require_room(data_folder(), sum(size for _, _, size in files), what="The restored data")
        try:
            _stage(files, source, staged)
            removed_since = _withdrawn_since(database, staged / DATABASE_FILE)
            snapshot.let_nobody_in(staged / DATABASE_FILE, now())
            with _under_sign(database, source):
                aside = _set_aside(database, data_folder() / f"{REPLACED}{stamp}", with_parts=source.is_dir())
                _put_in_place(staged, database)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return Restored(len(files), aside, removed_since)


def _verified(source: Path) -> list[tuple[str, str, int]]:
    """Path in the data folder, checksum and bytes of every file to restore, all of them read."""
    if source.is_dir():
        manifest = backup_manifest.read(source)
        backup_manifest.verify(source, manifest)
        files = [(file.path, file.sha256, file.size_bytes) for file in manifest.files]
        database = source / DATABASE_FILE
    elif source.is_file():
        database, sha256 = source, checksum(source)
        named = source.with_name(source.name + ".sha256")
        if named.is_file() and not named.read_text(encoding="utf-8").startswith(sha256):
            raise StorageError(f"{source.name} differs from its checksum; nothing was changed, use another.")
        snapshot.check(source)
        files = [(DATABASE_FILE, sha256, source.stat().st_size)]
    else:
        raise StorageError(
            f"There is no backup {source}; give the folder that backup wrote ({NAME} is in it)."
        )
    revision = snapshot.revision_of(database)
    if revision is None:
        raise StorageError(f"{source} is no database of Dailies; nothing was changed.")
    if revision not in migrations.known():
        raise NewerDatabaseError(
            f"The backup is of a newer Dailies (its tables are at {revision!r}); update Dailies first."
        )
    return files


def _stage(files: list[tuple[str, str, int]], source: Path, staged: Path) -> None:
    """Copy everything into the data folder, each file compared once more."""
    for path, sha256, _ in files:
        target = staged / path
        made_folder(target.parent)
        shutil.copyfile(source if source.is_file() else source / path, target)
        target.chmod(0o600)
        flush(target)
        if checksum(target) != sha256:
            raise StorageError(f"{path} arrived damaged on this disk; nothing was changed. Check the disk.")


@contextmanager
def _under_sign(database: Path, source: Path) -> Iterator[None]:
    sign = database.with_name(database.name + RESTORING_SUFFIX)
    sign.write_text(f"{source}\n", encoding="utf-8")
    flush(sign)
    flush(sign.parent)
    yield
    sign.unlink()
    flush(sign.parent)


def _set_aside(database: Path, aside: Path, *, with_parts: bool) -> Path | None:
    """Move what is replaced away; where, if there was anything."""
    replaced = [database.with_name(database.name + ending) for ending in LOGS]
    replaced += [data_folder() / part for part in ((*PARTS, FIGURES) if with_parts else (FIGURES,))]
    there = [path for path in replaced if path.exists()]
    if not there:
        return None
    made_folder(aside)
    for path in there:
        path.rename(aside / path.name) if path.parent == aside.parent else shutil.move(
            path, aside / path.name
        )
        flush(path.parent)
    flush(aside)
    return aside


def _put_in_place(staged: Path, database: Path) -> None:
    for path in sorted(staged.iterdir(), key=lambda path: path.name == DATABASE_FILE):  # the database last
        target = database if path.name == DATABASE_FILE else data_folder() / path.name
        shutil.move(path, target)
        flush(target.parent)


def _withdrawn_since(current: Path, restored: Path) -> tuple[str, ...]:
    """Names of clips that are tombstones now and would be there again."""
    if not current.is_file():
        return ()
    try:
        return snapshot.withdrawn_since(current, restored)
    except StorageError:  # what is replaced may be damaged: that is why it is replaced
        return ()
