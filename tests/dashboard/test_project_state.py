"""What is shown of a project is kept while nothing in it changes, and read again after anything did."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.services import projects, threshold_trial, thresholds
from dashboard.services.predictions import draft_of
from dashboard.services.rating import Answer, submit
from dashboard.services.recalibrate import go_back, put_in_force, recalibrate
from db import clips, predictions, session
from db.records import ClipDetails, ClipRecord, ProjectRecord
from engine.vocabulary import INTENSITY_UNIT
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.project_made import made_clip, made_ratings, press

Change = Callable[[ProjectRecord, ClipRecord], object]


@pytest.fixture
def project() -> ProjectRecord:
    made = projects.create("Hamlet")
    made_ratings(made, clips_count=24, raters=2, tolerance=0.8)
    recalibrate(made.id, promote=False)
    return made


def _rate(_project: ProjectRecord, clip: ClipRecord) -> None:
    person = projects.person("Newcomer")
    submit(clip_id=clip.id, person_id=person.id, answer=Answer(delivery=0), idempotency_key=press())


def _analyse_again(_project: ProjectRecord, clip: ClipRecord) -> None:
    said = made_analysis(expected=0.5, expressed=float(0.5 + 3 * INTENSITY_UNIT / 2))
    with session.writing() as s:
        predictions.add(s, draft_of(said, clip_id=clip.id))


def _correct(_project: ProjectRecord, clip: ClipRecord) -> None:
    details = ClipDetails(clip.line, clip.line_source, "Somebody else", None, None, None, None)
    with session.writing() as s:
        clips.update_details(s, clip.id, details)


def _promote(project: ProjectRecord, _clip: ClipRecord) -> None:
    candidate = thresholds.view(project.id).candidate
    assert candidate is not None
    assert candidate.id is not None
    put_in_force(project.id, candidate.id, person_id=None)


def _choose_context(project: ProjectRecord, _clip: ClipRecord) -> None:
    projects.set_context_columns(project.id, ["actor"], person_id=None)


@pytest.mark.parametrize("change", [_rate, _analyse_again, _correct, _promote, _choose_context])
def test_a_change_is_seen_at_once(project: ProjectRecord, change: Change) -> None:
    clip = made_clip(project, expected=0.5, expressed=0.5)
    before, judged = thresholds.view(project.id), threshold_trial.judged(project.id).value
    assert thresholds.view(project.id) is before
    assert threshold_trial.judged(project.id).value is judged
    change(project, clip)
    after = thresholds.view(project.id)
    assert after is not before
    assert thresholds.view(project.id) is after


def test_what_is_shown_after_a_change_is_what_is_there_now(project: ProjectRecord) -> None:
    clip = made_clip(project, expected=0.5, expressed=0.5, actor="Asha")
    count = len(thresholds.view(project.id).gaps)
    assert thresholds.view(project.id).compared == ()
    _rate(project, clip)
    assert len(thresholds.view(project.id).gaps) == count + 1
    _correct(project, clip)
    assert thresholds.view(project.id).gaps[-1].context["actor"] == "Somebody else"
    _choose_context(project, clip)
    assert thresholds.view(project.id).compared == ("actor",)
    _analyse_again(project, clip)
    judged = threshold_trial.judged(project.id).value
    assert judged is not None
    assert judged[-1].alignment == pytest.approx(1.5)
    _promote(project, clip)
    view = thresholds.view(project.id)
    assert view.in_force is view.newest_learned
    go_back(project.id, person_id=None)
    assert thresholds.view(project.id).in_force.version == view.fixed.version


def test_flips_are_read_again_after_a_promotion(project: ProjectRecord) -> None:
    candidate = thresholds.view(project.id).candidate
    assert candidate is not None
    assert candidate.id is not None
    assert any(flip.flips for flip in thresholds.under(project.id, candidate.id).value or ())
    put_in_force(project.id, candidate.id, person_id=None)
    assert not any(flip.flips for flip in thresholds.under(project.id, candidate.id).value or ())
