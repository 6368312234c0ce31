"""The emotions a project asks for: codes stay, names and definitions follow project and language."""

from __future__ import annotations

import pytest

from dashboard.services import label_sets, messages, projects
from dashboard.services.label_sets import Label, LabelSet
from dashboard.services.permissions import NotAllowedError
from db import audit, session
from db.errors import RefusedValueError
from engine.errors import UnknownNameError
from engine.vocabulary import BASIC_EMOTIONS, Delivery, Emotion
from tests.dashboard.project_made import led_project


@pytest.mark.parametrize("language", messages.languages())
def test_every_emotion_step_and_level_is_named_and_explained_in_every_language(language: str) -> None:
    shipped = label_sets.shipped(language)
    assert set(shipped) == set(Emotion)
    assert all(label.name and label.definition and label.example for label in shipped.values())
    assert set(label_sets.delivery_anchors(language)) == {step.name.lower() for step in Delivery}
    assert len(label_sets.level_anchors(language)) == len(messages.catalogue(language).part("level"))
    assert len({label.name for label in shipped.values()}) == len(Emotion)


def test_a_project_asks_for_the_basic_emotions_until_it_says_otherwise() -> None:
    project = projects.create("Hamlet")
    found = label_sets.in_force(project)
    assert (found.codes, found.version) == (BASIC_EMOTIONS, 0)
    assert found.name(Emotion.JOY, "hi") == "ख़ुशी"
    assert found.definition(Emotion.FEAR, "en").startswith("Alarm")


def test_a_change_is_a_version_in_force_at_once_and_the_old_one_stays() -> None:
    person = projects.person("Asha")
    project = led_project("Hamlet", person)
    codes = (Emotion.SHAME, Emotion.ANGER)
    words = {"hi": {Emotion.ANGER: Label("  रौद्र ", definition="")}, "ur": {Emotion.SHAME: Label()}}
    made = label_sets.change(project.id, person_id=person.id, codes=codes, words=words)
    assert label_sets.in_force(project) == made
    assert (made.codes, made.version) == (codes, 1)
    assert made.name(Emotion.ANGER, "hi") == "रौद्र"
    assert made.definition(Emotion.ANGER, "hi") == label_sets.shipped("hi")[Emotion.ANGER].definition
    assert made.name(Emotion.ANGER, "en") == "anger"
    label_sets.change(project.id, person_id=person.id, codes=BASIC_EMOTIONS, words={})
    assert [record.version for record in label_sets.history(project.id)] == [2, 1]
    with session.reading() as s:
        assert [line.action for line in audit.list_page(s).items][:2] == ["project.labels"] * 2


def test_the_same_set_is_not_stored_again() -> None:
    project = projects.create("Hamlet")
    words = {"en": {Emotion.JOY: Label("joy")}}  # as shipped
    assert label_sets.change(project.id, person_id=None, codes=BASIC_EMOTIONS, words=words).version == 0
    assert label_sets.history(project.id) == ()


def test_codes_left_out_keep_their_words_for_answers_given_before() -> None:
    kept = LabelSet(codes=(Emotion.JOY, Emotion.FEAR))
    assert kept.name(Emotion.SHAME, "ur") == "شرم"


@pytest.mark.parametrize(
    ("codes", "words", "said"),
    [
        ((Emotion.JOY,), {}, "at least 2"),
        ((Emotion.JOY, Emotion.JOY), {}, "once"),
        (BASIC_EMOTIONS, {"en": {Emotion.JOY: Label("Anger")}}, "Two emotions are called"),
        (BASIC_EMOTIONS, {"en": {Emotion.JOY: Label("j" * 41)}}, "41 letters"),
        (BASIC_EMOTIONS, {"en": {Emotion.JOY: Label(definition="j" * 401)}}, "401 letters"),
    ],
)
def test_a_set_nobody_could_answer_by_is_refused_and_nothing_stored(
    codes: tuple[Emotion, ...], words: dict[str, dict[Emotion, Label]], said: str
) -> None:
    project = projects.create("Hamlet")
    with pytest.raises(RefusedValueError, match=said):
        label_sets.change(project.id, person_id=None, codes=codes, words=words)
    assert label_sets.history(project.id) == ()


def test_only_those_who_set_a_project_up_change_its_labels() -> None:
    project = projects.create("Hamlet")
    stranger = projects.person("Kabir")
    with pytest.raises(NotAllowedError):
        label_sets.change(project.id, person_id=stranger.id, codes=BASIC_EMOTIONS[:3], words={})


def test_a_language_nobody_speaks_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="use one of en, hi, ur"):
        LabelSet().name(Emotion.JOY, "xx")
