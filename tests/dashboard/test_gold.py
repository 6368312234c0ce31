"""Known answers: what is right, who may say so, and what a rater is told when."""

from __future__ import annotations

import pytest

from dashboard.services import gold, projects
from dashboard.services.accepted_answer import Accepted, around, read, written
from dashboard.services.permissions import NotAllowedError
from dashboard.services.rating_protocol import Question
from db import audit, people, session
from db import gold as known
from db.errors import RefusedValueError, UnknownRowError
from db.records import ClipRecord, ProjectRecord, Purpose, TaskKey
from engine.vocabulary import Channel, Emotion, Role
from tests.dashboard.desk_made import answer, made_desk, rater
from tests.dashboard.rated_made import answered

ANGRY_TOO_LITTLE = Accepted(delivery=(-2, -1), emotions=(Emotion.ANGER,))


def known_clip(purpose: Purpose = Purpose.GOLD_TRAINING) -> tuple[ProjectRecord, ClipRecord]:
    project, (clip,) = made_desk(clips=1)
    gold.put(clip.id, ANGRY_TOO_LITTLE, purpose=purpose, person_id=None, feedback="Listen to the breath.")
    return project, clip


def test_an_answer_is_right_where_all_of_it_is_accepted() -> None:
    _, clip = known_clip()
    right = answered(clip, "Asha", -2, emotion=Emotion.ANGER)
    half = answered(clip, "Ben", -1, emotion=Emotion.FEAR)
    left_open = answered(clip, "Cleo", -1)
    with session.reading() as s:
        assert gold.wrong_questions(s, right) == ()
        assert gold.wrong_questions(s, half) == (Question.EMOTION,)
        assert gold.wrong_questions(s, left_open) == (Question.EMOTION,)


def test_an_intensity_on_the_border_is_inside() -> None:
    _, (clip,) = made_desk(clips=1)
    gold.put(clip.id, Accepted(expressed=(2 / 3, 5 / 6)), purpose=Purpose.GOLD_SILENT, person_id=None)
    inside = answered(clip, "Asha", 0, expressed=0.666667)
    outside = answered(clip, "Ben", 0, expressed=0.5)
    with session.reading() as s:
        assert gold.wrong_questions(s, inside) == ()
        assert gold.wrong_questions(s, outside) == (Question.EXPRESSED,)


@pytest.mark.parametrize(
    ("purpose", "is_told"),
    [
        (Purpose.GOLD_TRAINING, True),
        (Purpose.QUALIFICATION, True),
        (Purpose.GOLD_SILENT, False),
        (Purpose.ORDINARY, False),
        (Purpose.REPEAT, False),
    ],
)
def test_the_right_answer_is_told_after_training_alone(purpose: Purpose, is_told: bool) -> None:
    _, clip = known_clip()
    given = answered(clip, "Asha", 1, emotion=Emotion.ANGER)
    with session.reading() as s:
        told = gold.feedback(s, given, purpose)
    assert (told is not None) is is_told
    if told is not None:
        assert not told.is_right
        assert told.wrong == (Question.DELIVERY,)
        assert told.sentence == (
            "The lead's answer: delivery much too little to too little, emotion anger. Listen to the breath."
        )


def test_a_right_answer_is_said_to_be_right() -> None:
    _, clip = known_clip()
    given = answered(clip, "Asha", -1, emotion=Emotion.ANGER)
    with session.reading() as s:
        told = gold.feedback(s, given, Purpose.GOLD_TRAINING)
    assert told is not None
    assert told.is_right
    assert told.sentence.startswith("As the lead has it:")


def test_an_ordinary_answer_to_a_known_clip_is_told_nothing() -> None:
    project, clip = known_clip()
    stored = answer(TaskKey(clip.id, rater(project).id))
    assert gold.told(stored) is None


