"""A full class rates at once: 50 raters, 20 ratings each, over HTTP against a real server and file.

    python scripts/answer_load.py

Every rater takes their next task, sends a draft and an answer, thinks for a moment and goes on. Tasks are
handed out from processes of their own, as a second server on the same file would; drafts and answers go
to the server over HTTP, each on a new connection. Five processes share the machine's cores that way: the
server, and four that hand out and send. What was acknowledged is then counted in the file.

Submit is measured in the sender, from before the connection is made until the receipt is read; by then the
answer is on disk. The server has been up for a while when the first rater begins, as before a class: what it
costs to start it, and to load the models for clips that are not there, is not measured.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

RATERS: Final = 50
RATINGS_EACH: Final = 20
OVERLAP: Final = 2
CLIPS: Final = RATERS * RATINGS_EACH // OVERLAP + RATERS
"""Some more than needed: the last place of a clip is of no use to who has rated it already."""
PROCESSES: Final = 4
THINKING_S: Final = (1.0, 3.0)
"""Compressed fifteenfold: a person takes half a minute for a clip."""
PROJECT: Final = "A full class"
P95_TARGET_MS: Final = 200
PATIENCE_S: Final = 60
SETTLING_S: Final = 20
"""Between the server's start and the class: by then its analysis has loaded the models it keeps warm."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it.

    Attributes
    ----------
    submit_ms, draft_ms, next_ms : tuple of float
        How long each answer, draft and handing out took, in milliseconds.
    refused : tuple of str
        Sentences of what was not taken.
    stored, keys, most_raters : int
        Ratings in the file, different keys among them, and most raters of any clip.
    """

    submit_ms: tuple[float, ...]
    draft_ms: tuple[float, ...]
    next_ms: tuple[float, ...]
    refused: tuple[str, ...]
    stored: int
    keys: int
    most_raters: int

    def rows(self) -> list[tuple[str, str, str]]:
        """Lines of the bench's table."""
        wanted = RATERS * RATINGS_EACH
        return [
            (
                f"{RATERS} raters, {RATINGS_EACH} ratings each: stored, different keys",
                f"{self.stored}, {self.keys}",
                f"{wanted}, {wanted}",
            ),
            ("refused, most raters of a clip", f"{len(self.refused)}, {self.most_raters}", f"0, {OVERLAP}"),
            ("submit, median and 95th percentile", _spread(self.submit_ms), f"< {P95_TARGET_MS} ms"),
            ("draft, median and 95th percentile", _spread(self.draft_ms), ""),
            ("next task, median and 95th percentile", _spread(self.next_ms), ""),
        ]


def answer_load() -> Load:
    """Run the load in a folder of its own and count what is in the file afterwards."""
    with tempfile.TemporaryDirectory(prefix="dailies-load-") as folder:
        os.environ["DAILIES_HOME"] = folder
        project_id, raters = _prepare()
        with _server() as url:
            sleep(SETTLING_S)
            shares = [raters[start::PROCESSES] for start in range(PROCESSES)]
            method = multiprocessing.get_context("spawn")
            with method.Pool(PROCESSES, _enter, (folder, method.Barrier(PROCESSES))) as pool:
                parts = pool.starmap(_rate_all, [(url, project_id, share) for share in shares], chunksize=1)
        return _count(Path(folder), parts)


def _prepare() -> tuple[int, list[int]]:
    from dashboard.services import projects, rating_protocol
    from db import clips, people, predictions
    from db import session as database
    from db.records import ClipDraft, ClipStatus, PredictionDraft
    from db.session import writing
    from engine.vocabulary import Emotion, LineSource, Role, SystemName

    project = projects.create(PROJECT)
    rating_protocol.change(project.id, person_id=None, overlap=OVERLAP)
    with writing() as session:
        for number in range(CLIPS):
            name = f"take_{number:03}.mp4"
            key = sha256(name.encode()).hexdigest()
            clip = clips.add(
                session,
                project.id,
                ClipDraft(key, name, key, size_bytes=1, duration_s=4.0, status=ClipStatus.READY),
            )
            predictions.add(
                session,
                PredictionDraft(
                    clip_id=clip.id,
                    system=SystemName.ALIGNMENT,
                    weights_version="bench",
                    feature_schema="bench",
                    line="",
                    line_source=LineSource.NONE,
                    emotion=Emotion.JOY,
                    expected_intensity=0.5,
                    expressed_intensity=0.6,
                    document={},
                ),
            )
        raters = [people.get_or_create(session, f"Rater {number}").id for number in range(RATERS)]
        for rater in raters:
            people.join(session, project.id, rater, Role.RATER)
    database.close()
    return project.id, raters


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "-m", "dashboard", "serve", "--port", "0", "--sign-in", "none"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            yield said.split(" at ")[1].split()[0]
        finally:
            process.terminate()


