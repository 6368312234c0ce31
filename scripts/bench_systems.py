"""Time every system on every clip, warm: ``make bench-clips``.

    python -m scripts.bench_systems [--clips FOLDER] [--repeats N]

Each system is loaded once and answers each clip once before it is timed. The table names the median and the
slowest of the turns and the processor's seconds, which other work on the machine does not stretch, and what
each system spends where on the slowest clip.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
CLIPS: Final = ROOT.parent / "shared" / "data" / "clips"
TAKES: Final = ROOT / "dashboard" / "demo" / "takes"
LINE: Final = "How dare you! Get out of my house and never come back!"
ENDINGS: Final = {".mp4", ".mov", ".flac", ".wav", ".webm"}
LIMIT_S: Final = 2.0
REPEATS: Final = 3
BAD_INPUT: Final = 2


@dataclass(frozen=True, slots=True)
class Timed:
    """The turns of one system on one clip.

    Attributes
    ----------
    seconds : tuple of float
    cpu_s : float
        Of all threads, a turn.
    parts : Mapping of str to float
        Where the last turn spent them, some side by side.
    refusal : str
        Why there is no answer; empty where there is one.
    """

    clip: str
    seconds: tuple[float, ...]
    cpu_s: float
    parts: Mapping[str, float]
    refusal: str = ""

    @property
    def median_s(self) -> float:
        """0 where there was no answer."""
        return statistics.median(self.seconds) if self.seconds else 0.0


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--clips", type=Path, default=CLIPS if CLIPS.is_dir() else TAKES)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    given = parser.parse_args()
    clips = sorted(path for path in given.clips.iterdir() if path.suffix.lower() in ENDINGS)
    if not clips:
        print(f"{given.clips} holds no clips; name a folder with some.", file=sys.stderr)
        return BAD_INPUT
    from engine.vocabulary import SystemName

    found = {
        system.value: [timed(system.value, clip, given.repeats) for clip in clips] for system in SystemName
    }
    print("\n".join(table(found, given.repeats)))
    return 0


def timed(system: str, clip: Path, repeats: int) -> Timed:
    """Ask one system about one clip, once to warm up and then ``repeats`` times."""
    from engine import analyze
    from engine.errors import DailiesError

    seconds, parts, busy = [], {}, 0.0
    for turn in range(repeats + 1):
        started, worked = perf_counter(), process_time()
        try:
            parts = dict(analyze(clip, line=LINE, system=system).timings_s)
        except DailiesError as error:
            return Timed(clip.name, (), 0.0, {}, str(error))
        if turn:
            seconds.append(perf_counter() - started)
            busy += process_time() - worked
    return Timed(clip.name, tuple(seconds), busy / repeats, parts)


def table(found: Mapping[str, Sequence[Timed]], repeats: int) -> list[str]:
    """The lines of the table in Markdown."""
    systems = list(found)
    rows = zip(*found.values(), strict=True)
    lines = [
        f"Seconds of one answer, warm: median (slowest; processor) of {repeats} turns, limit {LIMIT_S:.0f}. "
        f"Load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
        "",
        f"| clip | {' | '.join(systems)} |",
        "|---|" + "---|" * len(systems),
        *(f"| {row[0].clip} | {' | '.join(map(_cell, row))} |" for row in rows),
        f"| **median of clips** | {' | '.join(_over(found[name], statistics.median) for name in systems)} |",
        f"| **slowest clip** | {' | '.join(_over(found[name], max) for name in systems)} |",
        "",
    ]
    for name in systems:
        slowest = max(found[name], key=lambda one: one.median_s)
        spent = ", ".join(f"{part} {seconds:.2f}" for part, seconds in slowest.parts.items())
        lines.append(f"* {name}, {slowest.clip}: {spent}")
        lines += [f"* {name}, {one.clip}: {one.refusal}" for one in found[name] if one.refusal]
    return lines


def _cell(one: Timed) -> str:
    if not one.seconds:
        return "none"
    mark = " **over**" if max(one.seconds) > LIMIT_S else ""
    return f"{one.median_s:.2f} ({max(one.seconds):.2f}; {one.cpu_s:.2f}){mark}"


def _over(many: Sequence[Timed], how: object) -> str:
    answered = [one.median_s for one in many if one.seconds]
    return f"{how(answered):.2f}" if answered and callable(how) else "none"


if __name__ == "__main__":
    sys.exit(main())
