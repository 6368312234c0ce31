"""A backup of the data folder, taken while people rate: the database as of one moment, and every media file.

The database is copied first: what its rows name was stored before them, so it is among the files copied
afterwards. A backup is written beside its place and moved there when it is whole; one that was interrupted
goes on where it stopped. It holds the folder's secret and everybody's answers, and is as private as the
data folder.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from dashboard.services import backup_manifest, media_store
from dashboard.services.backup_manifest import KeptFile, Manifest
from db import snapshot
from db.columns import now
from db.disk import checksum, flush, made_folder, require_room
from db.errors import StorageError
from db.location import DATABASE_FILE, data_folder
from db.session import sqlite_file

UNFINISHED: Final = ".part"
JOURNAL: Final = "copied.jsonl"
LOCK: Final = "backup.lock"
PRIVATE: Final = 0o700
LEFT_OUT: Final = frozenset({media_store.INCOMING})
MEDIA: Final = media_store.FOLDER

Progress = Callable[[int, int], None]


def make(place: Path, *, like: Path | None = None, progress: Progress | None = None) -> Manifest:
    """Write a backup to a new folder.

    Parameters
    ----------
    like : Path, optional
        An earlier backup in the same file system: media that are in it are shared with it, not copied. Media
        never change, so that nothing is lost by it but the second copy.
    progress : callable, optional
        Called with (files done, files in all).

    Raises
    ------
    StorageError
        If the folder is there already, the disk has no room or refuses, or nothing has been stored yet.
    DamagedDatabaseError
        If the database is not whole.
    """
    database = database_file()
    place = place.absolute()
    if place.exists():
        raise StorageError(f"{place} is there already; name a folder that is not.")
    if not database.is_file():
        raise StorageError(f"There is no database {database}; nothing has been stored here yet.")
    with media_store.disk_sentences():
        unfinished = made_folder(place.with_name(place.name + UNFINISHED))
        unfinished.chmod(PRIVATE)
    with _only_one(unfinished):
        manifest = _written(database, unfinished, like, progress)
        backup_manifest.verify(unfinished, manifest)
        with media_store.disk_sentences():
            (unfinished / JOURNAL).unlink(missing_ok=True)
            backup_manifest.write(manifest, unfinished)
            (unfinished / LOCK).unlink(missing_ok=True)
            unfinished.rename(place)
            flush(place.parent)
    return manifest


def database_file() -> Path:
    """The SQLite file that is backed up.

    Raises
    ------
    StorageError
        If the database is another.
    """
    database = sqlite_file()
    if database is None:
        raise StorageError(
            "The database is no SQLite file; back it up with its own tools (pg_dump for PostgreSQL) and copy "
            "the data folder."
        )
    return database


def _written(database: Path, folder: Path, like: Path | None, progress: Progress | None) -> Manifest:
    made_at = now()
    snapshot.copy_database(database, folder / DATABASE_FILE)
    there = tuple(_files())
    known = _copied_before(folder)
    shared = {} if like is None else {file.path: file for file in backup_manifest.read(like).files}
    require_room(
        folder,
        sum(size for path, size in there if path not in known and path not in shared),
        what="The backup",
    )
    files, gone = [_kept(folder, DATABASE_FILE)], []
    with media_store.disk_sentences(), (folder / JOURNAL).open("a", encoding="utf-8") as journal:
        for number, (path, _) in enumerate(there):
            kept = known.get(path)
            if kept is None:
                kept = _shared(folder, like, shared.get(path)) or _copied(path, folder)
                if kept is not None:
                    journal.write(json.dumps(asdict(kept)) + "\n")
                    journal.flush()
            if kept is None:
                gone.append(path)
            else:
                files.append(kept)
            if progress is not None:
                progress(number + 1, len(there))
    revision = snapshot.revision_of(folder / DATABASE_FILE)
    if revision is None:
        raise StorageError(f"{database} is no database of Dailies; check DAILIES_DATABASE_URL.")
    return Manifest(made_at=made_at, revision=revision, files=tuple(files), gone=tuple(gone))


def _files() -> Iterator[tuple[str, int]]:
    """What is kept beside the database: path from the data folder, and bytes."""
    for part in backup_manifest.PARTS:
        for path in sorted((data_folder() / part).rglob("*")):
            inside = path.relative_to(data_folder())
            if path.is_file() and not path.is_symlink() and not LEFT_OUT.intersection(inside.parts):
                yield inside.as_posix(), path.stat().st_size


def _copied(path: str, folder: Path) -> KeptFile | None:
    """A file, copied and on the disk; ``None`` where it has been removed since it was listed."""
    target = folder / path
    made_folder(target.parent)
    try:
        shutil.copyfile(data_folder() / path, target)
    except FileNotFoundError:
        return None
    target.chmod(0o600)
    flush(target)
    return _kept(folder, path)


def _shared(folder: Path, like: Path | None, kept: KeptFile | None) -> KeptFile | None:
    """A media file as an earlier backup has it, where it can be shared with that."""
    if like is None or kept is None or not kept.path.startswith(f"{MEDIA}/"):
        return None
    if not media_store.KEY_PATTERN.fullmatch(Path(kept.path).name):
        return None
    target = folder / kept.path
    made_folder(target.parent)
    try:
        target.unlink(missing_ok=True)
        os.link(like / kept.path, target)
    except OSError:  # another file system, or none that shares files
        return None
    return kept


def _kept(folder: Path, path: str) -> KeptFile:
    file = folder / path
    return KeptFile(path, checksum(file), file.stat().st_size)


def _copied_before(folder: Path) -> dict[str, KeptFile]:
    """What an interrupted backup has copied; what it was writing then is not among it."""
    journal = folder / JOURNAL
    found = {}
    for line in journal.read_text(encoding="utf-8").splitlines() if journal.is_file() else ():
        try:
            kept = KeptFile(**json.loads(line))
        except (ValueError, TypeError):  # the line that was being written
            continue
        path = folder / kept.path
        is_media = media_store.KEY_PATTERN.fullmatch(path.name) is not None
        if is_media and path.is_file() and path.stat().st_size == kept.size_bytes:
            found[kept.path] = kept
    return found


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    try:
        with FileLock(folder / LOCK, timeout=0):
            yield
    except Timeout:
        raise StorageError(f"Another backup is being written to {folder}; wait until it has ended.") from None
