"""Recordings as they come in: pieces in a folder, in any order and more than once, until all are there.

A piece is stored whole or not at all and reaches the disk before it is acknowledged. What a browser never
finishes is swept away after a week.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, Final, cast

from dashboard.services import clip_limits, permissions, waiting_files
from dashboard.services.media_store import disk_sentences
from dashboard.services.messages import say
from dashboard.services.permissions import Act
from dashboard.services.recording_pass import Performer
from dashboard.services.refusals import worded
from db.disk import flush, made_folder
from db.errors import RefusedValueError
from db.location import data_folder
from engine.errors import MediaError

FOLDER: Final = waiting_files.RECORDINGS
KEY_PATTERN: Final = re.compile(r"[0-9a-f]{32}")
MOST_WAITING: Final = 20
"""Recordings of one person in one project that no take was made of yet: those a browser could not send."""
MOST_PIECES: Final = 4000
"""More than an hour at a piece a second."""
LARGEST_PIECE: Final = 16 << 20
"""Bytes: some seconds of a camera's best picture."""
KEPT_S: Final = 7 * 24 * 3600
PIECE: Final = "{index:06d}"
READ_BYTES: Final = 1 << 20


class Piece:
    """A piece that is coming in; made by :func:`receiving`."""

    def __init__(self, opened: BinaryIO) -> None:
        self._opened = opened
        self.size_bytes = 0

    def write(self, part: bytes) -> None:
        """Add some bytes.

        Raises
        ------
        RefusedValueError
            If the piece becomes larger than one may be.
        StorageError
            If the disk refuses.
        """
        self.size_bytes += len(part)
        if self.size_bytes > LARGEST_PIECE:
            raise worded(RefusedValueError, "refusal.recording_piece", n=LARGEST_PIECE >> 20)
        with disk_sentences():
            self._opened.write(part)


@contextmanager
def receiving(performer: Performer, key: str, index: int) -> Iterator[Piece]:
    """Take in one piece of a recording, over the same piece stored before; at the end it is on the disk.

    Nothing is stored of a piece that ends with an error, and nothing of it lies in memory.

    Raises
    ------
    RefusedValueError
        If the key is none, the piece is empty, its number or size is out of range, or too much of the
        person's waits already.
    MediaError
        If the recording becomes larger than a clip may be.
    StorageError
        If the disk refuses.
    """
    if not 0 <= index < MOST_PIECES:
        raise worded(RefusedValueError, "refusal.recording_long", n=MOST_PIECES)
    folder = _folder(performer, key)
    if not folder.is_dir() and _waiting(performer) >= MOST_WAITING:
        raise worded(RefusedValueError, "refusal.recordings_many", n=MOST_WAITING)
    _require_place(performer, 1)
    part = folder / f"{secrets.token_hex(8)}.part"
    try:
        with disk_sentences():
            made_folder(folder)
            opened = part.open("wb")
        with opened:
            piece = Piece(opened)
            yield piece
            if not piece.size_bytes:
                raise worded(RefusedValueError, "refusal.recording_piece", n=LARGEST_PIECE >> 20)
            _require_place(performer, 0)  # with all of it
            _require_length(folder, index, piece.size_bytes)
            with disk_sentences():
                opened.flush()
                os.fsync(opened.fileno())
        with disk_sentences():
            part.replace(folder / PIECE.format(index=index))
            flush(folder)
    finally:
        part.unlink(missing_ok=True)
        with suppress(OSError):  # others are in it
            folder.rmdir()


def keep_piece(performer: Performer, key: str, index: int, content: bytes) -> None:
    """Store one piece as a whole; see :func:`receiving`."""
    with receiving(performer, key, index) as piece:
        piece.write(content)


def pieces(performer: Performer, key: str) -> frozenset[int]:
    """The numbers of the pieces that are stored."""
    folder = _folder(performer, key)
    if not folder.is_dir():
        return frozenset()
    return frozenset(int(file.name) for file in folder.iterdir() if file.name.isdecimal())


def missing(performer: Performer, key: str, count: int) -> tuple[int, ...]:
    """Which of ``count`` pieces are not stored, in order."""
    if not 0 < count <= MOST_PIECES:
        raise worded(RefusedValueError, "refusal.recording_long", n=MOST_PIECES)
    return tuple(sorted(set(range(count)) - pieces(performer, key)))


@contextmanager
def joined(performer: Performer, key: str, count: int) -> Iterator[BinaryIO]:
    """The whole recording, read piece after piece; all ``count`` of them must be there."""
    folder = _folder(performer, key)
    with _Joined([folder / PIECE.format(index=index) for index in range(count)]) as whole:
        yield cast("BinaryIO", whole)


def drop(performer: Performer, key: str) -> None:
    """Forget a recording; nothing happens where there is none."""
    shutil.rmtree(_folder(performer, key), ignore_errors=True)


def sweep() -> None:
    """Remove recordings that nothing was added to for a week."""
    root = data_folder() / FOLDER
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.is_dir() and time.time() - folder.stat().st_mtime > KEPT_S:
            shutil.rmtree(folder, ignore_errors=True)


class _Joined(RawIOBase):
    """Files read as one, one open at a time."""

    def __init__(self, files: list[Path]) -> None:
        super().__init__()
        self._files = files
        self._open: BinaryIO | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        while True:
            if self._open is None:
                if not self._files:
                    return b""
                self._open = self._files.pop(0).open("rb")
            if content := self._open.read(size if size > 0 else READ_BYTES):
                return content
            self._open.close()
            self._open = None

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
        super().close()


def _require_place(performer: Performer, size_bytes: int) -> None:
    """Refuse what a person has waiting beyond their share, or the disk has no room for."""
    is_lead = permissions.may(permissions.role_of(performer.project_id, performer.person_id), Act.SET_UP)
    waiting = waiting_files.everything()
    waiting_files.require_share(waiting, performer.person_id, size_bytes, is_lead=is_lead)
    waiting_files.require_room(waiting, size_bytes, name=say("uploads.recording"))


def _require_length(folder: Path, index: int, size_bytes: int) -> None:
    """Refuse what would make a recording larger than a clip may be."""
    others = [each for each in os.scandir(folder) if each.name.isdecimal() and int(each.name) != index]
    most = clip_limits.most_bytes()
    if sum(each.stat().st_size for each in others) + size_bytes > most:
        raise worded(MediaError, "refusal.clip_large", mb=most >> 20)


def _waiting(performer: Performer) -> int:
    start = f"{performer.project_id}-{performer.person_id}-"
    root = data_folder() / FOLDER
    return sum(each.name.startswith(start) for each in root.iterdir()) if root.is_dir() else 0


def _folder(performer: Performer, key: str) -> Path:
    if not KEY_PATTERN.fullmatch(key):
        raise worded(RefusedValueError, "refusal.recording_key")
    return data_folder() / FOLDER / f"{performer.project_id}-{performer.person_id}-{key}"
