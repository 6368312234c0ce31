"""An actor is enrolled with consent only, found by the analysis of their clips, and forgotten for good."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from dashboard.services import enrolment, projects, visitors
from dashboard.services.clip_turns import job_of
from dashboard.services.enrolment import Picture, Vectors
from dashboard.services.permissions import NotAllowedError
from db import audit, session
from db.errors import RefusedValueError
from db.location import DATABASE_FILE
from db.records import ProjectRecord
from engine.features.face_identity import WIDTH
from tests.dashboard.project_made import made_clip

PICTURES = [("one.jpg", b"first"), ("two.jpg", b"second")]


def read(pictures: Sequence[Picture]) -> Vectors:
    return tuple((0.125 * (1 + place),) * WIDTH for place, _ in enumerate(pictures))


def enrol(project: ProjectRecord, actor: str = "Asha", **options: object) -> int:
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
        enrol(project, consents=False, read=never)
    with pytest.raises(RefusedValueError, match="Name the actor"):
        enrol(project, "  ", read=never)
    with pytest.raises(RefusedValueError, match="1 to 10 pictures"):
        enrolment.enrol(project.id, "Asha", [], consents=True, person_id=None, read=never)


def test_what_is_forgotten_is_gone_from_the_database_and_the_log_holds_no_face(home: Path) -> None:
    project = projects.create("Hamlet")
    enrol(project)
    assert enrolment.forget(project.id, "Asha", person_id=None) == 2
    assert job_of(made_clip(project, actor="Asha")).enrolled == ()
    with session.reading() as s:
        lines = audit.list_page(s).items
    assert [line.action for line in lines][:2] == ["actor.forget", "actor.enrol"]
    assert "0.125" not in json.dumps([line.details for line in lines])
    with sqlite3.connect(home / DATABASE_FILE) as connection:
        assert connection.execute("SELECT count(*) FROM enrolled_faces").fetchone() == (0,)


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
