"""The demo project sets itself up once, from drawn takes and raters marked as simulated."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dashboard.services import demo, demo_takes, projects
from dashboard.services.analysis_worker import AnalysisWorker
from dashboard.services.demo_takes import DemoTake
from dashboard.services.lines_table import read_lines
from db import clips, ratings, session
from db.records import ClipStatus, RatedClip
from engine.features.landmarks import FaceTracker
from engine.media import decode, probe
from tests.dashboard import work_made

pytestmark = pytest.mark.usefixtures("home")

TAKES = sorted(demo_takes.FOLDER.glob("*.mp4"))
STEPS = (demo_takes.TOO_LITTLE, demo_takes.RIGHT, demo_takes.TOO_MUCH)


@pytest.fixture
def worker() -> Iterator[AnalysisWorker]:
    worker = AnalysisWorker(work=work_made.quick_work, prepare=work_made.nothing)
    assert worker.try_start()
    yield worker
    worker.stop()


def answers() -> list[RatedClip]:
    with session.reading() as s:
        return list(ratings.all_of_project(s, projects.by_name(demo.PROJECT).id))


def test_three_lines_are_each_given_too_little_right_and_too_much() -> None:
    lines = read_lines(demo_takes.FOLDER / demo_takes.LINES)
    assert set(lines.rows) == {take.name for take in TAKES}
    assert Counter(row.line for row in lines.rows.values()).most_common()[0][1] == 3
    assert len({row.line for row in lines.rows.values()}) == 3
    assert {take.name for take in demo_takes.TAKES} == {take.name for take in TAKES}
    for step in STEPS:
        assert len({take.emotion for take in demo_takes.TAKES if take.step == step}) == 3


def parts(take: DemoTake) -> list[str]:
    """A name's word and number."""
    return Path(take.name).stem.split("_")


def test_neither_the_words_nor_the_number_of_a_name_tell_how_the_take_was_made() -> None:
    for step in STEPS:
        assert {parts(take)[1] for take in demo_takes.TAKES if take.step == step} == {"1", "2", "3"}
    for emotion in ("anger", "fear", "joy"):
        words = {parts(take)[0] for take in demo_takes.TAKES if take.emotion == emotion}
        assert len(words) == 1
        assert emotion not in words


def test_the_lines_come_in_the_order_of_the_names_which_is_no_order_of_the_steps() -> None:
    rows = list(read_lines(demo_takes.FOLDER / demo_takes.LINES).rows)
    assert rows == sorted(rows)


@pytest.mark.parametrize("take", TAKES, ids=lambda take: take.stem)
def test_a_take_plays_in_a_browser_and_shows_a_face_throughout(take: Path) -> None:
    found = probe(take)
    assert found.browser_playable
    assert 3.0 <= found.duration_s <= 5.5
    assert found.video is not None
    assert (found.video.width, found.video.height) == (640, 480)
    assert found.audio is not None
    tracked = FaceTracker.load().track(decode(take).pictures)
    assert not np.isnan(tracked).any()


def test_the_takes_are_a_few_megabytes() -> None:
    assert sum(take.stat().st_size for take in TAKES) < 4_000_000


@pytest.mark.usefixtures("worker")
def test_setting_up_twice_leaves_one_project_nine_takes_and_one_answer_each() -> None:
    demo.set_up(threading.Event())
    first = answers()
    demo.set_up(threading.Event())
    assert answers() == first
    project = projects.by_name(demo.PROJECT)
    assert project.demo
    with session.reading() as s:
        assert clips.counts(s, project.id)[ClipStatus.READY] == 9
    assert len(first) == 9 * len(demo.RATERS)
    assert len(demo.RATERS) >= 5


def test_takes_that_came_in_under_a_name_that_tells_are_renamed() -> None:
    first = demo.import_takes()[0]
    with session.writing() as s:
        clips.rename(s, first.id, "anger_too_much.mp4")
    demo.import_takes()
    with session.reading() as s:
        assert clips.get(s, first.id).original_name == first.original_name


@pytest.mark.usefixtures("worker")
def test_every_answer_of_the_demo_is_marked_as_simulated_and_follows_the_take() -> None:
    demo.set_up(threading.Event())
    found = answers()
    assert all(each.rating.simulated and each.person.simulated for each in found)
    steps = {take.name: take.step for take in demo_takes.TAKES}
    little, right, much = (
        np.mean([each.rating.delivery for each in found if steps[each.clip.original_name] == step])
        for step in STEPS
    )
    assert little < -0.7 < right < 0.7 < much
    assert len({each.rating.delivery for each in found}) > 3


def test_a_server_that_ends_early_leaves_the_rest_to_the_next_start() -> None:
    stopped = threading.Event()
    stopped.set()
    demo.set_up(stopped)
    assert answers() == []
    worker = AnalysisWorker(work=work_made.quick_work, prepare=work_made.nothing)
    worker.try_start()
    demo.set_up(threading.Event())
    worker.stop()
    assert len(answers()) == 9 * len(demo.RATERS)
