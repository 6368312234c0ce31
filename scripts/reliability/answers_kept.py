"""Whether a database holds every acknowledged answer once, and is whole."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Set
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from scripts.reliability.writers import Said


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found in a database.

    Attributes
    ----------
    rows : int
        Answers stored.
    lost : frozenset of str
        Keys acknowledged and not there.
    doubled : int
        Answers beyond the first of the same task.
    unasked : int
        Answers nobody tried to give.
    integrity : str
        What SQLite says of the file: ``ok``, or what is wrong.
    """

    rows: int
    lost: frozenset[str]
    doubled: int
    unasked: int
    integrity: str

    @property
    def is_right(self) -> bool:
        """Whether nothing is lost, doubled or damaged."""
        return not (self.lost or self.doubled or self.unasked) and self.integrity == "ok"


def look(database: Path, said: Said, *, acknowledged: Set[str] | None = None) -> Kept:
    """Open a database as a restarted server would, and compare it with what was said."""
    with closing(sqlite3.connect(database)) as connection:
        [(integrity,)] = connection.execute("PRAGMA integrity_check(1)").fetchall()
        keys = [row[0] for row in connection.execute("SELECT idempotency_key FROM ratings")]
        [(tasks,)] = connection.execute(
            "SELECT count(*) FROM (SELECT DISTINCT clip_id, person_id, channel, occasion FROM ratings)"
        )
    there = set(keys)
    return Kept(
        rows=len(keys),
        lost=frozenset((said.stored if acknowledged is None else acknowledged) - there),
        doubled=len(keys) - min(len(there), tasks),
        unasked=len(there - said.tried),
        integrity=str(integrity),
    )


def digest_of(database: Path) -> str:
    """A hash over every row of every table."""
    digest = hashlib.sha256()
    with closing(sqlite3.connect(database)) as connection:
        for line in connection.iterdump():
            digest.update(line.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
