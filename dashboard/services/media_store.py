"""The media folder: originals, browser copies and stills, each under a key that cannot be guessed.

A key is a keyed hash of the content: the same bytes are stored once, and who does not know the
folder's secret cannot tell the key even of a file they have. A file appears whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from dashboard.services.refusals import worded
from db.disk import flush, made_folder
from db.errors import StorageError
from db.location import data_folder
from engine.errors import MediaError

FOLDER: Final = "media"
INCOMING: Final = "incoming"
SECRET_FILE: Final = "secret"
SECRET_BYTES: Final = 32
KEY_PATTERN: Final = re.compile(r"[0-9a-f]{64}")
PIECE_BYTES: Final = 1 << 20
SNIFFED_BYTES: Final = 16

DISK_SENTENCES: Final = {
    errno.ENOSPC: "The disk is full; nothing was stored. Free some space and try again.",
    errno.EDQUOT: "The disk quota is used up; nothing was stored. Free some space and try again.",
    errno.EROFS: "The data folder is read-only; nothing was stored. Let DAILIES_HOME name another.",
    errno.EACCES: "The data folder may not be written to; nothing was stored. Check its permissions.",
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store.

    Attributes
    ----------
    key : str
        64 hexadecimal digits; finds the file.
    sha256 : str
        Of the content.
    size_bytes : int
    """

    key: str
    sha256: str
    size_bytes: int


def put_file(path: Path) -> StoredFile:
    """Store a copy of a file.

    Raises
    ------
    StorageError
        If it cannot be read, is empty, or the store cannot be written to.
    """
    try:
        with path.open("rb") as opened:
            return put_stream(opened)
    except OSError as error:
        raise StorageError(f"{path.name} cannot be read: {error.strerror}.") from error


def put_bytes(content: bytes) -> StoredFile:
    """Store some bytes, for example a JPEG."""
    return put_stream(BytesIO(content))


def put_stream(source: BinaryIO, *, most_bytes: int | None = None) -> StoredFile:
    """Store what ``source`` gives, read in pieces.

    Parameters
    ----------
    most_bytes : int, optional
        Refuse what is larger as soon as that is seen.

    Raises
    ------
    StorageError
        If nothing comes, or the store cannot be written to.
    MediaError
        If it is too large.
    """
    digest, size = hashlib.sha256(), 0
    with incoming() as temporary:
        with disk_sentences(), temporary.open("wb") as opened:
            while piece := source.read(PIECE_BYTES):
                digest.update(piece)
                size += len(piece)
                if most_bytes is not None and size > most_bytes:
                    raise worded(MediaError, "refusal.clip_large", mb=most_bytes >> 20)
                opened.write(piece)
        if size == 0:
            raise StorageError("The file is empty (0 bytes); give a video or sound file.")
        return _keep(temporary, digest.hexdigest(), size)


def adopt(temporary: Path) -> StoredFile:
    """Move a file written under :func:`incoming` into the store."""
    with temporary.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return _keep(temporary, digest, temporary.stat().st_size)


def path_of(key: str) -> Path:
    """Where the file of a key lies.

    Raises
    ------
    StorageError
        If that is no key, or its file is gone.
    """
    if not KEY_PATTERN.fullmatch(key):
        raise StorageError("That is no key of the media store.")
    path = _place(key)
    if not path.is_file():
        raise StorageError("The media file is missing from the data folder; import the clip again.")
    return path


def remove(key: str) -> bool:
    """Take the file of a key away for good; whether there was one.

    Raises
    ------
    StorageError
        If the folder does not let it go.
    """
    if not KEY_PATTERN.fullmatch(key):
        return False
    place = _place(key)
    with disk_sentences():
        there = place.is_file()
        place.unlink(missing_ok=True)
        if there:
            flush(place.parent)  # what is said to be gone must not come back after a power cut
    return there


def media_type(path: Path) -> str:
    """The MIME type by content, never by name; ``application/octet-stream`` for what no browser plays."""
    with path.open("rb") as opened:
        start = opened.read(SNIFFED_BYTES)
    if start[4:8] == b"ftyp":
        return "video/quicktime" if start[8:12] == b"qt  " else "video/mp4"
    if start[:4] == b"RIFF":
        return {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(start[8:12], "application/octet-stream")
    if start[:2] == b"\xff\xfb" or start[:3] == b"ID3":
        return "audio/mpeg"
    known = {
        b"\x1a\x45\xdf\xa3": "video/webm",
        b"fLaC": "audio/flac",
        b"OggS": "audio/ogg",
        b"\xff\xd8\xff": "image/jpeg",
    }
    return next((name for sign, name in known.items() if start.startswith(sign)), "application/octet-stream")


@contextmanager
def incoming() -> Iterator[Path]:
    """A path in the store's own file system to write to; removed unless it was kept."""
    with disk_sentences():
        folder = _folder() / INCOMING
        made_folder(folder)
    path = folder / secrets.token_hex(16)
    try:
        yield path
    finally:
        with suppress(OSError):  # a disk that became read-only keeps it until the next sweep
            path.unlink(missing_ok=True)


def sweep() -> None:
    """Remove what interrupted writes left behind; call it while nobody else writes."""
    shutil.rmtree(_folder() / INCOMING, ignore_errors=True)


def _keep(temporary: Path, sha256: str, size: int) -> StoredFile:
    key = hmac.new(secret(), bytes.fromhex(sha256), hashlib.sha256).hexdigest()
    place = _place(key)
    with disk_sentences():
        made_folder(place.parent)
        if place.exists():
            temporary.unlink()
        else:
            flush(temporary)
            temporary.replace(place)
            flush(place.parent)
    return StoredFile(key=key, sha256=sha256, size_bytes=size)


def _place(key: str) -> Path:
    return _folder() / key[:2] / key


def _folder() -> Path:
    return data_folder() / FOLDER


def secret() -> bytes:
    """The folder's secret, made on first use; of two processes at once, the first to link it wins."""
    path = _folder() / SECRET_FILE
    if not path.exists():
        with incoming() as temporary, disk_sentences():
            temporary.touch(mode=0o600)
            temporary.write_bytes(secrets.token_bytes(SECRET_BYTES))
            flush(temporary)
            if not path.exists():
                with suppress(FileExistsError):  # another process made it a moment ago
                    path.hardlink_to(temporary)
                flush(path.parent)
    return path.read_bytes()


@contextmanager
def disk_sentences() -> Iterator[None]:
    """Turn what the disk refuses into a :class:`~db.errors.StorageError` that says what to do."""
    try:
        yield
    except OSError as error:
        sentence = DISK_SENTENCES.get(error.errno or 0, f"The data folder cannot be used: {error.strerror}.")
        raise StorageError(sentence) from error
