"""What has to be on the disk before it counts, and whether there is room for what is to come."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

from db.errors import StorageError

PIECE_BYTES: Final = 1 << 20
SPARE_BYTES: Final = 64 << 20
"""Left free beside whatever is written: a database in use must be able to go on."""


def flush(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, has reached the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def made_folder(path: Path) -> Path:
    """A folder that is there for good: made if need be, its name flushed to the disk with it."""
    if not path.is_dir():
        above = made_folder(path.parent)
        path.mkdir(exist_ok=True)
        flush(above)
    return path


def checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def require_room(folder: Path, needed_bytes: int, *, what: str) -> None:
    """Refuse early what the disk cannot hold.

    Parameters
    ----------
    folder : Path
        Where it would be written; it may not be there yet.
    what : str
        What it is, at the start of a sentence.

    Raises
    ------
    StorageError
        If less is free.
    """
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free
    if free < needed_bytes + SPARE_BYTES:
        raise StorageError(
            f"{what} takes {shown_size(needed_bytes)} and the disk of {folder} has {shown_size(free)} free "
            f"({shown_size(SPARE_BYTES)} stay free); nothing was changed. Free some space and try again."
        )


def shown_size(size_bytes: int) -> str:
    """A size as people read it, in decimal units: ``1.2 GB``."""
    size, unit = float(size_bytes), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
