"""A large project leaves: 100,000 answers as Parquet, as CSV and in the other formats.

    python scripts/export_load.py [--formats parquet,csv,…]

1,000 clips, 100 raters, an answer of each rater to each clip. Every format is written by a process of its
own, as the command line would; its seconds count from the first row asked for to the last file in place,
its memory is the peak of the whole process, imports included.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

CLIPS: Final = 1_000
RATERS: Final = 100
PROJECT: Final = "A hundred thousand"
FORMATS: Final = ("parquet", "csv")
TARGET_S: Final = {"parquet": 20, "csv": 30}
MEMORY_TARGET_MB: Final = 500


def export_load(formats: tuple[str, ...] = FORMATS) -> list[tuple[str, str, str]]:
    """Measure; rows of (what, found, target)."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DAILIES_HOME"] = str(Path(folder) / "home")
        _child("fill", folder)
        for name in formats:
            found = _child(name, folder)
            target = f"< {TARGET_S[name]} s, < {MEMORY_TARGET_MB} MB" if name in TARGET_S else ""
            what = f"{found['ratings']:,} answers exported as {name}"
            print(what, found, file=sys.stderr, flush=True)
            rows.append(
                (
                    what,
                    f"{found['seconds']:.1f} s ({found['work']:.1f} s of a core), {found['peak_mb']:.0f} MB",
                    target,
                )
            )
    return rows


def fill() -> None:
    """Make the project: everything through the queries, in a few transactions."""
    from dashboard.services import projects
    from dashboard.services.predictions import draft_of
    from db import clips as stored_clips
    from db import people, predictions, ratings, session
    from db.records import ClipDraft, ClipStatus, RatingDraft
    from engine.vocabulary import Delivery, Emotion, LineSource, Phase
    from tests.dashboard.analysis_made import made_analysis

    project = projects.create(PROJECT)
    with session.writing() as s:
        raters = [people.get_or_create(s, f"Rater {number}") for number in range(RATERS)]
        for number in range(CLIPS):
            sha256 = f"{number:064x}"
            clip = stored_clips.add(
                s,
                project.id,
                ClipDraft(
                    sha256=sha256,
                    original_name=f"take {number}.mp4",
                    media_key=sha256,
                    size_bytes=1,
                    duration_s=4.0,
                    line="How dare you leave me here!",
                    line_source=LineSource.GIVEN,
                    actor=f"Actor {number % 20}",
                    status=ClipStatus.READY,
                ),
            )
            said = predictions.add(s, draft_of(made_analysis(), clip_id=clip.id))
            for place, person in enumerate(raters):
                answer = RatingDraft(
                    clip_id=clip.id,
                    person_id=person.id,
                    idempotency_key=f"{number}-{place}",
                    phase=Phase.ASSISTED,
                    delivery=Delivery((number + place) % 5 - 2),
                    emotion=Emotion.ANGER,
                    expected_intensity=0.7,
                    expressed_intensity=0.4,
                    comment="The voice carries it." if place % 10 == 0 else "",
                    prediction_id=said.id,
                )
                ratings.append(s, answer, supersedes_id=None)


def measured(name: str, folder: Path) -> dict[str, Any]:
    """Export once and say how long it took and how much memory the process had at most."""
    from dashboard.services import projects
    from dashboard.services.export import export
    from scripts.process_memory import peak_bytes

    project = projects.by_name(PROJECT)
    started, worked = perf_counter(), process_time()
    done = export(project.id, format_name=name, out=folder / name, media=False)
    seconds, work = perf_counter() - started, process_time() - worked
    return {"seconds": seconds, "work": work, "peak_mb": peak_bytes() / 1e6, "ratings": done.ratings}


def _child(work: str, folder: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--child", work, "--folder", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"The measured process failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout or "{}")
    return found


def main() -> None:
    """Measure and print, or do one part in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--formats", default=",".join(FORMATS))
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child == "fill":
        fill()
    elif chosen.child:
        print(json.dumps(measured(chosen.child, chosen.folder)))
    else:
        for row in export_load(tuple(chosen.formats.split(","))):
            print(" | ".join(row))


if __name__ == "__main__":
    main()