def _enter(home: str, all_are_here: Barrier) -> None:
    """Make a process ready to hand out, and wait for the others: nobody starts while others still load."""
    os.environ["DAILIES_HOME"] = home
    from dashboard.services import assigning, task_pass  # noqa: F401 what _rate asks for
    from db import session as database

    database.prepare()
    all_are_here.wait(PATIENCE_S)


def _rate_all(url: str, project_id: int, raters: Sequence[int]) -> dict[str, list[Any]]:
    """In a process of its own: one thread to a rater."""
    seen: dict[str, list[Any]] = {"submit": [], "draft": [], "next": [], "refused": []}
    threads = [threading.Thread(target=_rate, args=(url, project_id, rater, seen)) for rater in raters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def _rate(url: str, project_id: int, rater: int, seen: dict[str, list[Any]]) -> None:
    from dashboard.services import assigning, task_pass
    from engine.errors import DailiesError

    chance = random.Random(rater)
    for _ in range(RATINGS_EACH):
        sleep(chance.uniform(*THINKING_S))
        started = perf_counter()
        try:
            task = assigning.next_task(project_id, rater)
        except DailiesError as error:
            seen["refused"].append(str(error))
            continue
        seen["next"].append(1000 * (perf_counter() - started))
        if task is None:
            seen["refused"].append("nothing was left to rate")
            continue
        shared = {"pass": task_pass.issue(task.key)}
        content = {"delivery": chance.choice((-1, 0, 1))}
        for address, body, name in (
            ("drafts", {**shared, "content": content, "revision": 1, "tab": "bench"}, "draft"),
            ("answers", {**shared, **content, "key": str(uuid.UUID(int=chance.getrandbits(128)))}, "submit"),
        ):
            started = perf_counter()
            refusal = _post(f"{url}/{address}", body)
            seen[name].append(1000 * (perf_counter() - started))
            if refusal is not None:
                seen["refused"].append(refusal)


def _post(url: str, body: dict[str, Any]) -> str | None:
    """Send; ``None`` where it was taken, else what was said."""
    sent = urllib.request.Request(
        url, data=json.dumps(body).encode(), headers={"content-type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(sent, timeout=PATIENCE_S) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode()}"
    except OSError as error:
        return str(error)
    return None


def _count(home: Path, parts: Sequence[dict[str, list[Any]]]) -> Load:
    joined = {name: tuple(value for part in parts for value in part[name]) for name in parts[0]}
    with sqlite3.connect(home / "dailies.db") as database:
        [(stored, keys)] = database.execute("SELECT count(*), count(DISTINCT idempotency_key) FROM ratings")
        [(most,)] = database.execute(
            "SELECT max(n) FROM (SELECT count(DISTINCT person_id) AS n FROM ratings GROUP BY clip_id)"
        )
    database.close()
    return Load(
        submit_ms=joined["submit"],
        draft_ms=joined["draft"],
        next_ms=joined["next"],
        refused=joined["refused"],
        stored=stored,
        keys=keys,
        most_raters=most,
    )


def _spread(taken_ms: Sequence[float]) -> str:
    late = statistics.quantiles(taken_ms, n=20)[-1]
    return f"{statistics.median(taken_ms):.0f} ms, {late:.0f} ms"


if __name__ == "__main__":
    found = answer_load()
    for row in found.rows():
        print(" | ".join(row))
    for sentence in sorted(set(found.refused)):
        print(sentence)
