"""Eight processes that each read a number and write it back, one higher."""

from __future__ import annotations

from multiprocessing import get_context
from typing import Final

from scripts.reliability.desk import data_folder, made_desk
from scripts.reliability.row import Row

PROCESSES: Final = 8
TIMES: Final = 2_000
COUNT: Final = "count"


def run() -> Row:
    """Count up and compare."""
    with data_folder() as home:
        desk = made_desk(home, raters=1)
        with get_context("fork").Pool(PROCESSES) as pool:
            refused = sum(pool.starmap(count_up, [(desk.project_id, TIMES)] * PROCESSES, chunksize=1))
        found = counted(desk.project_id)
    wanted = PROCESSES * TIMES
    return Row(
        name=f"{PROCESSES} processes × {TIMES:,} read-then-write",
        target="0 lost, 0 lock errors",
        found=f"{wanted - refused - found} of {wanted:,} lost, {refused} lock errors",
        met=found == wanted and not refused,
        detail="Each transaction reads a project's settings and writes them back with a number one higher "
        "(`db.session.writing`, SQLite).",
    )


def count_up(project_id: int, times: int) -> int:
    """Count up; how often that was refused."""
    from db import projects, session
    from db.errors import StorageError

    refused = 0
    for _ in range(times):
        try:
            with session.writing() as opened:
                count = projects.by_id(opened, project_id).settings.get(COUNT, 0)
                projects.update_settings(opened, project_id, {COUNT: count + 1})
        except StorageError:
            refused += 1
    return refused


def counted(project_id: int) -> int:
    """How far it was counted."""
    from db import projects, session

    with session.reading() as opened:
        return int(projects.by_id(opened, project_id).settings.get(COUNT, 0))
