"""Measure the speed and the memory of the engine: ``make bench``.

    python scripts/bench.py [--clip CLIP] [--repeats N] [--quick]

Everything that is compared is measured side by side in one run. The table goes to the screen and, with
the date, to ``docs/results/``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SHARED_CLIP: Final = ROOT.parent / "shared" / "data" / "clips" / "frontal_speaker_1.mp4"
"""6 s, 700 × 700; the demo's longest take stands in where there is none."""
TAKES: Final = ROOT / "dashboard" / "demo" / "takes"
LINE: Final = "How dare you! Get out of my house and never come back!"
RESULTS: Final = ROOT / "docs" / "results"

RATIO_TARGET: Final = 2.5
MEMORY_TARGET_GB: Final = 1.5
COLD_TARGET_S: Final = 15.0
REPEATS: Final = 9
PACKAGES: Final = ("av", "torch", "mediapipe", "librosa", "numpy", "transformers", "opencv-python")


def main() -> None:
    """Run what was asked for: the whole table, or one measurement in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path, default=None)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--quick", action="store_true", help="leave out the ten-minute clip")
    parser.add_argument("--child", type=Path, default=None, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child is not None:
        print(json.dumps(one_answer(chosen.child)))
        return
    clip = chosen.clip or (SHARED_CLIP if SHARED_CLIP.is_file() else max(TAKES.glob("*.mp4"), key=_size))
    cold = in_a_fresh_process(clip)
    rows = [
        ("first answer in a fresh process", f"{cold['wall_s']:.1f} s", f"< {COLD_TARGET_S:.0f} s"),
        ("its peak memory", f"{cold['peak_gb']:.2f} GB", ""),
    ]
    if not chosen.quick:
        from long_clip import make_long_clip

        with tempfile.TemporaryDirectory() as folder:
            long = in_a_fresh_process(make_long_clip(clip, Path(folder)))
        rows += [
            (
                "peak memory, 10 min of 1080p",
                f"{long['peak_gb']:.2f} GB",
                f"< {MEMORY_TARGET_GB} GB",
            ),
            ("time for it, decoding included", f"{long['answer_s']:.1f} s", ""),
        ]
    from answer_load import answer_load

    rows += answer_load().rows()
    from export_load import export_load

    rows += export_load()
    page = report(clip, side_by_side(clip, repeats=chosen.repeats) + rows, repeats=chosen.repeats)
    print(page)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"bench-{datetime.now(UTC):%Y-%m-%d}.md").write_text(page, encoding="utf-8")


def side_by_side(clip: Path, *, repeats: int) -> list[tuple[str, str, str]]:
    """Bare decode, 50 face pictures and the whole answer, taken in turns in one warm process."""
    from engine import analyze
    from engine.features.landmarks import FaceTracker
    from engine.media import decode
    from engine.systems.alignment import AlignmentSystem

    AlignmentSystem.load()
    pictures = [picture for picture in decode(clip).pictures if picture is not None]
    parts: dict[str, list[float]] = {}
    taken: dict[str, list[float]] = {"decode": [], "faces": [], "analyze": []}
    for _ in range(repeats + 1):
        taken["decode"].append(_timed(lambda: bare_decode(clip)))
        taken["faces"].append(_timed(lambda: FaceTracker.load().track(pictures)))
        started = perf_counter()
        answer = analyze(clip, line=LINE)
        taken["analyze"].append(perf_counter() - started)
        for name, seconds in answer.timings_s.items():
            parts.setdefault(name, []).append(seconds)
    decode_s, faces_s, analyze_s = (statistics.median(taken[name][1:]) for name in taken)  # the first warms
    ratio = analyze_s / (decode_s + faces_s)
    within = ", ".join(f"{name} {statistics.median(parts[name][1:]):.3f}" for name in parts)
    return [
        ("bare decode of all pictures", f"{decode_s:.3f} s", ""),
        ("50 face pictures", f"{faces_s:.3f} s", ""),
        ("the whole answer, warm", f"{analyze_s:.3f} s", "< 1 s"),
        ("whole answer / (bare decode + 50 face pictures)", f"{ratio:.2f}", f"≤ {RATIO_TARGET}"),
        ("parts of the answer, some side by side", within, ""),
    ]


def bare_decode(clip: Path) -> int:
    """Decode every picture and do nothing with it."""
    import av

    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


def one_answer(clip: Path) -> dict[str, float]:
    """Answer once, from the first import on; for a process of its own."""
    from engine import analyze
    from engine.systems.alignment import AlignmentSystem

    AlignmentSystem.load()
    loaded = perf_counter()
    analyze(clip, line=LINE)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kibibytes on Linux
    return {"answer_s": perf_counter() - loaded, "peak_gb": peak * 1024 / 1e9}


def in_a_fresh_process(clip: Path) -> dict[str, float]:
    """:func:`one_answer` in a new process, with the seconds from its start to its end."""
    started = perf_counter()
    command = [sys.executable, __file__, "--child", str(clip)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"The measured process failed:\n{done.stderr}")
    answer: dict[str, float] = json.loads(done.stdout)
    return {**answer, "wall_s": perf_counter() - started}


def report(clip: Path, rows: list[tuple[str, str, str]], *, repeats: int) -> str:
    """The dated table in Markdown."""
    from engine.media import probe

    found = probe(clip)
    shown = "sound only" if found.video is None else f"{found.video.width} × {found.video.height}"
    lines = [
        f"# Speed and memory, {datetime.now(UTC):%Y-%m-%d}",
        "",
        f"`make bench`; clip {clip.name}, {found.duration_s:.1f} s, {shown}; medians of {repeats} turns.",
        "",
        "| measure | value | target |",
        "|---|---|---|",
        *(f"| {name} | {value} | {target} |" for name, value, target in rows),
        "",
        f"Machine: {_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; "
        f"{platform.system()}, Python {platform.python_version()}; torch threads {_torch_threads()}.",
        "",
        "Versions: " + ", ".join(f"{name} {version(name)}" for name in PACKAGES) + ".",
        "",
    ]
    return "\n".join(lines)


def _timed(work: Callable[[], Any]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _size(path: Path) -> int:
    return path.stat().st_size


def _torch_threads() -> int:
    import torch

    return torch.get_num_threads()


def _processor() -> str:
    named = Path("/proc/cpuinfo")
    if named.is_file():
        for row in named.read_text(encoding="utf-8").splitlines():
            if row.startswith("model name"):
                return row.partition(":")[2].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
