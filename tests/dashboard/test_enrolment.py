"""An actor is enrolled with consent only, found by the analysis of their clips, and forgotten for good."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from dashboard.services import consents, enrolment, projects, retention, visitors
from dashboard.services.clip_turns import job_of
from dashboard.services.enrolment import Picture, Vectors
from dashboard.services.permissions import NotAllowedError
from dashboard.services.retention import Rule
from db import audit, session
from db.columns import now
from db.errors import RefusedValueError
from db.records import ConsentScope, ProjectRecord
from engine.features.face_identity import WIDTH
from tests.dashboard.project_made import made_clip
from tests.databases import past_the_application

PICTURES = [("one.jpg", b"first"), ("two.jpg", b"second")]


def read(pictures: Sequence[Picture]) -> Vectors:
    return tuple((0.125 * (1 + place),) * WIDTH for place, _ in enumerate(pictures))


def enrol(project: ProjectRecord, actor: str = "Asha", **options: object) -> int:
    consents.record(project.id, actor, scopes=[ConsentScope.ANALYSIS], person_id=None)
    return enrol_unasked(project, actor, **options)


def enrol_unasked(project: ProjectRecord, actor: str = "Asha", **options: object) -> int:
    given = {"consents": True, "person_id": None, "read": read, **options}
    return enrolment.enrol(project.id, actor, PICTURES, **given)  # type: ignore[arg-type]


def test_clips_of_the_enrolled_actor_are_analysed_with_their_face_and_others_are_not() -> None:
    project, other = projects.create("Hamlet"), projects.create("Lear")
    assert enrol(project, " Asha ") == 2
    asked = job_of(made_clip(project, actor="Asha")).enrolled
    assert asked == read(PICTURES)
    assert job_of(made_clip(project, actor="Ben")).enrolled == ()
    assert job_of(made_clip(project)).enrolled == ()
    assert job_of(made_clip(other, actor="Asha")).enrolled == ()
    assert dict(enrolment.actors(project.id, person_id=None)) == {"Asha": 2}


def test_without_consent_nothing_is_looked_at() -> None:
    def never(_: Sequence[Picture]) -> Vectors:
        raise AssertionError("a picture was looked at")

    project = projects.create("Hamlet")
    with pytest.raises(RefusedValueError, match="consent"):
        enrol_unasked(project, consents=False, read=never)
    with pytest.raises(RefusedValueError, match="Name the actor"):
        enrol_unasked(project, "  ", read=never)
    with pytest.raises(RefusedValueError, match="No consent to analysis by Asha is on record"):
        enrol_unasked(project, read=never)
    consents.record(project.id, "asha", scopes=[ConsentScope.RATING], person_id=None)
    with pytest.raises(RefusedValueError, match="No consent to analysis"):
        enrol_unasked(project, read=never)
    with pytest.raises(RefusedValueError, match="1 to 10 pictures"):
        enrolment.enrol(project.id, "Asha", [], consents=True, person_id=None, read=never)


def test_an_enrolled_face_is_used_only_while_its_consent_stands_and_goes_when_the_rule_says_so() -> None:
    project = projects.create("Hamlet")
    enrol(project)
    clip = made_clip(project, actor="Asha")
    ends = now() + timedelta(days=1)
    scopes = [ConsentScope.ANALYSIS, ConsentScope.RATING]
    consents.record(project.id, "Asha", scopes=[ConsentScope.RATING], person_id=None)
    assert job_of(clip).enrolled == ()
    consents.record(project.id, "Asha", scopes=scopes, person_id=None, expires_at=ends)
    assert job_of(clip).enrolled == read(PICTURES)
    retention.set_rule(project.id, Rule(with_consent=True), person_id=None)
    retention.apply(project.id, person_id=None, at=now() + timedelta(days=2))
    assert dict(enrolment.actors(project.id, person_id=None)) == {}


def test_what_is_forgotten_is_gone_from_the_database_and_the_log_holds_no_face() -> None:
    project = projects.create("Hamlet")
    enrol(project)
    assert enrolment.forget(project.id, "Asha", person_id=None) == 2
    assert job_of(made_clip(project, actor="Asha")).enrolled == ()
    with session.reading() as s:
        lines = audit.list_page(s).items
    assert [line.action for line in lines][:2] == ["actor.forget", "actor.enrol"]
    assert "0.125" not in json.dumps([line.details for line in lines])
    with past_the_application() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM enrolled_faces").scalar() == 0


def test_a_rater_neither_enrols_nor_sees_who_is_enrolled() -> None:
    project = projects.create("Hamlet")
    visitors.welcome("Lead", project)
    rater = visitors.welcome("Asha", project)
    with pytest.raises(NotAllowedError):
        enrol(project, person_id=rater.id)
    with pytest.raises(NotAllowedError):
        enrolment.actors(project.id, person_id=rater.id)
    with pytest.raises(NotAllowedError):
        enrolment.forget(project.id, "Asha", person_id=rater.id)
