"""Clips are analysed on a Ray cluster by the same function, and a process that is killed costs none.

The cluster is a real one on this machine, of two processes; the clips need no models.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from dashboard.services import hands, importing, media_store, process_limits, projects
from dashboard.services.analysis_worker import AnalysisWorker
from dashboard.services.clip_turns import ClipTurn
from dashboard.services.hands import LocalHand
from dashboard.services.predictions import stored
from dashboard.services.ray_hands import Cluster, RayHand, joined
from db import clips, predictions
from db.records import ClipStatus
from db.session import reading
from tests.dashboard import work_made

pytest.importorskip("ray", reason="Ray is an extra: pip install -r requirements-ray.txt -c constraints.txt")

TAKES = 8
PATIENCE_S = 300.0


@pytest.fixture(scope="module")
def _ray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILIES_HOME", str(tmp_path_factory.mktemp("ray") / "home"))
        with joined("local", cores=2):
            yield


@pytest.fixture
def cluster(_ray: None, home: Path) -> Cluster:
    (home / "mark").touch()
    return Cluster("mark", cores=2)


def process_of(_job: object) -> int:
    return os.getpid()


def limit_of(_job: object) -> int:
    import resource

    return resource.getrlimit(resource.RLIMIT_DATA)[0]


def asked(hand: hands.Hand, work: Any, job: Any) -> Any:
    hand.give(work, job)
    try:
        done = hand.is_done(within_s=PATIENCE_S) and hand.is_done(within_s=PATIENCE_S)
    except hands.NotStartedError:  # a machine that is busy starts it too late
        hand.renew()
        return asked(hand, work, job)
    assert done
    return hand.outcome()


def queued(project: str) -> list[str]:
    sources = [
        importing.Source(name=f"take{number}.mp4", open=partial(BytesIO, f"take {number}".encode()))
        for number in range(TAKES)
    ]
    return [clip.id for clip in importing.import_clips(project, sources).added]


def seen_through(worker: AnalysisWorker, ids: list[str]) -> None:
    assert worker.try_start()
    try:
        end = time.monotonic() + PATIENCE_S
        while any(clip.status is not ClipStatus.READY for clip in importing.statuses(ids)):
            assert time.monotonic() < end, [clip.message for clip in importing.statuses(ids)]
            time.sleep(0.05)
    finally:
        worker.stop()


def rows_of(project: str) -> Mapping[str, Any]:
    with reading() as session:
        number = projects.by_name(project).id
        names = {clip.id: clip.original_name for clip in clips.every_of_project(session, number)}
        return {
            names[record.clip_id]: (stored(record).analysis, stored(record).thumbnail_keys)
            for _, record in predictions.newest_of_project(session, number)
        }


def test_rows_are_those_of_a_local_run_though_a_process_is_killed_half_way(cluster: Cluster) -> None:
    seen_through(
        AnalysisWorker(lanes=2, work=work_made.quick_work, prepare=work_made.nothing, hands=LocalHand),
        queued("Here"),
    )
    killer = _Killer(cluster)
    seen_through(
        AnalysisWorker(
            lanes=2,
            work=work_made.quick_work,
            prepare=work_made.nothing,
            hands=killer.hand,
            claim=ClipTurn.claim,
        ),
        queued("There"),
    )
    assert killer.killed  # both, where both were given something at the same moment
    assert rows_of("There") == rows_of("Here")


def test_a_process_that_does_not_see_the_data_folder_gets_the_media_and_sends_back_what_it_made(
    cluster: Cluster, home: Path
) -> None:
    (home / "mark").unlink()
    hand = cluster.hand(process_limits.restrain)
    (clip_id, *_) = queued("Elsewhere")
    with reading() as session:
        turn = ClipTurn(clips.get(session, clip_id), work_made.quick_work)
    outcome = asked(hand, turn.work, turn.job)
    limit = asked(hand, limit_of, None)
    hand.end()
    assert outcome.media_keys
    assert all(media_store.path_of(key).is_file() for key in outcome.media_keys)
    assert limit == process_limits.memory_bytes()


class _Killer:
    """Kills the process that is given the fourth clip, whichever of the two that is."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.given = 0
        self.killed: list[int] = []

    def hand(self, prepare: hands.Prepare) -> RayHand:
        return _Killed(self, self._cluster, prepare)


class _Killed(RayHand):
    def __init__(self, killer: _Killer, cluster: Cluster, prepare: hands.Prepare) -> None:
        super().__init__(cluster, prepare)
        self._killer = killer

    def give(self, work: Any, job: Any) -> None:
        self._killer.given += 1
        if self._killer.given >= TAKES // 2 and not self._killer.killed:
            super().give(process_of, None)
            assert self.is_done(within_s=PATIENCE_S)
            number = self.outcome()
            self._killer.killed.append(number)
            os.kill(number, signal.SIGKILL)
        super().give(work, job)
