"""Stored ratings become thresholds: gated, versioned, reversible, and only people's answers count."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dashboard.services import projects, visitors
from dashboard.services.judging import policy_of
from dashboard.services.predictions import draft_of
from dashboard.services.rating import Answer, submit
from dashboard.services.recalibrate import go_back, put_in_force, recalibrate
from dashboard.services.review import view as review
from dashboard.services.thresholds import under, view
from dashboard.services.training_ratings import collect
from db import audit, clips, policies, predictions, ratings, session
from db import projects as stored_projects
from db.errors import StorageError, UnknownRowError
from db.records import PolicyKind, ProjectRecord
from engine.errors import DailiesError
from engine.verdict.fixed import FIXED
from engine.vocabulary import FIXED_TOLERANCE_Z, Phase, Protocol
from tests.dashboard.analysis_made import WEIGHTS, made_analysis
from tests.dashboard.project_made import made_clip, made_ratings, press
from tests.databases import past_the_application

TOLERANCE = 0.8
"""What the made raters forgive, z units: far more than the fixed pair does."""


@pytest.fixture
def project() -> ProjectRecord:
    return projects.create("Hamlet")


@pytest.fixture
def taught(project: ProjectRecord) -> ProjectRecord:
    made_ratings(project, clips_count=40, raters=3, tolerance=TOLERANCE)
    return project


def test_enough_ratings_move_the_thresholds_and_the_next_verdict_uses_them(taught: ProjectRecord) -> None:
    person = visitors.welcome("Asha", taught)
    clip = made_clip(taught, expected=0.5, expressed=0.6)  # a gap of 0.5: over for ±0.15, right for ±0.8
    before = review(taught.id, person.id, clip.id)
    outcome = recalibrate(taught.id, person_id=person.id)
    after = review(taught.id, person.id, clip.id)
    assert outcome.promoted, outcome.reason
    assert outcome.lower == pytest.approx(-TOLERANCE, abs=0.3)
    assert outcome.upper == pytest.approx(TOLERANCE, abs=0.3)
    assert before is not None
    assert after is not None
    assert before.judgement is not None
    assert after.judgement is not None
    assert (before.judgement.verdict, after.judgement.verdict) == ("over", "correct")
    assert outcome.policy is not None
    assert after.judgement.policy_version == outcome.policy.version
    assert "learned from 120 ratings by 3 people" in " ".join(after.explanation)


def test_a_version_keeps_what_it_was_learned_from_and_judges_the_same_after_storage(
    taught: ProjectRecord,
) -> None:
    outcome = recalibrate(taught.id, seed=7)
    record = outcome.policy
    assert record is not None
    assert record.training_count == 120
    assert record.training_hash == outcome.report.snapshot
    assert (record.system, record.weights_version) == ("alignment", WEIGHTS)
    assert record.metrics["seed"] == 7
    with session.reading() as s:
        parent = policies.by_id(s, record.parent_id or 0)
        assert parent.version == FIXED.version
        again = policy_of(policies.by_id(s, record.id))
    for gap in (-2.0, -0.5, 0.0, 0.79, 3.0):
        assert again.judge(gap) == outcome.report.candidate.judge(gap)


def test_without_promote_a_version_stays_a_candidate_and_can_be_put_in_force_later(
    taught: ProjectRecord,
) -> None:
    outcome = recalibrate(taught.id, promote=False)
    assert outcome.policy is not None
    assert not outcome.promoted
    shown = view(taught.id)
    assert shown.in_force.version == FIXED.version
    assert shown.candidate is not None
    assert shown.candidate.may_judge
    put_in_force(taught.id, outcome.policy.id, person_id=None)
    assert view(taught.id).in_force.version == outcome.policy.version


def test_the_same_ratings_give_the_same_version_once(taught: ProjectRecord) -> None:
    first = recalibrate(taught.id, promote=False)
    second = recalibrate(taught.id, promote=False)
    assert first.policy is not None
    assert second.policy is not None
    assert first.policy.id == second.policy.id
    assert len(view(taught.id).history) == 2


def test_going_back_restores_what_was_in_force_and_is_in_the_log(taught: ProjectRecord) -> None:
    outcome = recalibrate(taught.id)
    assert outcome.promoted
    assert go_back(taught.id, person_id=None).version == FIXED.version
    assert view(taught.id).in_force.version == FIXED.version
    with pytest.raises(StorageError, match="nothing to go back to"):
        go_back(taught.id, person_id=None)
    with session.reading() as s:
        actions = [line.action for line in audit.list_page(s, limit=3).items]
    assert actions == ["policy.promote", "policy.promote", "policy.train"]


def test_a_few_ratings_keep_the_gate_shut_and_ask_for_more(project: ProjectRecord) -> None:
    made_ratings(project, clips_count=4, raters=2, tolerance=TOLERANCE)
    outcome = recalibrate(project.id)
    assert not outcome.promoted
    assert outcome.report.more_ratings["all"] > 0
    assert "more" in outcome.reason
    assert outcome.policy is not None
    with pytest.raises(StorageError, match="stay a candidate"):
        put_in_force(project.id, outcome.policy.id, person_id=None)
    assert view(project.id).in_force.version == FIXED.version


def test_raters_who_agree_with_the_fixed_pair_keep_it(project: ProjectRecord) -> None:
    made_ratings(project, clips_count=40, raters=3, tolerance=FIXED_TOLERANCE_Z, noise=0.0)
    assert not recalibrate(project.id).promoted
    assert view(project.id).in_force.version == FIXED.version


def test_without_ratings_the_fixed_pair_stays_and_nothing_is_stored(project: ProjectRecord) -> None:
    outcome = recalibrate(project.id)
    assert outcome.policy is None
    assert (outcome.lower, outcome.upper) == pytest.approx((-FIXED_TOLERANCE_Z, FIXED_TOLERANCE_Z))
    assert [policy.version for policy in view(project.id).history] == [FIXED.version]


def test_simulated_answers_open_no_gate_outside_the_demo(project: ProjectRecord) -> None:
    made_ratings(project, clips_count=40, raters=3, tolerance=TOLERANCE, simulated=True)
    outcome = recalibrate(project.id)
    assert not outcome.promoted
    assert outcome.report.ratings == 0
    assert any("120 simulated answers" in note for note in outcome.notes)


def test_simulated_answers_teach_the_demo() -> None:
    demo = projects.create("Demo", demo=True)
    made_ratings(demo, clips_count=40, raters=3, tolerance=TOLERANCE, simulated=True)
    assert recalibrate(demo.id).promoted


def test_a_superseded_answer_teaches_nothing(project: ProjectRecord) -> None:
    clip = made_clip(project)
    person = projects.person("Asha")
    for delivery in (-2, 0, 1):
        submit(
            clip_id=clip.id,
            person_id=person.id,
            answer=Answer(delivery=delivery),
            idempotency_key=press(),
        )
    with session.reading() as s:
        gaps = collect(s, project).gaps
    assert [gap.delivery for gap in gaps] == [1]


def test_a_blind_first_project_learns_from_blind_answers_only() -> None:
    project = projects.create("Blind", protocol=Protocol.BLIND_FIRST)
    clip = made_clip(project)
    person = projects.person("Asha")
    for phase, delivery in ((Phase.BLIND, -1), (Phase.REVISED, 1)):
        submit(
            clip_id=clip.id,
            person_id=person.id,
            answer=Answer(delivery=delivery),
            idempotency_key=press(),
            phase=phase,
        )
    with session.reading() as s:
        assert [gap.delivery for gap in collect(s, project).gaps] == [-1]
        current = ratings.current_for(s, clip.id, person.id)
    assert current is not None
    assert current.phase is Phase.REVISED


def test_the_gap_of_an_answer_is_that_of_the_prediction_it_was_given_on(project: ProjectRecord) -> None:
    clip = made_clip(project, expected=0.5, expressed=0.3)
    person = projects.person("Asha")
    submit(clip_id=clip.id, person_id=person.id, answer=Answer(delivery=-1), idempotency_key=press())
    with session.writing() as s:
        predictions.add(s, draft_of(made_analysis(expected=0.5, expressed=0.9), clip_id=clip.id))
    with session.reading() as s:
        assert [gap.alignment for gap in collect(s, project).gaps] == pytest.approx([-1.0])


def test_answers_to_other_weights_count_once_their_clip_is_analysed_again(project: ProjectRecord) -> None:
    clip, left = (made_clip(project, expected=0.5, expressed=0.3) for _ in range(2))
    person = projects.person("Asha")
    for rated in (clip, left):
        submit(clip_id=rated.id, person_id=person.id, answer=Answer(delivery=-1), idempotency_key=press())
    renewed = made_analysis(expected=0.5, expressed=0.4, weights_version="weights-b")
    with session.writing() as s:
        predictions.add(s, draft_of(renewed, clip_id=clip.id))
    with session.reading() as s:
        training = collect(s, project)
    assert [gap.alignment for gap in training.gaps] == pytest.approx([-0.5])
    assert any("1 answer speaks about a prediction of other model weights" in note for note in training.notes)


def test_an_answer_to_another_line_does_not_count_for_the_new_one(project: ProjectRecord) -> None:
    clip = made_clip(project)
    person = projects.person("Asha")
    submit(clip_id=clip.id, person_id=person.id, answer=Answer(delivery=-1), idempotency_key=press())
    renewed = made_analysis(weights_version="weights-b", line="The train leaves at four.")
    with session.writing() as s:
        predictions.add(s, draft_of(renewed, clip_id=clip.id))
    with session.reading() as s:
        assert not collect(s, project).gaps


def test_new_weights_put_learned_thresholds_to_rest(taught: ProjectRecord) -> None:
    outcome = recalibrate(taught.id)
    assert outcome.promoted
    clip = made_clip(taught, analysis={"weights_version": "weights-b"})
    shown = review(taught.id, visitors.welcome("Asha", taught).id, clip.id)
    assert shown is not None
    assert shown.judgement is not None
    assert shown.judgement.policy_version == FIXED.version
    assert view(taught.id).suspended is not None


def test_another_policy_can_be_tried_on_every_clip_without_touching_a_rating(
    taught: ProjectRecord,
) -> None:
    outcome = recalibrate(taught.id, promote=False)
    assert outcome.policy is not None
    with past_the_application() as connection:
        before = connection.exec_driver_sql("SELECT * FROM ratings ORDER BY id").fetchall()
        tried = under(taught.id, outcome.policy.id).value
        assert connection.exec_driver_sql("SELECT * FROM ratings ORDER BY id").fetchall() == before
    assert tried is not None
    assert len(tried) == 40
    flipping = {round(abs(flip.alignment or 0), 6) for flip in tried if flip.flips}
    staying = {round(abs(flip.alignment or 0), 6) for flip in tried if not flip.flips}
    assert min(flipping) > FIXED_TOLERANCE_Z  # what both call right or both call wrong stays as it was
    assert max(flipping) <= max(-outcome.lower, outcome.upper) < max(staying)


def test_fitting_holds_no_write(taught: ProjectRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard.services import recalibrate as service

    fit = service.fit

    def fit_while_somebody_writes(*arguments: object, **options: object) -> object:
        with past_the_application() as other:
            other.exec_driver_sql("UPDATE projects SET language = 'hi'")
        return fit(*arguments, **options)  # type: ignore[arg-type] # passed on as given

    monkeypatch.setattr(service, "fit", fit_while_somebody_writes)
    assert recalibrate(taught.id).promoted
    with session.reading() as s:
        assert stored_projects.by_id(s, taught.id).language == "hi"


def test_thresholds_put_in_force_meanwhile_are_not_overtaken(
    taught: ProjectRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.services import recalibrate as service

    first = recalibrate(taught.id, promote=False)
    assert first.policy is not None
    waiting = first.policy.id
    made_ratings(replace(taught), clips_count=10, raters=2, tolerance=TOLERANCE, seed=1)
    fit = service.fit

    def fit_while_somebody_promotes(*arguments: object, **options: object) -> object:
        report = fit(*arguments, **options)  # type: ignore[arg-type] # passed on as given
        put_in_force(taught.id, waiting, person_id=None)
        return report

    monkeypatch.setattr(service, "fit", fit_while_somebody_promotes)
    second = recalibrate(taught.id)
    assert not second.promoted
    assert "Meanwhile" in second.reason
    assert view(taught.id).in_force.id == waiting


def test_stored_reports_are_plain_json(taught: ProjectRecord) -> None:
    outcome = recalibrate(taught.id)
    assert outcome.policy is not None
    assert json.loads(json.dumps(dict(outcome.policy.metrics))) == outcome.policy.metrics
    assert outcome.policy.kind in (PolicyKind.GLOBAL, PolicyKind.CONTEXT)


def test_what_is_not_there_is_refused_in_a_sentence(project: ProjectRecord) -> None:
    with pytest.raises(UnknownRowError, match="no project number"):
        recalibrate(project.id + 1)
    with pytest.raises(UnknownRowError, match="no policy number"):
        put_in_force(project.id, 999, person_id=None)
    with pytest.raises(UnknownRowError, match="no policy number"):
        under(project.id, 999)


def test_a_policy_of_another_project_is_refused(project: ProjectRecord) -> None:
    other = projects.create("Macbeth")
    with session.reading() as s:
        record = policies.in_force(s, other.id)
    assert record is not None
    with pytest.raises(DailiesError, match="another project"):
        put_in_force(project.id, record.id, person_id=None)
    with pytest.raises(DailiesError, match="another project"):
        under(project.id, record.id)


def test_a_project_chooses_what_thresholds_may_depend_on(project: ProjectRecord) -> None:
    changed = projects.set_context_columns(project.id, ["emotion", "actor"], person_id=None)
    assert projects.context_columns(changed) == ("emotion", "actor")
    with pytest.raises(DailiesError, match="shoe_size"):
        projects.set_context_columns(project.id, ["shoe_size"], person_id=None)
    with session.reading() as s:
        assert clips.counts(s, project.id) is not None
