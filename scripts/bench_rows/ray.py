"""Clips by two processes of a Ray cluster on this machine beside two local ones; one is killed half-way."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Final

from scripts.bench_rows.batch import CLIPS, PROCESSES
from scripts.bench_rows.imports import copies_of, imported
from scripts.bench_rows.material import HEIGHT, SECONDS, usual_clip
from scripts.bench_rows.row import Row

RATIO: Final = 0.9
WORKER: Final = b"ray::_Worker"
"""What Ray calls a process of ours."""
PATIENCE_S: Final = 300.0


def run() -> Iterator[Row]:
    """Import the same folder locally, on the cluster, and on one that loses a process."""
    what = f"{CLIPS} clips of {SECONDS:.0f} s and {HEIGHT}p on Ray, {PROCESSES} processes"
    if find_spec("ray") is None:
        yield Row(what, "not measured", detail="Ray is not installed: requirements-ray.txt.")
        return
    on_cluster = ["--ray", "local"]
    with usual_clip() as clip, TemporaryDirectory(prefix="dailies-bench-") as folder:
        place = Path(folder)
        takes = copies_of(clip, place / "takes", count=CLIPS)
        local = imported(takes, place / "local", ["--jobs", str(PROCESSES)], lanes=PROCESSES)
        spread = imported(takes, place / "spread", on_cluster, lanes=PROCESSES)
        yield Row(
            what,
            f"{spread.each_s:.2f} clips a second, {spread.each_s / local.each_s:.2f} ×",
            f"{PROCESSES} local processes: {local.each_s:.2f} clips a second",
            f"≥ {RATIO} ×",
            spread.each_s >= RATIO * local.each_s,
        )
        same = sum(spread.rows.get(name) == row for name, row in local.rows.items())
        yield Row(
            "their predictions", f"{same} of {CLIPS} equal to the last digit", "local", "all", same == CLIPS
        )
        hurt = imported(takes, place / "hurt", on_cluster, lanes=PROCESSES, meanwhile=_kill_one_half_way)
        same = sum(hurt.rows.get(name) == row for name, row in local.rows.items())
        yield Row(
            "one of the two killed half-way",
            f"{same} of {CLIPS} predictions there and equal",
            "local",
            "all",
            same == CLIPS,
        )


def _kill_one_half_way(process: subprocess.Popen[str], home: Path) -> None:
    end = monotonic() + PATIENCE_S
    while monotonic() < end and process.poll() is None:
        if _predictions(home) >= CLIPS // 2 and (ours := _workers_of(process.pid)):
            os.kill(ours[0], signal.SIGKILL)
            return
        sleep(0.1)
    raise SystemExit("No process of the cluster was found to be killed.")


def _predictions(home: Path) -> int:
    if not (home / "dailies.db").is_file():
        return 0
    database = sqlite3.connect(home / "dailies.db")
    try:
        return int(database.execute("SELECT count(*) FROM predictions").fetchone()[0])
    except sqlite3.Error:
        return 0
    finally:
        database.close()


def _workers_of(ancestor: int) -> list[int]:
    """Numbers of the cluster's processes that descend from a process of ours."""
    parents, names = {}, {}
    for place in Path("/proc").iterdir():
        if place.name.isdecimal():
            try:
                after_name = (place / "stat").read_text().rpartition(")")[2].split()
                parents[int(place.name)] = int(after_name[1])
                names[int(place.name)] = (place / "cmdline").read_bytes()
            except OSError:
                continue
    found = []
    for number, name in names.items():
        above = number
        while above in parents and above != ancestor:
            above = parents[above]
        if above == ancestor and name.startswith(WORKER):
            found.append(number)
    return found
