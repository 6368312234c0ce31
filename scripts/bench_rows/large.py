"""What people look at in a project of 100,000 clips and 1,000,000 answers, and how that grew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any, Final

from scripts.bench_rows.material import ROOT
from scripts.bench_rows.row import Row
from scripts.large_project import CLIPS, PROJECT, RATINGS, copied, made
from scripts.process_memory import peak_bytes

SIZES: Final = ((100, 1_000), (1_000, 10_000), (10_000, 100_000), (CLIPS, RATINGS))
"""Clips and answers."""
PAGE_S: Final = 0.3
ASIDE_S: Final = 120.0
"""What is worked out aside may take this long, as long as the page says how old the last figures are."""
LIMITS: Final = {
    "frame": PAGE_S,
    "review": PAGE_S,
    "clips": PAGE_S,
    "clips_far": PAGE_S,
    "clips_search": 1.0,
    "my_work": PAGE_S,
    "overview": ASIDE_S,
    "register": 1.0,
    "pages_aside": PAGE_S,
    "agreement": ASIDE_S,
    "languages": ASIDE_S,
    "anchoring": ASIDE_S,
    "thresholds": ASIDE_S,
    "raters": ASIDE_S,
    "disputes": ASIDE_S,
    "export": ASIDE_S,
}
WORDS: Final = {
    "frame": "the frame of every page: who, how far",
    "review": "the Review page, next task included",
    "clips": "the first page of the list of clips",
    "clips_far": "a page in the middle of it",
    "clips_search": "a search in it that finds nothing",
    "my_work": "a rater's own progress",
    "overview": "how far the project is, worked out aside",
    "register": "the register of consents",
    "pages_aside": "the Agreement, Thresholds, Decide and My work pages while their figures are worked out",
    "agreement": "the figures of the Agreement page, worked out aside",
    "languages": "whether languages may be pooled, worked out aside",
    "anchoring": "how far the machine's opinion moves people, worked out aside",
    "thresholds": "the ratings that teach, gathered aside for the Thresholds page",
    "raters": "the figures about raters, worked out aside",
    "disputes": "the clips to be decided, worked out aside",
    "export": "the export as Parquet",
}


def run() -> Iterator[Row]:
    """Ask for each, in a process of its own, at every size."""
    chosen = [name for name in os.environ.get("BENCH_LARGE", "").split(",") if name] or list(LIMITS)
    for clips, ratings in SIZES if not os.environ.get("BENCH_LARGEST") else SIZES[-1:]:
        with TemporaryDirectory(prefix="dailies-bench-") as folder:
            home = copied(made(clips=clips, ratings=ratings), Path(folder) / "home")
            for name in chosen:
                said = f"{WORDS[name]}, {clips:,} clips, {ratings:,} answers"
                yield row(said, apart(name, home), LIMITS[name] if clips == CLIPS else None)


def row(said: str, found: dict[str, float], limit_s: float | None) -> Row:
    """What was found, held against a limit where there is one."""
    target = "" if limit_s is None else f"≤ {limit_s:g} s"
    return Row(said, _told(found), "", target, None if limit_s is None else found["first_s"] <= limit_s)


def _told(found: dict[str, float]) -> str:
    again = f", again {found['again_s']:.3f} s" if "again_s" in found else ""
    return f"{found['first_s']:.2f} s{again}; {found['peak_gb']:.2f} GB"


def apart(name: str, home: Path, *, database: str | None = None) -> dict[str, float]:
    """Ask for one thing in a process of its own.

    Parameters
    ----------
    database : str, optional
        The address of one that is not the SQLite file in ``home``.
    """
    command = [sys.executable, "-m", "scripts.bench_rows.large", name]
    environment = {**os.environ, "DAILIES_HOME": str(home)}
    if database is not None:
        environment["DAILIES_DATABASE_URL"] = database
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    if done.returncode:
        raise SystemExit(f"The measured process failed:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measured(name: str) -> dict[str, float]:
    from dashboard.services import background, projects, task_progress
    from db import session

    session.prepare()
    task_progress.count_ahead()  # as a server does when it starts
    counting = f"open tasks:{projects.by_name(PROJECT).id}"
    while (work := background.look(counting)) is not None and not work.is_done:
        sleep(0.01)
    asked = _asked(name)
    found = {"first_s": _seconds(asked)}
    if LIMITS[name] < ASIDE_S:
        found["again_s"] = _seconds(asked)
    return found | {"peak_gb": peak_bytes() / 1e9}


def _seconds(asked: Callable[[], Any]) -> float:
    started = perf_counter()
    asked()
    return perf_counter() - started


def _asked(name: str) -> Callable[[], Any]:
    from dashboard.services import (
        adjudication,
        agreement,
        anchoring,
        clip_list,
        consents,
        disputes,
        export,
        language_functioning,
        projects,
        rater_quality,
        review,
        task_progress,
        thresholds,
    )
    from db.location import data_folder

    project = projects.by_name(PROJECT)
    rater = projects.person("Rater 7").id
    middle = _middle(project.id)

    def looks() -> None:
        agreement.of_project(project.id)
        thresholds.view(project.id)
        adjudication.agenda(project.id, person_id=None)
        rater_quality.own(project.id, rater)
        task_progress.of_project(project.id, person_id=None)

    every: dict[str, Callable[[], Any]] = {
        "frame": lambda: clip_list.how_far(project.id, rater),
        "review": lambda: review.view(project.id, rater),
        "clips": lambda: clip_list.look(project.id),
        "clips_far": lambda: clip_list.look(project.id, after=middle),
        "clips_search": lambda: clip_list.look(project.id, text="nothing is called so"),
        "my_work": lambda: task_progress.progress(project.id, rater),
        "overview": lambda: task_progress.project_progress(project.id),
        "register": lambda: consents.register(project.id, person_id=None),
        "pages_aside": looks,
        "agreement": lambda: agreement.work_out(project.id),
        "languages": lambda: language_functioning.work_out(project.id),
        "anchoring": lambda: anchoring.work_out(project.id),
        "thresholds": lambda: thresholds.gather(project.id),
        "raters": lambda: rater_quality.work_out(project.id),
        "disputes": lambda: disputes.work_out(project.id),
        "export": lambda: export.export(
            project.id, format_name="parquet", out=data_folder() / f"{perf_counter()}.parquet", media=False
        ),
    }
    return every[name]


def _middle(project_id: int) -> int:
    from db import places
    from db.session import reading

    with reading() as session:
        low, high = places.numbers(session, project_id)
    return (low + high) // 2


if __name__ == "__main__":
    print(json.dumps(_measured(sys.argv[1])), flush=True)
    os._exit(0)  # figures that were only begun are asked for by a process of their own
