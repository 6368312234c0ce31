"""All systems on one clip: looked at once for all of them, beside one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scripts.bench_rows.material import HEIGHT, LINE, SECONDS, in_turns, usual_clip
from scripts.bench_rows.row import Row

RATIO: Final = 0.6


def run() -> Iterator[Row]:
    """Measure in one process, in turns."""
    from engine import analyze
    from engine.systems.clip_analysis import analyze_each
    from engine.vocabulary import SystemName

    with usual_clip() as clip:
        found = in_turns(
            {
                **{
                    name.value: lambda name=name: analyze(clip, line=LINE, system=name) for name in SystemName
                },
                "together": lambda: analyze_each(clip, line=LINE),
            }
        )
    together = found.pop("together")
    apart = sum(found.values())
    each = ", ".join(f"{name} {seconds:.3f}" for name, seconds in found.items())
    yield Row(
        f"all {len(found)} systems on one clip of {SECONDS:.0f} s and {HEIGHT}p, warm",
        f"{together:.3f} s, {together / apart:.2f} × their sum",
        f"one after the other {apart:.3f} s ({each})",
        f"≤ {RATIO} ×",
        together <= RATIO * apart,
    )
