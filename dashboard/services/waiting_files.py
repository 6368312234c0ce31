"""Files on their way from browsers, all together: how much of the disk they hold, and were promised.

An upload is promised its whole size when it begins; a recording grows as it comes. Both wait until something
is made of them or they are swept away. What one person has waiting is bounded, and so is what all have: the
disk keeps room for ratings, which are worth more.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from filelock import FileLock

from dashboard.services.refusals import worded
from db.disk import shown_size
from db.errors import RefusedValueError, StorageError
from db.location import data_folder

UPLOADS: Final = "uploads"
RECORDINGS: Final = "recordings"
CONTENT: Final = "content"
ABOUT: Final = "about.json"
"""Of an upload: what came of it, and what was said of it at first."""
LOCK: Final = "uploads.lock"
OWNED: Final = re.compile(r"(\d+)-(\d+)-[0-9a-f]{32}")
"""A waiting file's folder: the project, the person, the key."""

LEADS_VARIABLE: Final = "DAILIES_UPLOAD_GB"
OTHERS_VARIABLE: Final = "DAILIES_STUDENT_UPLOAD_GB"
USUAL_LEADS_GB: Final = 20.0
"""Ten files of the largest size, or some hundred takes, at once."""
USUAL_OTHERS_GB: Final = 4.0
"""Two files of the largest size: a student hands in one at a time."""
LEFT_FREE: Final = 1 << 30
"""Bytes that stay free beside all that waits and was promised; on a small disk :data:`LEFT_SHARE` of it."""
LEFT_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that waits, or is still coming.

    Attributes
    ----------
    size_bytes : int
        What it may become.
    stored_bytes : int
        What is on the disk.
    """

    person_id: int
    size_bytes: int
    stored_bytes: int


def most_bytes(*, is_lead: bool) -> int:
    """What may wait of one person, in all projects together, in bytes.

    Parameters
    ----------
    is_lead : bool
        Whether they lead the project that the next file is for.
    """
    variable, usual = (LEADS_VARIABLE, USUAL_LEADS_GB) if is_lead else (OTHERS_VARIABLE, USUAL_OTHERS_GB)
    try:
        told = float(os.environ.get(variable, "") or usual)
    except ValueError:
        told = usual
    return int((told if told > 0 else usual) * (1 << 30))


@contextmanager
def counted() -> Iterator[tuple[Waiting, ...]]:
    """Everything that waits; nobody else counts before what is begun here is on the disk."""
    data_folder().mkdir(parents=True, exist_ok=True)
    with FileLock(data_folder() / LOCK):
        yield everything()


def everything() -> tuple[Waiting, ...]:
    """Everything that waits."""
    found = []
    for kind, measured in ((UPLOADS, _upload), (RECORDINGS, _recording)):
        root = data_folder() / kind
        for folder in os.scandir(root) if root.is_dir() else ():
            owner = OWNED.fullmatch(folder.name)
            if owner is None:
                continue
            try:
                size, stored = measured(folder.path)
            except (OSError, ValueError, KeyError):  # dropped right now
                continue
            found.append(Waiting(int(owner[2]), size, stored))
    return tuple(found)


def require_share(
    waiting: tuple[Waiting, ...],
    person_id: int,
    more_bytes: int,
    *,
    is_lead: bool,
    most_files: int | None = None,
) -> None:
    """Refuse what one person has waiting beyond their share.

    Raises
    ------
    RefusedValueError
        If too many files of theirs wait, or too much.
    """
    own = [each for each in waiting if each.person_id == person_id]
    if most_files is not None and len(own) >= most_files:
        raise worded(RefusedValueError, "refusal.upload_many", n=most_files)
    most = most_bytes(is_lead=is_lead)
    if sum(each.size_bytes for each in own) + more_bytes > most:
        raise worded(RefusedValueError, "refusal.upload_much", mb=most >> 20)


def require_room(waiting: tuple[Waiting, ...], more_bytes: int, *, name: str) -> None:
    """Refuse what the disk cannot hold beside all that was promised already.

    Raises
    ------
    StorageError
    """
    root = data_folder()
    disk = shutil.disk_usage(next(place for place in (root, *root.parents) if place.exists()))
    promised = sum(each.size_bytes - each.stored_bytes for each in waiting)
    left = disk.free - promised - min(LEFT_FREE, int(LEFT_SHARE * disk.total))
    if more_bytes > left:
        sizes = {"size": shown_size(more_bytes), "free": shown_size(max(0, left))}
        raise worded(StorageError, "refusal.upload_room", name=name, **sizes)


def _upload(folder: str) -> tuple[int, int]:
    return _promised(folder), (Path(folder) / CONTENT).stat().st_size


@lru_cache(maxsize=20_000)
def _promised(folder: str) -> int:
    """What was said of an upload at first; it never changes, and a key is never used again."""
    return int(json.loads((Path(folder) / ABOUT).read_text(encoding="utf-8"))["size"])


def _recording(folder: str) -> tuple[int, int]:
    size = sum(piece.stat().st_size for piece in os.scandir(folder))
    return size, size
