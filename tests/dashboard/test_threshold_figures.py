"""The figures of a project are measured on its people's answers, and can be traced back to clips."""

from __future__ import annotations

import pytest

from dashboard.services import projects
from dashboard.services.recalibrate import recalibrate
from dashboard.services.threshold_figures import of_project
from engine.errors import TableError
from engine.verdict.fixed import FIXED
from engine.verdict.policy import CORRECT, UNDER
from engine.vocabulary import VERDICT_ORDER
from tests.dashboard.project_made import made_ratings


def test_a_cell_of_the_confusion_leads_to_the_clips_in_it() -> None:
    project = projects.create("Hamlet")
    made_ratings(project, clips_count=40, raters=2, tolerance=0.8)
    figures = of_project(project.id)
    assert figures.version == FIXED.version
    rows = figures.confusion.rows(CORRECT, UNDER)  # people forgive ±0.8, the fixed pair only ±0.15
    assert rows.size > 5
    for row in rows:
        gap = figures.gaps[row]
        assert gap.verdict is VERDICT_ORDER[CORRECT]
        assert gap.alignment < FIXED.lower


def test_the_policy_in_force_is_the_one_measured() -> None:
    project = projects.create("Hamlet")
    made_ratings(project, clips_count=40, raters=3, tolerance=0.8)
    before = of_project(project.id)
    outcome = recalibrate(project.id)
    assert outcome.promoted
    after = of_project(project.id)
    assert after.version == outcome.report.candidate.version
    assert after.reliability.error < before.reliability.error
    assert after.risk_coverage.risk[-1] < before.risk_coverage.risk[-1]


def test_too_few_ratings_are_refused_in_a_sentence() -> None:
    project = projects.create("Hamlet")
    made_ratings(project, clips_count=5, raters=1, tolerance=0.8)
    with pytest.raises(TableError, match="at least 20"):
        of_project(project.id)
