"""SQLite's write-ahead log as bytes: where its transactions end and which pages they hold.

The format is that of https://sqlite.org/fileformat2.html#the_write_ahead_log: a header of 32 bytes, then
frames of 24 bytes and a page; a frame belongs to the log if its salts are the header's, and the last frame
of a transaction says how many pages the database has then.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

HEADER_BYTES: Final = 32
FRAME_HEADER_BYTES: Final = 24
SALTS: Final = slice(16, 24)
FRAME_SALTS: Final = slice(8, 16)


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
