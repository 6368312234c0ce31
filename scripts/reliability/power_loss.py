"""Power lost at random moments: what the disk may hold then is opened, and nothing acknowledged is missing.

The writers are held for an instant while database and log are copied. The copy is then made worse in the
ways that a power cut may: what lies behind the last transaction is torn off or garbage, the last transaction
is torn where SQLite has not yet said that it is flushed, and pages that were on their way from the log into
the database are garbage there, since SQLite empties the log only after they are on the disk.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from scripts.reliability.answers_kept import look
from scripts.reliability.desk import Desk, data_folder, made_desk
from scripts.reliability.row import Row
from scripts.reliability.write_ahead_log import HEADER_BYTES, flushed_end, read_log
from scripts.reliability.writers import Writers

MOMENTS: Final = 200
PROCESSES: Final = 8
LONGEST_S: Final = 0.4
SEED: Final = 0
LOG: Final = "-wal"
INDEX: Final = "-shm"
MOST_TORN_PAGES: Final = 8


@dataclass(slots=True)
class Losses:
    """What was found: moments that opened right, what was done to the copies, answers there in the end."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    reopened: bool = False


def run() -> Row:
    """Lose power :data:`MOMENTS` times."""
    with data_folder() as home:
        found = lost(home, moments=MOMENTS, processes=PROCESSES, seed=SEED)
    ways = ", ".join(f"{name} {count}" for name, count in sorted(found.done.items()))
    return Row(
        name="power-loss model: copy database and WAL at random moments, open the copy",
        target="always opens, all acknowledged and synced ratings present",
        found=f"{found.right} of {MOMENTS} copies opened with all that was acknowledged "
        f"({found.acknowledged} ratings in the end)"
        + ("" if found.reopened else "; Dailies did not open the last one")
        + ("; " + "; ".join(found.wrong[:3]) if found.wrong else ""),
        met=found.right == MOMENTS and found.reopened,
        detail=f"Of the copies, made under {PROCESSES} writing processes: {ways}. A model of what a disk may "
        "hold after a power cut, not a power cut: whether a disk keeps what it flushed is not tested.",
    )


def lost(home: Path, *, moments: int, processes: int, seed: int) -> Losses:
    """Copy so often, worsen each copy, and open it."""
    desk = made_desk(home, raters=processes)
    chance = random.Random(seed)
    writers = Writers(desk)
    found = Losses()
    place = home / "copies" / "dailies.db"
    place.parent.mkdir()
    try:
        writers.start_all()
        writers.settle()
        for moment in range(moments):
            writers.listen(chance.uniform(0.0, LONGEST_S))
            writers.hold()
            try:
                _copy(desk, place)
                acknowledged = frozenset(writers.said.stored)
            finally:
                writers.let_go()
            _worsen(place, chance, found.done)
            kept = look(place, writers.said, acknowledged=acknowledged)
            if kept.lost or kept.doubled or kept.integrity != "ok":
                found.wrong.append(f"moment {moment}: {len(kept.lost)} lost, {kept.integrity}")
            else:
                found.right += 1
        found.acknowledged = len(writers.said.stored)
    finally:
        writers.close()
    found.reopened = _opens(place)
    return found


def _copy(desk: Desk, place: Path) -> None:
    for ending in ("", LOG, INDEX):
        place.with_name(place.name + ending).unlink(missing_ok=True)
    for ending in ("", LOG, INDEX):
        source = desk.database.with_name(desk.database.name + ending)
        if source.is_file():
            shutil.copyfile(source, place.with_name(place.name + ending))


def _worsen(place: Path, chance: random.Random, done: Counter[str]) -> None:
    log_file, index_file = (place.with_name(place.name + ending) for ending in (LOG, INDEX))
    content = log_file.read_bytes() if log_file.is_file() else b""
    index = index_file.read_bytes() if index_file.is_file() else b""
    index_file.unlink(missing_ok=True)  # lives in memory: no restart finds it
    log = read_log(content)
    if log is None:
        done["log empty"] += 1
        return
    end = log.commit_ends[-1]
    if end > flushed_end(content, index):
        done["last transaction not yet said to be flushed"] += 1
        if chance.randrange(4):
            start = log.commit_ends[-2] if len(log.commit_ends) > 1 else HEADER_BYTES
            end = chance.randrange(start, end)
            done["last transaction torn"] += 1
    tail = chance.randbytes(chance.randrange(1, 3 * log.page_bytes)) if chance.randrange(2) else b""
    log_file.write_bytes(content[:end] + tail)
    done["garbage behind the log" if tail else "log cut at its end"] += 1
    left = read_log(content[:end])  # only pages of transactions that are on the disk may be on their way
    if left is not None and chance.randrange(2):
        torn = chance.sample(sorted(left.pages), min(MOST_TORN_PAGES, len(left.pages)))
        with place.open("r+b") as database:
            size = place.stat().st_size
            for number in torn:
                if number * log.page_bytes <= size:
                    database.seek((number - 1) * log.page_bytes + chance.randrange(log.page_bytes // 2))
                    database.write(chance.randbytes(log.page_bytes // 2))
        done["pages torn on their way into the database"] += 1


def _opens(place: Path) -> bool:
    """Whether Dailies itself opens the copy and reads it."""
    from db import people, session

    with data_folder(place.parent):
        session.prepare()
        with session.reading() as opened:
            return bool(people.everybody(opened))
