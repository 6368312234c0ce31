"""Fifty people ask for their next clip at once, in a project of 100,000 clips and 1,000,000 answers.

Every clip has one place left: two who have the same at the same time are a collision.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import statistics
import threading
from collections.abc import Iterator, Sequence
from itertools import pairwise
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Final

from scripts.bench_rows.row import Row
from scripts.large_project import EMPTY, PROJECT, copied, made
from scripts.large_project import RATERS as EVERYBODY

HURRIED_S: Final = 0.3
"""What each thinks about a clip: half a minute, compressed a hundredfold."""
BRISK_S: Final = 3.0
"""The same compressed tenfold."""
RATERS: Final = ((1, HURRIED_S), (10, HURRIED_S), (50, HURRIED_S), (200, HURRIED_S), (50, BRISK_S))
"""How many ask, and how long each thinks before the next."""
ASKED: Final = 50
"""The number that has a target."""
TURNS: Final = 10
PROCESSES: Final = 2
"""Those who serve: a server's threads on one core wait for each other, whatever the database does."""
TARGET_MS: Final = 20.0
PATIENCE_S: Final = 120
LAST: Final = EVERYBODY - 1
"""Who asks once before anything is measured."""

Held = tuple[str, float, float]
"""A clip, and from when to when somebody had its only place, by the machine's clock."""


def run() -> Iterator[Row]:
    """Each rater asks some times, each time for another clip than any other has in hand."""
    with TemporaryDirectory(prefix="dailies-bench-") as folder:
        home = copied(made(), Path(folder) / "home")
        for raters, thinks_s in RATERS:
            beside = _asked(home, EMPTY, raters, thinks_s)[0]
            taken, collisions = _asked(home, PROJECT, raters, thinks_s)
            late, has_target = _late(taken), raters == ASKED
            yield Row(
                f"next clip handed out, {raters} {'rater' if raters == 1 else 'raters'} at once, "
                f"{thinks_s:g} s to think",
                f"median {statistics.median(taken):.1f} ms, p95 {late:.1f} ms, {collisions} collisions",
                f"a project of 200 clips and no answer: p95 {_late(beside):.1f} ms",
                f"p95 ≤ {TARGET_MS:.0f} ms, no collision" if has_target else "",
                (late <= TARGET_MS and not collisions) if has_target else None,
                f"{PROCESSES} processes share {os.cpu_count()} cores; each ask waits for the disk once. "
                f"A person thinks for half a minute, {30 / thinks_s:.0f} times as long."
                if has_target
                else "",
            )


def _asked(home: Path, project: str, raters: int, thinks_s: float) -> tuple[list[float], int]:
    method = multiprocessing.get_context("spawn")
    shares = [range(start, raters, PROCESSES) for start in range(min(PROCESSES, raters))]
    with method.Pool(len(shares), _enter, (str(home), project, method.Barrier(len(shares)))) as pool:
        parts = pool.starmap(_ask_all, [(project, list(share), thinks_s) for share in shares], chunksize=1)
    handed = sorted(held for part in parts for held in part[1])
    collisions = sum(clip == other and start < end for (clip, _, end), (other, start, _) in pairwise(handed))
    return [value for part in parts for value in part[0]], collisions


def _enter(home: str, project: str, all_are_here: Barrier) -> None:
    os.environ["DAILIES_HOME"] = home
    from dashboard.services import projects
    from db import session

    session.prepare()
    _ask(projects.by_name(project).id, LAST, 0.0, [], [], turns=1)  # as warm as a server is
    all_are_here.wait(PATIENCE_S)


def _ask_all(project: str, raters: Sequence[int], thinks_s: float) -> tuple[list[float], list[Held]]:
    from dashboard.services import projects

    number = projects.by_name(project).id
    taken: list[float] = []
    handed: list[Held] = []
    threads = [
        threading.Thread(target=_ask, args=(number, rater, thinks_s, taken, handed)) for rater in raters
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, handed


def _ask(
    project: int, rater: int, thinks_s: float, taken: list[float], handed: list[Held], *, turns: int = TURNS
) -> None:
    from dashboard.services import assigning, projects
    from db.records import SkipReason

    person = projects.person(f"Rater {rater}").id
    chance = random.Random(rater)
    sleep(chance.uniform(0.0, thinks_s))  # nobody waits for the others before they ask
    for _ in range(turns):
        started = perf_counter()
        task = assigning.next_task(project, person)
        taken.append(1000 * (perf_counter() - started))
        if task is None:
            return
        got = perf_counter()
        sleep(thinks_s * chance.uniform(0.5, 1.5))
        handed.append((task.key.clip_id, got, perf_counter()))
        assigning.skip(task.key, SkipReason.OTHER, "measured")


def _late(taken: Sequence[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]
