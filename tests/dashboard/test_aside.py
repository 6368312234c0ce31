"""Of a large project one sees what was worked out last, with its time; of a small one what is so now."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from dashboard.services import agreement, aside, background, disputes, projects
from dashboard.services.agreement import ProjectAgreement
from dashboard.services.aside import WorkedOut
from db.records import ProjectRecord
from tests.dashboard.project_made import made_clip
from tests.dashboard.rated_made import answered

PATIENCE_S = 30.0


@pytest.fixture
def project() -> ProjectRecord:
    project = projects.create("Many answers")
    for delivery in (1, -1, 2):
        _rate(project, delivery)
    return project


def _rate(project: ProjectRecord, delivery: int) -> None:
    clip = made_clip(project)
    answered(clip, "Ada", delivery)
    answered(clip, "Ben", delivery)


def _units(told: WorkedOut[ProjectAgreement]) -> int:
    assert told.value is not None
    found = told.value.parts[0].found
    assert found is not None
    return found.units


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_in_a_small_project_an_answer_is_seen_at_once(project: ProjectRecord) -> None:
    before = agreement.of_project(project.id)
    assert (_units(before), before.at, before.is_working) == (3, None, False)
    _rate(project, 0)
    assert _units(agreement.of_project(project.id)) == 4


def test_in_a_large_one_nobody_waits_and_what_is_shown_says_its_age(
    project: ProjectRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "AT_ONCE", 0)
    monkeypatch.setattr(aside, "REST", 0.0)
    first = agreement.of_project(project.id)
    assert first.value is None or first.at is not None  # it may have been quick
    _until(lambda: not agreement.of_project(project.id).is_working)
    there = agreement.of_project(project.id)
    assert (_units(there), there.at) == (3, None)
    _rate(project, 0)
    older = agreement.of_project(project.id)
    assert older.value is not None
    assert older.at is not None or _units(older) == 4
    _until(lambda: agreement.of_project(project.id).at is None)
    assert _units(agreement.of_project(project.id)) == 4


def test_what_took_long_is_left_as_it_is_for_a_while(
    project: ProjectRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "AT_ONCE", 0)
    monkeypatch.setattr(aside, "REST", 1e6)
    disputes.of_project(project.id)
    _until(lambda: disputes.of_project(project.id).value is not None)
    _rate(project, 0)
    told = disputes.of_project(project.id)
    assert told.value is not None
    assert (len(told.value), told.is_working) == (3, False)
    assert told.at is not None


def test_what_cannot_be_worked_out_is_said_once_and_tried_again(
    project: ProjectRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "AT_ONCE", 0)

    def fails() -> int:
        raise ValueError("no figures")

    told = aside.of_project("failing", project.id, fails)
    _until(lambda: (work := background.look(told.work)) is None or work.is_done)
    with pytest.raises(ValueError, match="no figures"):
        aside.of_project("failing", project.id, fails)
    assert aside.of_project("failing", project.id, lambda: 7).value in (None, 7)
    _until(lambda: aside.of_project("failing", project.id, lambda: 7).value == 7)
