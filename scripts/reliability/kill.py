"""kill -9 at random moments under eight processes that write."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

from scripts.reliability.answers_kept import Kept, look
from scripts.reliability.desk import data_folder, made_desk
from scripts.reliability.row import Row
from scripts.reliability.writers import Said, Writers

MOMENTS: Final = 200
PROCESSES: Final = 8
LONGEST_S: Final = 0.6
"""Between two kills; an answer takes milliseconds, a process tenths of a second to begin."""
ALL_IN: Final = 3
"""One kill in so many ends all processes at once, as a machine does that is switched off."""
SEED: Final = 0


def run() -> Row:
    """Kill :data:`MOMENTS` times."""
    with data_folder() as home:
        said, found, wrong = killed(home, moments=MOMENTS, processes=PROCESSES, seed=SEED)
    broken = f"; wrong after kills {wrong[:5]}" if wrong else ""
    return Row(
        name=f"kill -9 at {MOMENTS} random moments under {PROCESSES} writing processes",
        target="0 acknowledged ratings lost, 0 duplicated, integrity ok each time",
        found=f"{len(said.stored)} acknowledged, {len(found.lost)} lost, {found.doubled} duplicated, "
        f"{len(said.refused)} refused; integrity ok after {MOMENTS - len(wrong)} of {MOMENTS} kills{broken}",
        met=found.is_right and not wrong and bool(said.stored),
        detail="Each process answers through `services/answering.py` on SQLite and says so through a pipe "
        f"after the commit. One kill in {ALL_IN} ends all of them, the others one; who was killed sends "
        "again what was not acknowledged, and one answer in five is sent twice. After each kill the file is "
        "read as a restarted server would, with `PRAGMA integrity_check`.",
    )


def killed(home: Path, *, moments: int, processes: int, seed: int) -> tuple[Said, Kept, list[int]]:
    """Kill so often; what was said, what is there in the end, and after which kills something was wrong."""
    desk = made_desk(home, raters=processes)
    chance = random.Random(seed)
    writers = Writers(desk)
    wrong = []
    try:
        for moment in range(moments):
            writers.start_all()
            writers.settle()
            writers.listen(chance.uniform(0.0, LONGEST_S))
            everybody = chance.randrange(ALL_IN) == 0
            writers.kill(desk.raters if everybody else (chance.choice(desk.raters),))
            acknowledged = frozenset(writers.said.stored)
            found = look(desk.database, writers.said, acknowledged=acknowledged)
            writers.hear_out()
            if found.lost or found.doubled or found.integrity != "ok":
                wrong.append(moment)
        writers.start_all()
        writers.listen(LONGEST_S)
    finally:
        writers.close()
    return writers.said, look(desk.database, writers.said), wrong
