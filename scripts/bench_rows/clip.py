"""One clip, warm: everything that the alignment system does, beside the longer of its two floors."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from time import process_time
from typing import Final

from scripts.bench_rows.floors import Landmarks, bare_decode
from scripts.bench_rows.material import HEIGHT, LINE, SECONDS, in_turns, usual_clip
from scripts.bench_rows.row import Row

RATIO: Final = 1.6
SECONDS_TARGET: Final = 0.5


def run() -> Iterator[Row]:
    """Measure in one process, in turns."""
    from engine import analyze
    from engine.media import decode
    from engine.systems.alignment import AlignmentSystem

    AlignmentSystem.load()
    landmarks = Landmarks()
    with usual_clip() as clip:
        pictures = [picture for picture in decode(clip).pictures if picture is not None]
        parts = dict(analyze(clip, line=LINE).timings_s)
        processor_s: list[float] = []

        def answered() -> None:
            began = process_time()
            parts.update(analyze(clip, line=LINE).timings_s)
            processor_s.append(process_time() - began)

        found = in_turns(
            {
                "decode": lambda: bare_decode(clip),
                "landmarks": lambda: landmarks.find(pictures),
                "answer": answered,
            }
        )
    floor, answer = max(found["decode"], found["landmarks"]), found["answer"]
    within = ", ".join(f"{name} {seconds:.3f}" for name, seconds in parts.items())
    yield Row(
        f"one clip of {SECONDS:.0f} s and {HEIGHT}p, warm, all of alignment",
        f"{answer:.3f} s, {answer / floor:.2f} × the floor",
        f"bare decode {found['decode']:.3f} s, {len(pictures)} landmark inferences "
        f"{found['landmarks']:.3f} s",
        f"≤ {RATIO} × the longer, < {SECONDS_TARGET} s",
        answer <= RATIO * floor and answer < SECONDS_TARGET,
        f"processor time {median(processor_s):.3f} s, half of which is the least that two cores can take; "
        f"seconds of the last turn, some side by side: {within}",
    )
