"""Marks stay equal while nothing changes, and differ after anything that is shown of a project has."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from db import clips, people, policies, predictions, project_marks, projects, ratings, session
from db.records import (
    ClipDetails,
    ClipRecord,
    PersonRecord,
    PolicyDraft,
    PolicyKind,
    PredictionDraft,
    ProjectMarks,
    ProjectRecord,
    RatingDraft,
)
from db.tables import Withdrawal
from engine.vocabulary import Delivery, Emotion, LineSource, Phase, SystemName

pytestmark = pytest.mark.both

NewClip = Callable[..., ClipRecord]


def marks(project: ProjectRecord) -> ProjectMarks:
    with session.reading() as s:
        return project_marks.of_project(s, project.id)


def _rate(s: Session, clip: ClipRecord, person: PersonRecord) -> int:
    return ratings.add(s, RatingDraft(clip.id, person.id, "key", Phase.ASSISTED, Delivery.RIGHT)).id


def _predict(s: Session, clip: ClipRecord, _person: PersonRecord) -> None:
    draft = PredictionDraft(
        clip_id=clip.id,
        system=SystemName.ALIGNMENT,
        weights_version="w",
        feature_schema="f",
        line="Go.",
        line_source=LineSource.GIVEN,
        emotion=Emotion.ANGER,
        expected_intensity=0.5,
        expressed_intensity=0.6,
        document={},
    )
    predictions.add(s, draft)


def _train(s: Session, clip: ClipRecord, _person: PersonRecord) -> None:
    draft = PolicyDraft(clip.project_id, "fixed-0.15", PolicyKind.FIXED, {"kind": "fixed"}, gate_open=True)
    record = policies.add(s, draft)
    policies.put_in_force(s, clip.project_id, record.id, person_id=None)


def _name_actor(s: Session, clip: ClipRecord, _person: PersonRecord) -> None:
    clips.update_details(s, clip.id, ClipDetails("Go.", LineSource.GIVEN, "Asha", None, None, None, None))


def _withdraw(s: Session, clip: ClipRecord, person: PersonRecord) -> None:
    s.add(Withdrawal(rating_id=_rate(s, clip, person), person_id=person.id))
    s.flush()


@pytest.mark.parametrize("change", [_rate, _predict, _train, _name_actor, _withdraw])
def test_every_change_changes_the_marks(
    change: Callable[[Session, ClipRecord, PersonRecord], object],
    project: ProjectRecord,
    clip: ClipRecord,
    person: PersonRecord,
) -> None:
    before = marks(project)
    assert marks(project) == before
    with session.writing() as s:
        change(s, clip, person)
    assert marks(project) != before


def test_another_projects_changes_do_not_count(
    project: ProjectRecord, clip: ClipRecord, person: PersonRecord
) -> None:
    with session.writing() as s:
        other = projects.get_or_create(s, "Macbeth")
    before = marks(other)
    with session.writing() as s:
        _rate(s, clip, people.get_or_create(s, person.name))
    assert marks(other) == before
    assert marks(project) != before
