"""SQLite's write-ahead log as bytes: where its transactions end and which pages they hold.

The format is that of https://sqlite.org/fileformat2.html#the_write_ahead_log: a header of 32 bytes, then
frames of 24 bytes and a page; a frame belongs to the log if its salts are the header's, and the last frame
of a transaction says how many pages the database has then.

The index beside the log (``-shm``, https://sqlite.org/walformat.html#the_wal_index_file_format) says up to
which frame the log counts. Under ``synchronous=FULL`` SQLite flushes a transaction before it writes it there,
and brings only what is there into the database: what the index does not name may be torn, the rest may not.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

HEADER_BYTES: Final = 32
FRAME_HEADER_BYTES: Final = 24
SALTS: Final = slice(16, 24)
FRAME_SALTS: Final = slice(8, 16)
INDEX_COPY_BYTES: Final = 48
INDEX_LAST_FRAME: Final = slice(16, 20)
INDEX_SALTS: Final = slice(32, 40)


@dataclass(frozen=True, slots=True)
class Log:
    """A log.

    Attributes
    ----------
    page_bytes : int
    commit_ends : tuple of int
        Where each transaction ends, in bytes from the start.
    pages : frozenset of int
        Numbers, from 1, of the pages that the transactions hold.
    """

    page_bytes: int
    commit_ends: tuple[int, ...]
    pages: frozenset[int]


def read_log(content: bytes) -> Log | None:
    """What a log holds; ``None`` where it holds nothing."""
    if len(content) < HEADER_BYTES:
        return None
    (page_bytes,) = struct.unpack(">I", content[8:12])
    salts = content[SALTS]
    step = FRAME_HEADER_BYTES + page_bytes
    ends: list[int] = []
    pages: set[int] = set()
    waiting: set[int] = set()
    for start in range(HEADER_BYTES, len(content) - step + 1, step):
        header = content[start : start + FRAME_HEADER_BYTES]
        if header[FRAME_SALTS] != salts:
            break  # of an earlier round
        number, size_after = struct.unpack(">II", header[:8])
        waiting.add(number)
        if size_after:
            ends.append(start + step)
            pages |= waiting
            waiting = set()
    return Log(page_bytes, tuple(ends), frozenset(pages)) if ends else None


def flushed_end(log: bytes, index: bytes) -> int:
    """Up to which byte of the log SQLite has said that it is on the disk.

    Parameters
    ----------
    log, index : bytes
        Both of one instant in which nobody wrote.

    Returns
    -------
    int
        The length of the log where the index is of another round: a log is begun anew only once all of it is
        in the database.
    """
    (page_bytes,) = struct.unpack(">I", log[8:12])
    copies = (index[:INDEX_COPY_BYTES], index[INDEX_COPY_BYTES : 2 * INDEX_COPY_BYTES])  # written one by one
    if any(copy[INDEX_SALTS] != log[SALTS] for copy in copies):
        return len(log)
    frames = max(struct.unpack("=I", copy[INDEX_LAST_FRAME])[0] for copy in copies)
    return HEADER_BYTES + int(frames) * (FRAME_HEADER_BYTES + page_bytes)