def test_the_newest_word_counts_and_nothing_is_lost() -> None:
    project, clip = known_clip()
    gold.put(clip.id, Accepted(delivery=(0, 0)), purpose=Purpose.GOLD_SILENT, person_id=None)
    with session.reading() as s:
        (row,) = known.of_project(s, project.id)
        assert (row.purpose, row.accepts) == (Purpose.GOLD_SILENT, {"delivery": [0, 0]})
        assert known.of_project(s, project.id, purpose=Purpose.GOLD_TRAINING) == ()
    assert gold.retire(clip.id, person_id=None)
    assert not gold.retire(clip.id, person_id=None)
    with session.reading() as s:
        assert known.of_clip(s, clip.id, Channel.FULL) is None
        assert [row.accepts is None for row in known.history(s, clip.id)] == [False, False, True]
        actions = [line.action for line in audit.list_page(s).items]
    assert actions[:3] == ["gold.retire", "gold.set", "gold.set"]


def test_a_retired_answer_tells_nobody_anything() -> None:
    _, clip = known_clip()
    gold.retire(clip.id, person_id=None)
    given = answered(clip, "Asha", 1)
    with session.reading() as s:
        assert gold.feedback(s, given, Purpose.GOLD_TRAINING) is None
        assert gold.wrong_questions(s, given) is None


def test_a_rater_may_neither_set_nor_see_what_is_right() -> None:
    project, clip = known_clip()
    asha = rater(project)
    with pytest.raises(NotAllowedError):
        gold.put(clip.id, ANGRY_TOO_LITTLE, purpose=Purpose.GOLD_SILENT, person_id=asha.id)
    with pytest.raises(NotAllowedError):
        gold.retire(clip.id, person_id=asha.id)
    with pytest.raises(NotAllowedError):
        gold.listing(project.id, person_id=asha.id)
    with pytest.raises(NotAllowedError):
        gold.own_answers(project.id, asha.id)


def test_one_answer_makes_a_proposal_with_room_beside_it() -> None:
    _, clip = known_clip()
    given = answered(clip, "Asha", -1, emotion=Emotion.ANGER, expressed=1.0)
    proposed = around(given)
    assert (proposed.delivery, proposed.emotions, proposed.expected) == ((-2, -1), (Emotion.ANGER,), None)
    assert proposed.expressed == pytest.approx((5 / 6, 1.0))
    assert read(written(proposed)) == proposed


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "at least one question"),
        ({"delivery": (1, -1)}, "lower end first"),
        ({"delivery": (-3, 0)}, "between -2 and 2"),
        ({"expressed": (0.5, 1.5)}, "between 0 and 1"),
        ({"expected": (float("nan"), 1.0)}, "between 0 and 1"),
    ],
)
def test_ranges_that_cannot_be_meant_are_refused(
    options: dict[str, tuple[float, float]], sentence: str
) -> None:
    with pytest.raises(RefusedValueError, match=sentence):
        Accepted(**options)  # type: ignore[arg-type]  # a case names its own field


def test_what_a_channel_does_not_ask_cannot_be_right_about_it() -> None:
    _, (clip,) = made_desk(clips=1)
    with pytest.raises(RefusedValueError, match="From the voice alone the delivery is not asked"):
        gold.put(
            clip.id, ANGRY_TOO_LITTLE, purpose=Purpose.GOLD_SILENT, person_id=None, channel=Channel.VOICE
        )


def test_purposes_other_than_checks_and_unknown_clips_are_refused() -> None:
    _, (clip,) = made_desk(clips=1)
    with pytest.raises(RefusedValueError, match="not repeat"):
        gold.put(clip.id, ANGRY_TOO_LITTLE, purpose=Purpose.REPEAT, person_id=None)
    with pytest.raises(UnknownRowError):
        gold.put("nowhere", ANGRY_TOO_LITTLE, purpose=Purpose.GOLD_SILENT, person_id=None)
    with pytest.raises(RefusedValueError, match="at most 1000 characters"):
        gold.put(clip.id, ANGRY_TOO_LITTLE, purpose=Purpose.GOLD_SILENT, person_id=None, feedback="x" * 1001)


def test_a_lead_finds_their_own_answers_to_make_known() -> None:
    project, (first, second) = made_desk(clips=2)
    lead = projects.person("Lead")

    with session.writing() as s:
        people.join(s, project.id, lead.id, Role.INSTRUCTOR)
    answered(first, "Lead", -1)
    answered(second, "Lead", 1)
    answered(first, "Somebody else", 0)
    assert [clip.id for clip, _ in gold.own_answers(project.id, lead.id)] == [second.id, first.id]
