"""Fifty clips by two processes that load the models once, beside one process held to one thread."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scripts.bench_rows.imports import copies_of, imported
from scripts.bench_rows.material import HEIGHT, SECONDS, usual_clip
from scripts.bench_rows.row import Row

CLIPS: Final = int(os.environ.get("BENCH_CLIPS", "50"))
"""Fewer for a short trial."""
PROCESSES: Final = 2
RATIO: Final = 1.8


def run() -> Iterator[Row]:
    """Import the same folder twice, each into a data folder of its own."""
    with usual_clip() as clip, TemporaryDirectory(prefix="dailies-bench-") as folder:
        place = Path(folder)
        takes = copies_of(clip, place / "takes", count=CLIPS)
        alone = imported(takes, place / "alone", ["--jobs", "1"], cores=1)
        two = imported(takes, place / "two", ["--jobs", str(PROCESSES)], lanes=PROCESSES)
    yield Row(
        f"{CLIPS} clips of {SECONDS:.0f} s and {HEIGHT}p, {PROCESSES} processes on {PROCESSES} cores",
        f"{two.each_s:.2f} clips a second, {two.each_s / alone.each_s:.2f} ×",
        f"one process held to one core and one thread: {alone.each_s:.2f} clips a second",
        f"≥ {RATIO} ×, models loaded once",
        two.each_s >= RATIO * alone.each_s,
        "Clips a second once each process has done its first, so that loading the models, "
        f"{two.first_s:.0f} s with the import, counts for nothing on either side; each does that once.",
    )
    same = sum(two.rows.get(name) == row for name, row in alone.rows.items())
    yield Row(
        "their predictions, but for what they took",
        f"{same} of {CLIPS} are equal to the last digit",
        "those of the one process",
        "all",
        same == CLIPS,
    )
