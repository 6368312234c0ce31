"""The analysis takes what is queued, survives what kills it, and is one to a data folder."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest

from dashboard.services import analysis_stop, analysis_worker, importing, process_limits
from dashboard.services.analysis_worker import AnalysisWorker
from dashboard.services.predictions import stored
from db import clips, predictions, session
from db.records import ClipRecord, ClipStatus
from tests.dashboard import work_made

pytestmark = pytest.mark.usefixtures("home")

PATIENCE_S = 60.0
ROOT = Path(__file__).resolve().parents[2]
ENDED = {ClipStatus.READY, ClipStatus.FAILED}


@pytest.fixture
def new_worker() -> Iterator[Callable[..., AnalysisWorker]]:
    made: list[AnalysisWorker] = []

    def make(
        *, lanes: int = 1, limit_s: float = 600.0, prepare: Callable[[], None] = work_made.nothing
    ) -> AnalysisWorker:
        worker = AnalysisWorker(lanes=lanes, work=work_made.quick_work, prepare=prepare, limit_s=limit_s)
        made.append(worker)
        return worker

    yield make
    for worker in made:
        worker.stop()


def queued(*contents: bytes) -> list[str]:
    sources = [
        importing.Source(name=f"take{number}.mp4", open=partial(BytesIO, content))
        for number, content in enumerate(contents)
    ]
    return [clip.id for clip in importing.import_clips("Hamlet", sources).added]


def wait_for(ids: list[str], reached: Callable[[ClipRecord], bool]) -> tuple[ClipRecord, ...]:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        now = importing.statuses(ids)
        if all(reached(clip) for clip in now):
            return now
        time.sleep(0.05)
    raise AssertionError(f"still {[clip.status for clip in importing.statuses(ids)]}")


def ended(clip: ClipRecord) -> bool:
    return clip.status in ENDED


def test_a_queued_clip_becomes_ready_with_its_prediction(new_worker: Callable[..., AnalysisWorker]) -> None:
    ids = queued(b"a take")
    assert new_worker().try_start()
    (clip,) = wait_for(ids, ended)
    assert clip.status is ClipStatus.READY
    assert (clip.duration_s, clip.width, clip.height) == (4.0, 640, 480)
    assert clip.thumbnail_key is not None
    with session.reading() as s:
        record = predictions.latest_for(s, clip.id)
    assert record is not None
    found = stored(record)
    assert found.analysis.clip == "take0.mp4"
    assert found.thumbnail_keys[0] is not None


def test_what_comes_later_is_taken_too(new_worker: Callable[..., AnalysisWorker]) -> None:
    new_worker().try_start()
    for content in (b"one", b"two"):
        wait_for(queued(content), ended)


def test_a_file_that_kills_its_process_fails_alone(new_worker: Callable[..., AnalysisWorker]) -> None:
    ids = queued(b"one", work_made.SIGN_OF_DEATH, b"two")
    new_worker().try_start()
    one, deadly, two = wait_for(ids, ended)
    assert (one.status, deadly.status, two.status) == (ClipStatus.READY, ClipStatus.FAILED, ClipStatus.READY)
    assert "take1.mp4" in str(deadly.message)


def test_a_process_that_somebody_ended_costs_no_clip(new_worker: Callable[..., AnalysisWorker]) -> None:
    ids = queued(work_made.SIGN_OF_MURDER)
    new_worker().try_start()
    (clip,) = wait_for(ids, ended)
    assert clip.status is ClipStatus.READY


def test_a_file_that_takes_for_ever_is_given_up(new_worker: Callable[..., AnalysisWorker]) -> None:
    ids = queued(work_made.SIGN_OF_SLEEP, b"two")
    new_worker(limit_s=8.0).try_start()  # a process has to start in it, too
    slow, two = wait_for(ids, ended)
    assert slow.status is ClipStatus.FAILED
    assert "took longer" in str(slow.message)
    assert two.status is ClipStatus.READY


def test_a_file_that_takes_all_memory_fails_alone(
    new_worker: Callable[..., AnalysisWorker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILIES_CLIP_MEMORY_GB", "2")
    ids = queued(work_made.SIGN_OF_GREED, b"two")
    new_worker(prepare=process_limits.restrain).try_start()
    greedy, two = wait_for(ids, ended)
    assert greedy.message == "take0.mp4 cannot be used: it takes more than 2 GB of memory."
    assert two.status is ClipStatus.READY


def test_a_refusal_is_stored_as_its_sentence(new_worker: Callable[..., AnalysisWorker]) -> None:
    ids = queued(work_made.SIGN_OF_REFUSAL)
    new_worker().try_start()
    (clip,) = wait_for(ids, ended)
    assert clip.message == "take0.mp4 is not a clip."


def test_a_bug_is_told_from_a_bad_file(new_worker: Callable[..., AnalysisWorker]) -> None:
    ids = queued(work_made.SIGN_OF_A_BUG, b"two")
    new_worker().try_start()
    bug, two = wait_for(ids, ended)
    assert "ours to mend" in str(bug.message)
    assert "ZeroDivision" not in str(bug.message)
    assert two.status is ClipStatus.READY


def test_an_outcome_the_database_refuses_fails_with_a_sentence_and_is_not_tried_for_ever(
    new_worker: Callable[..., AnalysisWorker],
) -> None:
    ids = queued(work_made.SIGN_OF_NONSENSE, b"two")
    new_worker().try_start()
    nonsense, two = wait_for(ids, ended)
    assert nonsense.status is ClipStatus.FAILED
    assert "ours to mend" in str(nonsense.message)
    assert two.status is ClipStatus.READY


@pytest.mark.sqlite
def test_a_clip_whose_outcome_meets_a_busy_database_is_analysed_again_later(
    new_worker: Callable[..., AnalysisWorker],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(session, "BUSY_TIMEOUT_MS", 200)
    monkeypatch.setattr(analysis_worker, "RETRY_AFTER_ERROR_S", 0.2)
    ids = queued(work_made.SIGN_OF_PATIENCE)
    new_worker().try_start()
    wait_for(ids, lambda clip: clip.status is ClipStatus.ANALYSING)
    somebody = sqlite3.connect(home / "dailies.db", isolation_level=None)
    somebody.execute("BEGIN IMMEDIATE")
    work_made.go_ahead()
    end = time.monotonic() + PATIENCE_S
    while "goes on in a moment" not in caplog.text and time.monotonic() < end:
        time.sleep(0.05)
    assert importing.statuses(ids)[0].status is ClipStatus.ANALYSING
    somebody.execute("ROLLBACK")
    somebody.close()
    (clip,) = wait_for(ids, ended)
    assert clip.status is ClipStatus.READY
    with session.reading() as s:
        found = predictions.newest_of_project(s, clip.project_id)
        assert [record.clip_id for _, record in found] == ids


def test_lanes_share_the_queue_and_take_no_clip_twice(new_worker: Callable[..., AnalysisWorker]) -> None:
    ids = queued(*(f"take {number}".encode() for number in range(8)))
    new_worker(lanes=2).try_start()
    wait_for(ids, ended)
    with session.reading() as s:
        found = list(predictions.newest_of_project(s, clips.get(s, ids[0]).project_id))
        numbers = [record.id for _, record in found]
    assert sorted(numbers) == list(range(1, 9))


def test_what_was_interrupted_is_taken_up_again(new_worker: Callable[..., AnalysisWorker]) -> None:
    ids = queued(b"a take")
    with session.writing() as s:
        clips.set_status(s, ids[0], ClipStatus.ANALYSING)
    new_worker().try_start()
    assert wait_for(ids, ended)[0].status is ClipStatus.READY


def test_stopping_puts_the_clip_back_into_the_queue(new_worker: Callable[..., AnalysisWorker]) -> None:
    ids = queued(work_made.SIGN_OF_SLEEP)
    worker = new_worker()
    worker.try_start()
    wait_for(ids, lambda clip: clip.status is ClipStatus.ANALYSING)
    worker.stop()
    assert importing.statuses(ids)[0].status is ClipStatus.QUEUED


def test_a_stopped_project_finishes_the_clip_at_work_and_leaves_the_others_through_a_restart(
    new_worker: Callable[..., AnalysisWorker],
) -> None:
    at_work, waiting = queued(work_made.SIGN_OF_PATIENCE, b"two")
    worker = new_worker()
    worker.try_start()
    (now,) = wait_for([at_work], lambda clip: clip.status is ClipStatus.ANALYSING)
    analysis_stop.stop(now.project_id)
    work_made.go_ahead()
    wait_for([at_work], lambda clip: clip.status is ClipStatus.READY)
    sources = [importing.Source(name="other.mp4", open=partial(BytesIO, b"three"))]
    other = [clip.id for clip in importing.import_clips("Othello", sources).added]
    wait_for(other, ended)  # the worker had its chance to take the clip that waits
    worker.stop()
    session.close()
    new_worker().try_start()
    sources = [importing.Source(name="another.mp4", open=partial(BytesIO, b"four"))]
    wait_for([clip.id for clip in importing.import_clips("Othello", sources).added], ended)
    assert importing.statuses([waiting])[0].status is ClipStatus.QUEUED
    analysis_stop.go_on(now.project_id)
    assert wait_for([waiting], ended)[0].status is ClipStatus.READY


def test_a_second_worker_waits_until_the_first_has_gone(new_worker: Callable[..., AnalysisWorker]) -> None:
    first, second = new_worker(), new_worker()
    assert first.try_start()
    assert not second.try_start()
    first.stop()
    assert second.try_start()


def test_the_analysis_process_goes_when_its_server_is_killed(home: Path) -> None:
    ids = queued(work_made.SIGN_OF_SLEEP)
    script = (
        "import time\n"
        "from dashboard.services import process_limits\n"
        "from dashboard.services.analysis_worker import AnalysisWorker\n"
        "from tests.dashboard import work_made\n"
        "if __name__ == '__main__':\n"
        "    worker = AnalysisWorker(work=work_made.quick_work, prepare=process_limits.restrain)\n"
        "    worker.try_start()\n"
        "    lane = worker._lanes[0]\n"
        "    while not lane._hand.process_ids: time.sleep(0.05)\n"
        "    print(lane._hand.process_ids[0], flush=True)\n"
        "    time.sleep(600)\n"
    )
    path = home / "server.py"
    path.write_text(script)
    server = subprocess.Popen(
        [sys.executable, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert server.stdout is not None
    child = int(server.stdout.readline())
    wait_for(ids, lambda clip: clip.status is ClipStatus.ANALYSING)
    server.kill()
    server.wait()
    end = time.monotonic() + PATIENCE_S
    while Path(f"/proc/{child}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()
    server.stdout.close()
