"""The monitor compares what came since a training with what was learned from, and says so in sentences."""

from __future__ import annotations

import pytest

from dashboard.services import projects
from dashboard.services.drift import look
from dashboard.services.recalibrate import recalibrate
from db.records import ProjectRecord
from tests.dashboard.project_made import made_ratings


@pytest.fixture
def taught() -> ProjectRecord:
    project = projects.create("Hamlet")
    made_ratings(project, clips_count=40, raters=3, tolerance=0.8)
    assert recalibrate(project.id).promoted
    return project


def test_without_learned_thresholds_there_is_nothing_to_watch() -> None:
    project = projects.create("Hamlet")
    made_ratings(project, clips_count=10, raters=2, tolerance=0.8)
    assert look(project.id) is None


def test_right_after_training_it_waits_for_ratings(taught: ProjectRecord) -> None:
    found = look(taught.id)
    assert found is not None
    assert found.recent == 0
    assert "from 20 on" in found.sentences[0]
    assert not found.asks_for_recalibration


def test_more_of_the_same_is_no_change(taught: ProjectRecord) -> None:
    made_ratings(taught, clips_count=40, raters=3, tolerance=0.8, seed=1)
    found = look(taught.id)
    assert found is not None
    assert found.recent == 120
    assert not found.asks_for_recalibration, found.sentences


def test_people_who_forgive_far_less_call_for_learning_again(taught: ProjectRecord) -> None:
    made_ratings(taught, clips_count=60, raters=3, tolerance=0.05, seed=2)
    found = look(taught.id)
    assert found is not None
    assert found.asks_for_recalibration
    assert "learn from the ratings again" in found.sentences[0]
    assert any("verdicts now" in sentence for sentence in found.sentences)
