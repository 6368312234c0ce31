"""A scene of twenty minutes with six lines a minute: analysed, stopped half-way, taken up after a restart.

    python scripts/scene_load.py [--minutes 20]

The film is made in full HD (``scripts/long_clip.py``). The real worker reads it line by line in its process;
after a third of the lines it is stopped and ended, a new one begins, and the scene goes on where it was.
Printed are the time, the progress that was seen, and the most memory that any process held.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from dashboard.services import projects, scenes  # noqa: E402 the path comes first
from dashboard.services.analysis_worker import AnalysisWorker  # noqa: E402 the same
from dashboard.services.scenes import Cuts, ListedScene  # noqa: E402 the same
from db import people, session  # noqa: E402 the same
from db.records import SceneStatus  # noqa: E402 the same
from engine.vocabulary import Role  # noqa: E402 the same
from scripts.long_clip import make_long_clip  # noqa: E402 the same
from scripts.process_memory import peak_bytes  # noqa: E402 the same

LINES_A_MINUTE: Final = 6
LINE_S: Final = 4.0
LINES: Final = ("How dare you leave me here!", "I am going home.", "You never asked me.", "It is late.")
LOOK_S: Final = 0.5
QUIET_S: Final = 20.0
TAKE: Final = ROOT / "dashboard" / "demo" / "takes" / "leave_1.mp4"


def main() -> None:
    """Make the film, run it through, print what it took."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--minutes", type=float, default=20.0)
    minutes: float = words.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="dailies-scene-") as folder:
        os.environ["DAILIES_HOME"] = str(Path(folder) / "home")
        os.environ.pop("DAILIES_DATABASE_URL", None)
        film = make_long_clip(TAKE, Path(folder), minutes=minutes)
        print(f"film: {minutes:.0f} min, 1920 × 1080, {film.stat().st_size / 1e6:.0f} MB")
        _run(film, minutes)
        session.close()


def _run(film: Path, minutes: float) -> None:
    project = projects.get_or_create("Scene")
    lead = projects.person("Lead")
    with session.writing() as writing:
        people.join(writing, project.id, lead.id, Role.INSTRUCTOR)
    with film.open("rb") as opened:
        scene = scenes.bring_in(
            project.id, opened, name=film.name, cuts=_cuts(minutes), script_id=None, person_id=lead.id
        )
    most: dict[str, int] = {}
    started = time.monotonic()
    stop_at = round(minutes * LINES_A_MINUTE / 3)
    worker = _begin()
    _wait(scene.id, lead.id, most, lambda now: now.done >= stop_at)
    before = scenes.look(scene.id, person_id=lead.id).done
    scenes.stop(scene.id, person_id=lead.id)
    time.sleep(QUIET_S)
    after = scenes.look(scene.id, person_id=lead.id).done
    worker.stop()
    print(f"stopped at {before} lines; {QUIET_S:.0f} s later {after} were read (the one at work is finished)")
    worker = _begin()
    scenes.go_on(scene.id, person_id=lead.id)
    now = _wait(scene.id, lead.id, most, lambda now: now.scene.status is SceneStatus.READY)
    worker.stop()
    print(f"{now.done} of {now.total} lines in {time.monotonic() - started - QUIET_S:.0f} s")
    for name, kilobytes in most.items():
        print(f"most memory of the {name}: {kilobytes / 1e6:.2f} GB")


def _cuts(minutes: float) -> Cuts:
    step = 60 / LINES_A_MINUTE
    rows = "".join(
        f"{number * step},{number * step + LINE_S},{LINES[number % len(LINES)]},{'AB'[number % 2]}\n"
        for number in range(round(minutes * LINES_A_MINUTE))
    )
    return Cuts("times.csv", f"start,end,line,speaker\n{rows}".encode())


def _begin() -> AnalysisWorker:
    worker = AnalysisWorker()
    if not worker.try_start():
        raise SystemExit("Another process analyses in this folder.")
    return worker


def _wait(
    scene_id: str, person_id: int, most: dict[str, int], reached: Callable[[ListedScene], bool]
) -> ListedScene:
    shown = -1
    while True:
        now = scenes.look(scene_id, person_id=person_id)
        for name, pid in (("server", os.getpid()), *(("analysis", child) for child in _children())):
            most[name] = max(most.get(name, 0), peak_bytes(pid) // 1024)
        if now.total and now.done * 10 // now.total != shown:
            shown = now.done * 10 // now.total
            print(f"  {now.done} of {now.total} lines", flush=True)
        if now.scene.status is SceneStatus.FAILED:
            raise SystemExit(now.scene.message)
        if reached(now):
            return now
        time.sleep(LOOK_S)


def _children() -> list[int]:
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        listed += (task / "children").read_text().split()
    return [int(pid) for pid in set(listed)]


if __name__ == "__main__":
    main()
