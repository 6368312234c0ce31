"""The Review page's content: the clip, the verdict under the policy in force, the reasons, the way on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.services import projects
from dashboard.services.judging import ensure_fixed
from dashboard.services.rating import Answer, submit
from dashboard.services.review import view
from db import clips, policies, session
from db.errors import UnknownRowError
from db.records import ClipStatus, PersonRecord, PolicyDraft, PolicyKind, ProjectRecord
from engine.verdict.fixed import FIXED, FixedPolicy
from engine.vocabulary import SystemName, Verdict
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.desk_made import rater
from tests.dashboard.project_made import made_clip, press

WIDE = FixedPolicy(lower=-5.0, upper=5.0)


@pytest.fixture
def project() -> ProjectRecord:
    return projects.create("Hamlet")


@pytest.fixture
def person(project: ProjectRecord) -> PersonRecord:
    return rater(project)


def rate(clip_id: str, person: PersonRecord) -> None:
    submit(clip_id=clip_id, person_id=person.id, answer=Answer(delivery=0), idempotency_key=press())


def put_wide_in_force(project: ProjectRecord, *, weights: str | None = None) -> None:
    learned = weights and {
        "system": SystemName.ALIGNMENT,
        "weights_version": weights,
        "feature_schema": made_analysis().feature_schema,
    }
    with session.writing() as s:
        ensure_fixed(s, project.id)
        record = policies.add(
            s,
            PolicyDraft(
                project_id=project.id,
                version="wide",
                kind=PolicyKind.GLOBAL,
                document=WIDE.to_dict(),
                training_count=41,
                metrics={"raters": 5},
                gate_open=True,
                **(learned or {}),
            ),
        )
        policies.put_in_force(s, project.id, record.id, person_id=None)


def test_a_project_without_ready_clips_has_nothing_to_show(
    project: ProjectRecord, person: PersonRecord
) -> None:
    made_clip(project, status=ClipStatus.QUEUED, analysed=False)
    assert view(project.id, person.id) is None


def test_a_clip_is_shown_with_its_verdict_and_the_reasons(
    project: ProjectRecord, person: PersonRecord
) -> None:
    made_clip(project)
    shown = view(project.id, person.id)
    assert shown is not None
    assert shown.judgement is not None
    assert shown.judgement.verdict is Verdict.UNDER
    assert shown.headline.startswith("Too little")
    text = " ".join(shown.explanation)
    for fact in (
        "0.70",
        "0.40",
        "−1.50",
        "−0.15",
        "“dare”",
        "1.0 s",
        "3.1 s",
        "0.93",
        "voice carries",
        "dark",
    ):
        assert fact in text, fact
    assert "published pair" in text
    assert "{" not in text


@pytest.mark.parametrize(
    ("expected", "expressed", "sentence"),
    [(None, 0.5, "No line is known"), (0.5, None, "Neither a usable face nor a usable voice")],
)
def test_an_unknown_intensity_is_said_and_gives_no_verdict(
    project: ProjectRecord,
    person: PersonRecord,
    expected: float | None,
    expressed: float | None,
    sentence: str,
) -> None:
    made_clip(project, expected=expected, expressed=expressed)
    shown = view(project.id, person.id)
    assert shown is not None
    assert shown.judgement is not None
    assert shown.judgement.verdict is None
    assert shown.headline.startswith("No verdict")
    assert sentence in " ".join(shown.explanation)


def test_the_verdict_follows_the_policy_in_force_not_the_one_at_the_analysis(
    project: ProjectRecord, person: PersonRecord
) -> None:
    made_clip(project)
    put_wide_in_force(project)
    shown = view(project.id, person.id)
    assert shown is not None
    assert shown.judgement is not None
    assert shown.judgement.verdict is Verdict.CORRECT
    assert "learned from 41 ratings by 5 people" in " ".join(shown.explanation)


def test_a_policy_learned_for_other_weights_rests_and_says_so(
    project: ProjectRecord, person: PersonRecord
) -> None:
    made_clip(project)
    put_wide_in_force(project, weights="weights-of-last-year")
    shown = view(project.id, person.id)
    assert shown is not None
    assert shown.judgement is not None
    assert shown.judgement.verdict is Verdict.UNDER
    assert shown.judgement.policy_version == FIXED.version
    assert "other model weights" in " ".join(shown.explanation)


def test_rating_leads_through_every_clip_and_then_nowhere(
    project: ProjectRecord, person: PersonRecord
) -> None:
    made = [made_clip(project, original_name=f"take{number}.mp4") for number in range(3)]
    made_clip(project, status=ClipStatus.FAILED, message="broken", analysed=False)
    rate(made[1].id, person)
    shown = view(project.id, person.id)
    assert shown is not None
    visited = [shown.clip.id]
    while shown.next_unrated_id is not None:
        rate(shown.clip.id, person)
        shown = view(project.id, person.id, shown.next_unrated_id)
        assert shown is not None
        visited.append(shown.clip.id)
    rate(shown.clip.id, person)
    shown = view(project.id, person.id, shown.clip.id)
    assert shown is not None
    assert visited == [made[0].id, made[2].id]
    assert (shown.progress.rated, shown.progress.ready, shown.progress.total) == (3, 3, 4)
    assert shown.next_unrated_id is None


def test_neighbours_and_position_count_ready_clips_only(project: ProjectRecord, person: PersonRecord) -> None:
    first = made_clip(project)
    made_clip(project, status=ClipStatus.QUEUED, analysed=False)
    last = made_clip(project)
    shown = view(project.id, person.id, last.id)
    assert shown is not None
    assert (shown.position, shown.previous_clip_id, shown.next_clip_id) == (2, first.id, None)


def test_ones_own_answer_is_shown_and_nobody_elses(project: ProjectRecord, person: PersonRecord) -> None:
    clip = made_clip(project)
    rate(clip.id, person)
    own = view(project.id, person.id, clip.id)
    others = view(project.id, rater(project, "Ben").id, clip.id)
    assert own is not None
    assert others is not None
    assert own.own_rating is not None
    assert others.own_rating is None


def test_a_clip_of_another_project_is_refused(project: ProjectRecord, person: PersonRecord) -> None:
    other = made_clip(projects.create("Macbeth"))
    with pytest.raises(UnknownRowError, match="not in the project Hamlet"):
        view(project.id, person.id, other.id)


def test_a_clip_that_is_being_analysed_again_shows_its_last_prediction(
    project: ProjectRecord, person: PersonRecord
) -> None:
    clip = made_clip(project)
    with session.writing() as s:
        clips.set_status(s, clip.id, ClipStatus.QUEUED)
    shown = view(project.id, person.id, clip.id)
    assert shown is not None
    assert shown.prediction is not None
    assert replace(shown.clip, status=ClipStatus.READY, updated_at=clip.updated_at) == clip
