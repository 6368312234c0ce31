"""How the cost of one clip grows with its length, its resolution and its faces."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from scripts.bench_rows.material import HEIGHT, LINE, ROOT, SECONDS, WIDTH, source
from scripts.bench_rows.row import Row
from scripts.long_clip import make_clip

LENGTHS_S: Final = (2, 6, 30, 120, 600)
SIZES: Final = ((640, 360), (1280, 720), (1920, 1080), (3840, 2160))
FACES: Final = (1, 2, 3, 4, 5)
MEMORY_TARGET_GB: Final = 1.5


def run() -> Iterator[Row]:
    """Measure each clip in a fresh process, warm."""
    cases = [
        *((f"{length} s, {HEIGHT}p, 1 face", length, (WIDTH, HEIGHT), 1) for length in LENGTHS_S),
        *((f"{SECONDS:.0f} s, {height}p, 1 face", SECONDS, (width, height), 1) for width, height in SIZES),
        *((f"{SECONDS:.0f} s, {HEIGHT}p, {faces} faces", SECONDS, (WIDTH, HEIGHT), faces) for faces in FACES),
        ("600 s, 1080p, 1 face", 600, (1920, 1080), 1),
    ]
    for what, seconds, (width, height), faces in dict.fromkeys(cases):
        with TemporaryDirectory(prefix="dailies-bench-") as folder:
            clip = make_clip(
                source(), Path(folder) / "made.mp4", seconds=seconds, width=width, height=height, faces=faces
            )
            found = _apart(clip)
        yield Row(
            what,
            f"{found['answer_s']:.2f} s, {found['peak_gb']:.2f} GB at most",
            f"bare decode {found['decode_s']:.2f} s",
            f"< {MEMORY_TARGET_GB} GB",
            found["peak_gb"] < MEMORY_TARGET_GB,
        )


def _apart(clip: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "scripts.bench_rows.growth", str(clip)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"The measured process failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _measured(clip: Path) -> dict[str, float]:
    from engine import analyze
    from engine.systems.alignment import AlignmentSystem
    from scripts.bench_rows.floors import bare_decode
    from scripts.process_memory import peak_bytes

    AlignmentSystem.load()
    analyze(clip, line=LINE)
    started = perf_counter()
    analyze(clip, line=LINE)
    answer_s = perf_counter() - started
    started = perf_counter()
    bare_decode(clip)
    return {"answer_s": answer_s, "decode_s": perf_counter() - started, "peak_gb": peak_bytes() / 1e9}


if __name__ == "__main__":
    print(json.dumps(_measured(Path(sys.argv[1]))))
