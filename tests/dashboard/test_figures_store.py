"""Worked-out figures outlive the server, are found by what they were worked out from, and stay few."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dashboard.services import background, figures_basis, figures_store, page_figures, projects
from dashboard.services.figures_basis import FiguresBasis
from dashboard.services.figures_file import from_json, to_json
from dashboard.services.page_figures import PageFigures
from dashboard.services.recalibrate import go_back, recalibrate
from db.errors import StorageError
from db.records import ProjectRecord
from engine.errors import TableError
from tests.dashboard.project_made import made_ratings

TOLERANCE = 0.8


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """The learning curve takes most of the time and none of these tests looks at it closely."""
    monkeypatch.setattr(page_figures, "DRAWS", 2)


@pytest.fixture
def project() -> ProjectRecord:
    made = projects.create("Hamlet")
    made_ratings(made, clips_count=30, raters=2, tolerance=TOLERANCE)
    assert recalibrate(made.id).promoted
    return made


def _silent(done: int, total: int) -> None:
    assert 0 <= done < total


def _basis(project: ProjectRecord) -> FiguresBasis:
    basis = figures_basis.basis_of(project.id)
    assert basis is not None
    return basis


def _kept(project: ProjectRecord) -> PageFigures:
    figures = page_figures.work_out(project.id, report=_silent)
    figures_store.keep(_basis(project), figures)
    return figures


def _files(home: Path) -> list[Path]:
    return sorted((home / figures_store.FOLDER).iterdir())


def _same(one: PageFigures, other: PageFigures) -> None:
    for name in ("at", "grouped_by_actor", "curve", "lower", "upper", "levels", "pull", "drift"):
        assert getattr(one, name) == getattr(other, name), name
    for name in ("rating_id", "clip", "clip_id", "clip_name", "alignment"):
        assert np.array_equal(getattr(one.answers, name), getattr(other.answers, name)), name
    for mine, theirs in ((one.learned, other.learned), (one.fixed, other.fixed)):
        assert (mine.version, mine.reliability) == (theirs.version, theirs.reliability)
        np.testing.assert_array_equal(mine.risk_coverage.risk, theirs.risk_coverage.risk)
        np.testing.assert_array_equal(mine.risk_coverage.coverage, theirs.risk_coverage.coverage)
        assert mine.risk_coverage.alone_risk == theirs.risk_coverage.alone_risk
        np.testing.assert_array_equal(mine.confusion.counts, theirs.confusion.counts)
        np.testing.assert_array_equal(mine.confusion.shares, theirs.confusion.shares)
        np.testing.assert_array_equal(mine.confusion.cells, theirs.confusion.cells)


def test_what_is_read_is_what_was_worked_out(project: ProjectRecord) -> None:
    figures = page_figures.work_out(project.id, report=_silent)
    basis, read = from_json(to_json(_basis(project), figures))
    assert basis == _basis(project)
    _same(read, figures)
    assert read.drift is not None
    assert read.drift.sentences == figures.drift.sentences


def test_figures_are_found_again_by_another_process(project: ProjectRecord, home: Path) -> None:
    figures = _kept(project)
    figures_store._read.cache_clear()  # what a restart forgets
    found = figures_store.find(_basis(project))
    assert found is not None
    assert found[0] == _basis(project)
    _same(found[1], figures)
    [file] = _files(home)
    assert _basis(project).key.startswith(file.stem.rsplit("-", 1)[1])


@pytest.mark.parametrize(
    "damage", ["", "{", "null", "[]", '{"format": "dailies-figures/2"}', '{"format": "other"}']
)
def test_a_file_that_cannot_be_read_counts_as_missing(
    project: ProjectRecord, home: Path, damage: str
) -> None:
    _kept(project)
    [file] = _files(home)
    file.write_text(damage)
    assert figures_store.find(_basis(project)) is None
    _kept(project)
    assert figures_store.find(_basis(project)) is not None


def test_cells_that_do_not_fit_the_answers_are_refused(project: ProjectRecord) -> None:
    figures = page_figures.work_out(project.id, report=_silent)
    content = json.loads(to_json(_basis(project), figures))
    content["figures"]["learned"]["confusion"]["cells"].pop()
    with pytest.raises(TableError, match="cannot be read"):
        from_json(json.dumps(content))


def test_a_few_more_ratings_leave_figures_in_place_and_many_do_not(project: ProjectRecord) -> None:
    _kept(project)
    old = _basis(project)
    made_ratings(project, clips_count=2, raters=1, tolerance=TOLERANCE, seed=1)
    few = _basis(project)
    assert few.key != old.key
    assert not few.has_outgrown(old)
    found = figures_store.find(few)
    assert found is not None
    assert found[0] == old
    made_ratings(project, clips_count=10, raters=1, tolerance=TOLERANCE, seed=2)
    assert _basis(project).has_outgrown(old)


def test_going_back_asks_for_other_figures_and_finds_the_earlier_ones_again(project: ProjectRecord) -> None:
    before = _basis(project)
    _kept(project)
    go_back(project.id, person_id=None)
    assert _basis(project).has_outgrown(before)
    found = figures_store.find(before)
    assert found is not None
    assert found[0] == before


def test_another_projects_figures_are_never_shown(project: ProjectRecord) -> None:
    _kept(project)
    other = projects.create("Macbeth")
    made_ratings(other, clips_count=30, raters=2, tolerance=TOLERANCE)
    recalibrate(other.id)
    assert figures_store.find(_basis(other)) is None


def test_only_the_newest_files_are_kept(project: ProjectRecord, home: Path) -> None:
    figures = page_figures.work_out(project.id, report=_silent)
    basis = _basis(project)
    for number in range(figures_store.MOST_OF_PROJECT + 3):
        figures_store.keep(replace(basis, ratings=number), figures)
        for age, file in enumerate(reversed(_files(home))):
            os.utime(file, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns - age))
    assert len(_files(home)) == figures_store.MOST_OF_PROJECT
    assert figures_store.find(replace(basis, ratings=number)) is not None


def test_a_folder_that_cannot_be_written_to_is_told_in_a_sentence(project: ProjectRecord, home: Path) -> None:
    figures = page_figures.work_out(project.id, report=_silent)
    (home / figures_store.FOLDER).write_text("in the way")
    with pytest.raises(StorageError, match="cannot be kept"):
        figures_store.keep(_basis(project), figures)


def test_work_in_the_background_keeps_its_figures(project: ProjectRecord) -> None:
    figures_store.begin(project.id)
    name = figures_store.name_of(project.id)
    while not (work := background.look(name)) or not work.is_done:
        time.sleep(0.05)
    assert work.error is None
    assert work.answer == _basis(project).key
    assert figures_store.find(_basis(project)) is not None
    background.forget(name)


def test_before_anything_was_learned_there_is_no_basis() -> None:
    assert figures_basis.basis_of(projects.create("Empty").id) is None
