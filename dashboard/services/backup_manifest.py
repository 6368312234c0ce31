"""What a backup holds, file by file with its checksum; written last, so that only a whole backup has one."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from db import snapshot
from db.disk import checksum, flush
from db.errors import StorageError
from db.location import DATABASE_FILE

NAME: Final = "backup.json"
FORMAT: Final = 1
SHA256: Final = re.compile(r"[0-9a-f]{64}")
PARTS: Final = ("media", "recordings", "weights")
"""Folders of the data folder that are kept beside the database. Figures are worked out anew."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a backup: its path from the backup's folder, its SHA-256 and its size."""

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes
    ----------
    made_at : datetime
        The moment that the database is of.
    revision : str
        What its tables are at.
    files : tuple of KeptFile
    gone : tuple of str
        Files that were removed while the backup was made.
    """

    made_at: datetime
    revision: str
    files: tuple[KeptFile, ...]
    gone: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Of all files together."""
        return sum(file.size_bytes for file in self.files)


def write(manifest: Manifest, folder: Path) -> None:
    """Put a manifest into its backup."""
    content = {
        "made_at": manifest.made_at.isoformat(),
        "revision": manifest.revision,
        "files": [asdict(file) for file in manifest.files],
        "gone": list(manifest.gone),
    }
    partial = folder / f"{NAME}.part"
    partial.write_text(
        json.dumps({"format": FORMAT, "sha256": _digest(content), **content}, indent=1), encoding="utf-8"
    )
    flush(partial)
    partial.replace(folder / NAME)
    flush(folder)


def read(folder: Path) -> Manifest:
    """The manifest of a backup.

    Raises
    ------
    StorageError
        If the folder is no backup, was changed, or a newer Dailies made it.
    """
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StorageError(
            f"{folder} is no backup: it holds no {NAME}; give a folder that backup made and ended."
        ) from None
    except (OSError, ValueError, RecursionError):
        raise StorageError(f"{folder / NAME} cannot be read; the backup is damaged, use another.") from None
    try:
        if content.pop("format") != FORMAT:
            raise StorageError(f"{folder} was made by a newer Dailies; update Dailies to restore it.")
        told = content.pop("sha256")
        if told != _digest(content):
            raise StorageError(f"{folder / NAME} was changed since; the backup is damaged, use another.")
        return Manifest(
            made_at=datetime.fromisoformat(content["made_at"]),
            revision=str(content["revision"]),
            files=tuple(_file(each) for each in content["files"]),
            gone=tuple(map(str, content["gone"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(f"{folder / NAME} is no list of a backup; the backup is damaged.") from None


def verify(folder: Path, manifest: Manifest) -> None:
    """Read every file of a backup and compare it with its checksum; nothing is changed.

    Raises
    ------
    StorageError
        If one is missing or differs.
    """
    for file in manifest.files:
        path = folder / file.path
        try:
            is_right = path.stat().st_size == file.size_bytes and checksum(path) == file.sha256
        except OSError as error:
            raise StorageError(
                f"{file.path} of the backup cannot be read ({error.strerror}); use another backup."
            ) from None
        if not is_right:
            raise StorageError(
                f"{file.path} of the backup is damaged; nothing was changed, use another backup."
            )
    if not any(file.path == DATABASE_FILE for file in manifest.files):
        raise StorageError(f"{folder} holds no database; nothing was changed, use another backup.")
    snapshot.check(folder / DATABASE_FILE)


def _file(told: dict[str, Any]) -> KeptFile:
    file = KeptFile(str(told["path"]), str(told["sha256"]), int(told["size_bytes"]))
    path = PurePosixPath(file.path)
    is_known = file.path == DATABASE_FILE or (len(path.parts) > 1 and path.parts[0] in PARTS)
    if not is_known or path.is_absolute() or ".." in path.parts or not SHA256.fullmatch(file.sha256):
        raise StorageError(f"{file.path[:80]!r} is no file of a backup; the backup is damaged, use another.")
    return file


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
