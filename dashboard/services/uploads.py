"""Files on their way from a browser: each grows on the disk, piece behind piece, until it is whole.

A piece may end anywhere: what came of it stays, and the browser goes on behind it. Nothing is taken that is
larger than was said, nothing is held in memory, and what nobody uses for a day is swept away.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from filelock import FileLock, Timeout

from dashboard.services import clip_limits, takes, waiting_files
from dashboard.services.importing import Source
from dashboard.services.lines_table import checked_name
from dashboard.services.media_store import disk_sentences
from dashboard.services.permissions import Act, may
from dashboard.services.recording_pass import Performer
from dashboard.services.refusals import worded
from dashboard.services.waiting_files import ABOUT, CONTENT
from db import people
from db.disk import flush, made_folder, require_room
from db.errors import RefusedValueError, UnknownRowError
from db.location import data_folder
from db.session import reading
from engine.errors import DailiesError, MediaError

FOLDER: Final = waiting_files.UPLOADS
LOCK: Final = "lock"
KEY_PATTERN: Final = re.compile(r"[0-9a-f]{32}")
LARGEST_PIECE: Final = 16 << 20
"""Bytes: a proxy in front need not let more through at once."""
MOST_WAITING: Final = 2_000
"""Files of one person that are neither used nor removed: a large folder's clips."""
KEPT_S: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Upload:
    """A file and how much of it is here.

    Attributes
    ----------
    key : str
        32 hexadecimal digits; finds the file together with who sends it.
    name : str
        What the person calls it: a file name without folders.
    """

    key: str
    name: str
    size_bytes: int
    stored_bytes: int

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here."""
        return self.stored_bytes == self.size_bytes


class PlaceError(DailiesError):
    """A piece that does not begin where the file ends, or comes while another is written.

    Attributes
    ----------
    stored_bytes : int
        Where the next piece has to begin.
    """

    def __init__(self, stored_bytes: int) -> None:
        super().__init__(f"The next piece begins at byte {stored_bytes}.")
        self.stored_bytes = stored_bytes


def check(project_id: int, person_id: int) -> bool:
    """Refuse who may bring nothing into the project; returns whether they lead it.

    Raises
    ------
    NotAllowedError
    """
    with reading() as session:
        role = people.role_in(session, project_id, person_id)
        if not (may(role, Act.SET_UP) or may(role, Act.HAND_IN)):
            takes.require_performing(session, project_id, person_id)
        return may(role, Act.SET_UP)


def begin(performer: Performer, name: str, size_bytes: int) -> Upload:
    """Make room for a file.

    Raises
    ------
    NotAllowedError
        If the person may bring nothing into the project.
    TableError
        If the name is no file name.
    RefusedValueError
        If the file is empty, or too much of theirs waits already.
    MediaError
        If it is larger than this server takes.
    StorageError
        If the disk has no room for it beside what was promised to others, or refuses.
    """
    is_lead = check(performer.project_id, performer.person_id)
    name = checked_name(name, where="Upload")
    if size_bytes < 1:
        raise worded(RefusedValueError, "refusal.upload_empty", name=name)
    if size_bytes > clip_limits.most_bytes():
        raise worded(MediaError, "refusal.clip_large", mb=clip_limits.most_bytes() >> 20)
    key = secrets.token_hex(16)
    folder = _place(performer, key)
    with waiting_files.counted() as waiting:
        waiting_files.require_share(
            waiting, performer.person_id, size_bytes, is_lead=is_lead, most_files=MOST_WAITING
        )
        waiting_files.require_room(waiting, size_bytes, name=name)
        with disk_sentences():
            made_folder(folder)
            (folder / CONTENT).touch()
            (folder / ABOUT).write_text(json.dumps({"name": name, "size": size_bytes}), encoding="utf-8")
            flush(folder / ABOUT)
            flush(folder)
    return Upload(key, name, size_bytes, 0)


def look(performer: Performer, key: str) -> Upload:
    """A file and how much of it is here.

    Raises
    ------
    UnknownRowError
        If there is none of this key, or another person's.
    """
    folder = _place(performer, key)
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return Upload(key, about["name"], about["size"], (folder / CONTENT).stat().st_size)
    except (OSError, ValueError):
        raise worded(UnknownRowError, "refusal.upload_gone") from None


class Growing:
    """A file that is being added to; made by :func:`growing`."""

    def __init__(self, opened: BinaryIO, upload: Upload) -> None:
        self._opened = opened
        self._upload = upload
        self._stored = upload.stored_bytes

    def write(self, part: bytes) -> None:
        """Add some bytes.

        Raises
        ------
        RefusedValueError
            If the file or the piece becomes larger than it may; what came before stays.
        StorageError
            If the disk refuses.
        """
        if self._stored + len(part) > self._upload.size_bytes:
            raise worded(RefusedValueError, "refusal.upload_longer", name=self._upload.name)
        if self._stored - self._upload.stored_bytes + len(part) > LARGEST_PIECE:
            raise worded(RefusedValueError, "refusal.upload_piece", n=LARGEST_PIECE >> 20)
        left = memoryview(part)
        with disk_sentences():
            while left:  # a disk that fills up takes a part, and refuses only the rest
                left = left[self._opened.write(left) :]
        self._stored += len(part)


@contextmanager
def growing(performer: Performer, key: str, at: int) -> Iterator[Growing]:
    """Add to a file from byte ``at`` on; what was added is on the disk at the end, come what may.

    Raises
    ------
    UnknownRowError
        If there is no such file.
    PlaceError
        If the file does not end at ``at``, or is being added to.
    """
    upload = look(performer, key)
    folder = _place(performer, key)
    lock = FileLock(folder / LOCK, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise PlaceError(upload.stored_bytes) from None
    try:
        upload = look(performer, key)
        if upload.stored_bytes != at:
            raise PlaceError(upload.stored_bytes)
        require_room(folder, LARGEST_PIECE, what=upload.name)
        with disk_sentences(), (folder / CONTENT).open("ab", buffering=0) as opened:
            try:
                yield Growing(opened, upload)
            finally:
                os.fsync(opened.fileno())
    finally:
        lock.release()


def whole(performer: Performer, keys: Iterable[str]) -> tuple[Upload, ...]:
    """Those of some files that are here as a whole; keys that name none are left out."""
    found = []
    for key in keys:
        try:
            upload = look(performer, key)
        except DailiesError:
            continue
        if upload.is_whole:
            found.append(upload)
    return tuple(found)


def opened(performer: Performer, key: str) -> BinaryIO:
    """Open a whole file from its start.

    Raises
    ------
    UnknownRowError
        If there is none, or not all of it.
    """
    if not look(performer, key).is_whole:
        raise worded(UnknownRowError, "refusal.upload_gone")
    with disk_sentences():
        return (_place(performer, key) / CONTENT).open("rb")


def content(performer: Performer, key: str, *, most_bytes: int) -> bytes:
    """A whole file's bytes, of which there are few.

    Raises
    ------
    UnknownRowError
        If there is none, or not all of it.
    RefusedValueError
        If it is larger.
    """
    upload = look(performer, key)
    if upload.size_bytes > most_bytes:
        raise worded(RefusedValueError, "refusal.upload_table", name=upload.name, n=most_bytes >> 20)
    with opened(performer, key) as whole_file:
        return whole_file.read()


def source(performer: Performer, upload: Upload) -> Source:
    """A whole file as a source of an import."""
    return Source(upload.name, open=lambda: opened(performer, upload.key))


@contextmanager
def used(performer: Performer, keys: Iterable[str]) -> Iterator[tuple[Source, ...]]:
    """Whole files as sources of an import, dropped at the end, whatever became of it."""
    keys = tuple(keys)
    try:
        yield tuple(source(performer, upload) for upload in whole(performer, keys))
    finally:
        for key in keys:
            drop(performer, key)


def drop(performer: Performer, key: str) -> None:
    """Forget a file; nothing happens where there is none."""
    shutil.rmtree(_place(performer, key), ignore_errors=True)


def sweep() -> None:
    """Remove files that nothing was added to for a day."""
    root = _root()
    with disk_sentences():
        for folder in root.iterdir() if root.is_dir() else ():
            if time.time() - _touched(folder) > KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)


def _touched(folder: Path) -> float:
    try:
        return max(place.stat().st_mtime for place in (folder, folder / CONTENT) if place.exists())
    except (OSError, ValueError):  # somebody removes it right now
        return time.time()


def _place(performer: Performer, key: str) -> Path:
    if not KEY_PATTERN.fullmatch(key):
        raise worded(UnknownRowError, "refusal.upload_gone")
    return _root() / f"{performer.project_id}-{performer.person_id}-{key}"


def _root() -> Path:
    return data_folder() / FOLDER
