"""What the bench measures on: a clip that is made from a shared one, and a line."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from scripts.long_clip import make_clip

ROOT: Final = Path(__file__).resolve().parent.parent.parent
SHARED: Final = ROOT.parent / "shared" / "data" / "clips" / "frontal_speaker_1.mp4"
"""6 s, 700 × 700, a person who speaks; the demo's longest take stands in where there is none."""
TAKES: Final = ROOT / "dashboard" / "demo" / "takes"
LINE: Final = "How dare you! Get out of my house and never come back!"
SECONDS: Final = 6.0
WIDTH, HEIGHT = 1280, 720
TURNS: Final = 7


def source() -> Path:
    """The clip that others are made from."""
    return SHARED if SHARED.is_file() else max(TAKES.glob("*.mp4"), key=lambda take: take.stat().st_size)


@contextmanager
def usual_clip() -> Iterator[Path]:
    """Six seconds of 720p with one person who speaks."""
    with TemporaryDirectory(prefix="dailies-bench-") as folder:
        yield make_clip(source(), Path(folder) / "usual.mp4", seconds=SECONDS, width=WIDTH, height=HEIGHT)


def in_turns(works: Mapping[str, Callable[[], Any]], *, turns: int = TURNS) -> dict[str, float]:
    """Median seconds of each work, by name: all take turns, so that whatever else the machine does meets all
    alike; the first turn warms up and does not count.
    """
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(turns + 1):
        for name, work in works.items():
            started = perf_counter()
            work()
            if turn:
                taken[name].append(perf_counter() - started)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}
