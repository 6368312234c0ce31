"""The promises about ratings, on a real PostgreSQL: nothing lost by kills, its crash, or writing at once."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Set
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from scripts.reliability.answers_kept import Kept
from scripts.reliability.desk import data_folder, made_desk
from scripts.reliability.read_then_write import count_up, counted
from scripts.reliability.row import Row
from scripts.reliability.writers import Said, Writers
from tests.postgres_served import Postgres, missing, served

MOMENTS: Final = 60
CRASH_EVERY: Final = 6
"""One moment in so many, the database server is ended as by a power cut instead of the writers."""
PROCESSES: Final = 8
TIMES: Final = 2_000
LONGEST_S: Final = 0.6
SEED: Final = 0
ADDRESS: Final = "DAILIES_DATABASE_URL"
NAME: Final = (
    f"PostgreSQL: kill -9 of writers and server at {MOMENTS} moments; {PROCESSES} × {TIMES:,} read-then-write"
)
TARGET: Final = "0 acknowledged ratings lost, 0 duplicated; 0 lost, 0 lock errors"


def run() -> Row:
    """Kill, count up, compare."""
    if (reason := missing()) is not None:
        return Row(NAME, TARGET, f"not measured: {reason}", met=None)
    with served(durable=True) as server, data_folder() as home:
        with _database(server) as name:
            said, found, wrong, crashes = _killed(server, name, home)
        with _database(server):
            lost, refused = _counted_up(home)
    return Row(
        name=NAME,
        target=TARGET,
        found=f"{len(said.stored)} acknowledged, {len(found.lost)} lost, {found.doubled} duplicated, "
        f"{len(said.refused)} refused over {crashes} crashes of the server; wrong after {len(wrong)} of "
        f"{MOMENTS} moments; {lost} of {PROCESSES * TIMES:,} updates lost, {refused} lock errors",
        met=found.is_right and not wrong and bool(said.stored) and not lost and not refused,
        detail="As the rows of SQLite, through the same services, on a server with fsync and "
        "synchronous_commit on and nothing else running on it. Refusals while the server is down are "
        "sentences to the rater, who sends again.",
    )


def _killed(server: Postgres, name: str, home: Path) -> tuple[Said, Kept, list[int], int]:
    desk = made_desk(home, raters=PROCESSES)
    chance = random.Random(SEED)
    writers = Writers(desk)
    wrong, crashes = [], 0
    try:
        for moment in range(MOMENTS):
            writers.start_all()
            writers.settle()
            writers.listen(chance.uniform(0.0, LONGEST_S))
            if moment % CRASH_EVERY == CRASH_EVERY - 1:
                server.crash()
                crashes += 1
                writers.kill(desk.raters)
            else:
                everybody = chance.randrange(3) == 0
                writers.kill(desk.raters if everybody else (chance.choice(desk.raters),))
            acknowledged = frozenset(writers.said.stored)
            found = _look(server, name, writers.said, acknowledged)
            writers.hear_out()
            if found.lost or found.doubled:
                wrong.append(moment)
    finally:
        writers.close()
    return writers.said, _look(server, name, writers.said, writers.said.stored), wrong, crashes


def _counted_up(home: Path) -> tuple[int, int]:
    desk = made_desk(home, raters=1)
    with get_context("fork").Pool(PROCESSES) as pool:
        refused = sum(pool.starmap(count_up, [(desk.project_id, TIMES)] * PROCESSES, chunksize=1))
    return PROCESSES * TIMES - refused - counted(desk.project_id), refused


def _look(server: Postgres, name: str, said: Said, acknowledged: Set[str]) -> Kept:
    with server.connected(name) as connection:
        keys = [row[0] for row in connection.execute("SELECT idempotency_key FROM ratings")]
        [(tasks,)] = connection.execute(
            "SELECT count(*) FROM (SELECT DISTINCT clip_id, person_id, channel, occasion FROM ratings) AS a"
        )
    there = set(keys)
    return Kept(
        rows=len(keys),
        lost=frozenset(acknowledged - there),
        doubled=len(keys) - min(len(there), tasks),
        unasked=len(there - said.tried),
        integrity="ok",
    )


@contextmanager
def _database(server: Postgres) -> Iterator[str]:
    from db import session

    with server.database() as name:
        os.environ[ADDRESS] = server.url(name)
        try:
            yield name
        finally:
            session.close()
            del os.environ[ADDRESS]
