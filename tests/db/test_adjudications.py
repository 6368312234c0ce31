"""A decision is added behind the others, names its reason, and never touches a rating."""

from __future__ import annotations

import math

import pytest
from sqlalchemy import text

from db import adjudications, rating_marks, ratings, session
from db.columns import now
from db.errors import RefusedValueError, StorageError
from db.records import ClipRecord, PersonRecord, ProjectRecord, Purpose, RatingDraft, TaskKey
from db.tables import Assignment
from engine.vocabulary import Channel, Delivery, Emotion, Phase

pytestmark = pytest.mark.both


def test_the_newest_decision_counts_and_the_older_one_stays(
    project: ProjectRecord, clip: ClipRecord, person: PersonRecord
) -> None:
    with session.writing() as s:
        first = adjudications.add(
            s,
            clip.id,
            person_id=person.id,
            delivery=Delivery.TOO_MUCH,
            reason=" louder than asked ",
            considered=[3, 1],
        )
        second = adjudications.add(
            s,
            clip.id,
            person_id=person.id,
            emotion=Emotion.FEAR,
            expressed_intensity=0.5,
            reason="heard again",
        )
    with session.reading() as s:
        assert adjudications.history(s, clip.id) == (second, first)
        assert adjudications.standing(s, project.id) == (second,)
        assert adjudications.standing(s, project.id, channel=Channel.VOICE) == ()
    assert (first.reason, first.considered) == ("louder than asked", (1, 3))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [({"delivery": Delivery.RIGHT, "reason": "  "}, "says why"), ({"reason": "why"}, "Nothing is decided")],
)
def test_a_decision_without_reason_or_content_is_refused(
    clip: ClipRecord, person: PersonRecord, said: dict[str, object], sentence: str
) -> None:
    with pytest.raises(RefusedValueError, match=sentence), session.writing() as s:
        adjudications.add(s, clip.id, person_id=person.id, **said)  # type: ignore[arg-type]  # typed above


@pytest.mark.parametrize("value", [1.5, -0.1, math.nan])
def test_an_intensity_out_of_range_is_refused_in_a_sentence(
    clip: ClipRecord, person: PersonRecord, value: float
) -> None:
    with pytest.raises(RefusedValueError, match="between 0 and 1"), session.writing() as s:
        adjudications.add(s, clip.id, person_id=person.id, expected_intensity=value, reason="why")


@pytest.mark.parametrize("statement", ["UPDATE adjudications SET reason = 'x'", "DELETE FROM adjudications"])
def test_a_decision_can_be_neither_changed_nor_deleted(
    clip: ClipRecord, person: PersonRecord, statement: str
) -> None:
    with session.writing() as s:
        adjudications.add(s, clip.id, person_id=person.id, delivery=Delivery.RIGHT, reason="why")
    with pytest.raises(StorageError, match="append-only"), session.writing() as s:
        s.execute(text(statement))


def test_what_stands_beside_answers_is_found(
    project: ProjectRecord, clip: ClipRecord, person: PersonRecord
) -> None:
    with session.writing() as s:
        rating = ratings.add(s, RatingDraft(clip.id, person.id, "key", Phase.BLIND, Delivery.RIGHT))
        ratings.withdraw(s, rating.id, person_id=person.id)
        s.add(
            Assignment(
                clip_id=clip.id, person_id=person.id, channel=Channel.FULL, purpose=Purpose.ORDINARY,
                control=True, expires_at=now(),
            )
        )  # fmt: skip
    with session.reading() as s:
        assert rating_marks.raters_in_order(s, project.id) == (person.id,)
        assert rating_marks.withdrawn(s, project.id) == {rating.id}
        assert rating_marks.controls(s, project.id) == {TaskKey(clip.id, person.id)}
