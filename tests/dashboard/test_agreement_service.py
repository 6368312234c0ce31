"""Agreement about a project: which answers count, in which parts, and which clips people differ about."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from dashboard.services import agreement, agreement_words, projects
from dashboard.services.agreement import PartAgreement, ProjectAgreement, Split
from dashboard.services.given_answers import Field
from dashboard.services.permissions import NotAllowedError
from db import people, ratings, session
from db.records import ProjectRecord, RatingDraft
from engine.raters.agreement import Undefined
from engine.vocabulary import Channel, Delivery, Emotion, Phase, Protocol, Role
from tests.dashboard.project_made import made_clip, press
from tests.dashboard.rated_made import answered


@pytest.fixture
def project() -> ProjectRecord:
    return projects.create("Agreed", protocol=Protocol.BLIND_FIRST)


def _found(project: ProjectRecord, *, simulated: bool | None = None) -> ProjectAgreement:
    told = agreement.of_project(project.id, simulated=simulated)
    assert told.value is not None
    assert told.at is None
    return told.value


def _part(project: ProjectRecord, field: Field, split: Split, part: str = "") -> PartAgreement:
    found = _found(project)
    [only] = [each for each in found.of(field) if (each.split, each.part) == (split, part)]
    return only


def _alpha(part: PartAgreement) -> float | None:
    assert part.found is not None
    return part.found.main.value


def test_nobody_yet_is_nothing_yet(project: ProjectRecord) -> None:
    found = _found(project)
    assert (found.people, found.simulated_raters) == (0, 0)
    assert {part.found for part in found.parts} == {None}
    assert set(found.disagreed) == set(Field)


def test_each_field_is_measured_at_its_level_from_answers_that_stand(project: ProjectRecord) -> None:
    for number, (first, second) in enumerate([(2, 2), (-1, -1), (0, 0)]):
        clip = made_clip(project)
        answered(clip, "Ada", -2, emotion=Emotion.JOY, expressed=0.1)
        answered(clip, "Ada", first, emotion=Emotion.FEAR, expressed=0.2 + 0.3 * number)
        answered(clip, "Ben", second, emotion=Emotion.FEAR, expressed=0.2 + 0.3 * number)
    assert _alpha(_part(project, Field.DELIVERY, Split.ALL)) == pytest.approx(1.0)
    assert _alpha(_part(project, Field.EXPRESSED, Split.ALL)) == pytest.approx(1.0)
    emotion = _part(project, Field.EMOTION, Split.ALL).found
    assert emotion is not None
    assert emotion.main.undefined is Undefined.NO_VARIATION
    assert agreement_words.summary("emotion", emotion) == (
        "Agreement on emotion is undefined, no variation: 3 clips, 2 raters."
    )
    assert _part(project, Field.EXPECTED, Split.ALL).found is None


def test_languages_and_channels_stand_apart_where_there_are_two(project: ProjectRecord) -> None:
    for language, seconds in (("en", (2, -2, 0)), ("hi", (-2, 2, 0))):
        for first, second in zip((2, -2, 0), seconds, strict=True):
            clip = made_clip(project, language=language)
            answered(clip, "Ada", first)
            answered(clip, "Ben", second)
            answered(clip, "Ada", 1, channel=Channel.VOICE)
            answered(clip, "Ben", 1, channel=Channel.VOICE)
    assert _alpha(_part(project, Field.DELIVERY, Split.LANGUAGE, "en")) == pytest.approx(1.0)
    hindi = _alpha(_part(project, Field.DELIVERY, Split.LANGUAGE, "hi"))
    assert hindi is not None
    assert hindi < 0
    assert _part(project, Field.DELIVERY, Split.ALL).found is not None
    assert _part(project, Field.DELIVERY, Split.ALL).found.units == 6  # type: ignore[union-attr] asserted above
    assert _alpha(_part(project, Field.DELIVERY, Split.CHANNEL, "voice")) is None
    found = _found(project)
    assert [part.part for part in found.of(Field.DELIVERY) if part.split is Split.PHASE] == []


def test_a_phase_keeps_the_first_blind_answer_of_those_who_changed_their_mind(project: ProjectRecord) -> None:
    for blind, revised in (((2, -2), (2, 2)), ((-2, 2), (-2, -2)), ((0, 0), (0, 0))):
        clip = made_clip(project)
        for name, first, last in zip(("Ada", "Ben"), blind, revised, strict=True):
            answered(clip, name, first, phase=Phase.BLIND)
            answered(clip, name, last, phase=Phase.BLIND)
            answered(clip, name, last, phase=Phase.REVISED)
    blind_alpha = _alpha(_part(project, Field.DELIVERY, Split.PHASE, "blind"))
    assert blind_alpha is not None
    assert blind_alpha < 0
    assert _alpha(_part(project, Field.DELIVERY, Split.PHASE, "revised")) == pytest.approx(1.0)
    assert _alpha(_part(project, Field.DELIVERY, Split.ALL)) == pytest.approx(1.0)


def test_simulated_raters_are_never_counted_with_people(project: ProjectRecord) -> None:
    for delivery in (2, -2, 0):
        clip = made_clip(project)
        for name in ("Bot 1", "Bot 2"):
            answered(clip, name, delivery, simulated=True)
    only = _found(project)
    assert (only.simulated, only.people, only.simulated_raters) == (True, 0, 2)
    for delivery in (1, -1):
        clip = made_clip(project)
        answered(clip, "Ada", delivery)
        answered(clip, "Ben", -delivery)
    both = _found(project)
    assert (both.simulated, both.people) == (False, 2)
    people_alpha = both.of(Field.DELIVERY)[0].found
    assert people_alpha is not None
    assert (people_alpha.units, people_alpha.raters) == (2, 2)
    apart = _found(project, simulated=True).of(Field.DELIVERY)[0].found
    assert apart is not None
    assert apart.units == 3


def test_clips_people_differ_about_come_first_with_a_consensus_that_changes_no_rating(
    project: ProjectRecord,
) -> None:
    agreed, unclear = (
        made_clip(project, original_name="clear.mp4"),
        made_clip(project, original_name="odd.mp4"),
    )
    for name, one, other in (("Ada", 1, -2), ("Ben", 1, 2), ("Cy", 1, 2)):
        answered(agreed, name, one, emotion=Emotion.JOY, expressed=0.5)
        answered(unclear, name, other, emotion=Emotion.JOY, expressed=0.1 * (other + 3))
    with session.reading() as s:
        before = [each.rating for each in ratings.all_of_project(s, project.id)]
    found = _found(project)
    [worst] = found.disagreed[Field.DELIVERY]
    assert (worst.name, worst.said) == ("odd.mp4", (("2", 2), ("-2", 1)))
    assert worst.consensus.value == "2"
    assert worst.consensus.share == pytest.approx(2 / 3)
    assert not worst.consensus.is_split
    assert found.disagreed[Field.EMOTION] == ()
    assert found.disagreed[Field.EXPRESSED][0].consensus.value == "0.5"
    with session.reading() as s:
        assert [each.rating for each in ratings.all_of_project(s, project.id)] == before


def test_where_as_many_say_one_thing_as_another_people_are_split(project: ProjectRecord) -> None:
    for first, second in ((2, -2), (1, 1)):
        clip = made_clip(project)
        answered(clip, "Ada", first, emotion=Emotion.JOY)
        answered(clip, "Ben", second, emotion=Emotion.JOY if first == second else Emotion.FEAR)
    found = _found(project)
    for field in (Field.DELIVERY, Field.EMOTION):
        [worst] = found.disagreed[field]
        assert worst.consensus.is_split
        assert worst.consensus.share == 0.5


def test_a_new_answer_is_seen_at_once(project: ProjectRecord) -> None:
    for _ in range(2):
        clip = made_clip(project)
        answered(clip, "Ada", 1)
    assert _part(project, Field.DELIVERY, Split.ALL).found is None
    for clip_delivery in (1, 2):
        clip = made_clip(project)
        answered(clip, "Ada", clip_delivery)
        answered(clip, "Ben", clip_delivery)
    assert _alpha(_part(project, Field.DELIVERY, Split.ALL)) == pytest.approx(1.0)


def test_neither_answers_taken_back_nor_clips_asked_again_are_counted(project: ProjectRecord) -> None:
    for delivery in (2, -2, 0):
        clip = made_clip(project)
        answered(clip, "Ada", delivery)
        ben = answered(clip, "Ben", delivery)
        wrong = answered(clip, "Cy", -delivery)
        with session.writing() as s:
            ratings.withdraw(s, wrong.id, person_id=wrong.person_id)
            again = replace(ben, idempotency_key=press(), delivery=Delivery(-int(delivery)), occasion=2)
            draft = {field.name: getattr(again, field.name) for field in fields(RatingDraft)}
            ratings.add(s, RatingDraft(**draft))
    found = _part(project, Field.DELIVERY, Split.ALL).found
    assert found is not None
    assert (found.raters, found.units, found.main.value) == (2, 3, pytest.approx(1.0))


def test_a_rater_may_not_look_at_what_others_said(project: ProjectRecord) -> None:
    rater = projects.person("Rita")
    with session.writing() as s:
        people.join(s, project.id, rater.id, Role.RATER)
    with pytest.raises(NotAllowedError, match="part of an instructor"):
        agreement.of_project(project.id, person_id=rater.id)


@pytest.mark.parametrize(
    ("value", "word"),
    [(-0.3, "no more than by chance"), (0.1, "slightly"), (0.3, "fairly"), (0.52, "moderately"),
     (0.7, "substantially"), (1.0, "almost perfectly")],
)  # fmt: skip
def test_a_value_has_its_word(value: float, word: str) -> None:
    assert agreement_words.strength(value) == word
