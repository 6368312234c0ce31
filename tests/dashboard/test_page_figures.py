"""The page's figures come from ratings the thresholds never saw, and lead back to clips."""

from __future__ import annotations

import pytest

from dashboard.services import page_figures, projects
from dashboard.services.recalibrate import recalibrate
from db.errors import StorageError
from db.records import ProjectRecord
from engine.vocabulary import VERDICT_ORDER
from tests.dashboard.project_made import made_ratings

TOLERANCE = 0.8


@pytest.fixture
def project() -> ProjectRecord:
    return projects.create("Hamlet")


def _silent(done: int, total: int) -> None:
    assert 0 <= done < total


def test_every_cell_leads_to_the_answers_it_counts(project: ProjectRecord) -> None:
    made_ratings(project, clips_count=40, raters=2, tolerance=TOLERANCE)
    learned = recalibrate(project.id).report.candidate
    figures = page_figures.work_out(project.id, report=_silent)
    assert figures.learned.version == learned.version
    assert figures.grouped_by_actor
    for measured in (figures.learned, figures.fixed):
        assert measured.confusion.counts.sum() == len(figures.answers) == 80
        for row, answer in enumerate(VERDICT_ORDER):
            for column, verdict in enumerate(VERDICT_ORDER):
                clips = figures.clips_in(measured, answer, verdict)
                assert sum(clip.answers for clip in clips) == measured.confusion.counts[row, column]
    assert figures.learned.risk_coverage.risk[-1] < figures.fixed.risk_coverage.risk[-1]
    assert figures.pull is None  # all answers were assisted
    assert figures.drift is not None  # the learned thresholds judge


def test_before_anything_was_learned_a_sentence_says_so(project: ProjectRecord) -> None:
    made_ratings(project, clips_count=20, raters=2, tolerance=TOLERANCE)
    with pytest.raises(StorageError, match="Learn from the ratings first"):
        page_figures.work_out(project.id, report=_silent)
