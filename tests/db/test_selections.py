"""What the queue chose is stored once per person and clip, in its order, and stays open until rated."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from db import people, ratings, selections, session
from db.errors import AlreadyThereError, RefusedValueError
from db.records import ClipRecord, ClipStatus, PersonRecord, ProjectRecord, RatingDraft, SelectionDraft
from engine.vocabulary import Delivery, Phase

pytestmark = pytest.mark.both

NewClip = Callable[..., ClipRecord]


def choose(person: PersonRecord, *clips: ClipRecord, probability: float = 0.5) -> None:
    with session.writing() as s:
        selections.add(s, [SelectionDraft(clip.id, person.id, probability, 0.25) for clip in clips])


def open_ids(project: ProjectRecord, person: PersonRecord) -> list[str]:
    with session.reading() as s:
        return [found.clip_id for found in selections.open_for(s, project.id, person.id)]


def test_chosen_clips_wait_in_the_order_given_until_they_are_rated(
    project: ProjectRecord, person: PersonRecord, new_clip: NewClip
) -> None:
    first, second, third = (new_clip() for _ in range(3))
    failed = new_clip(status=ClipStatus.FAILED, message="why")
    choose(person, third, first, failed, second)
    assert open_ids(project, person) == [third.id, first.id, second.id]
    with session.writing() as s:
        ratings.add(s, RatingDraft(first.id, person.id, "key", Phase.ASSISTED, Delivery.RIGHT))
    assert open_ids(project, person) == [third.id, second.id]
    with session.reading() as s:
        assert selections.rated_clips(s, project.id, person.id) == {first.id}


def test_what_was_chosen_for_one_person_waits_for_nobody_else(
    project: ProjectRecord, person: PersonRecord, new_clip: NewClip
) -> None:
    clip = new_clip()
    choose(person, clip)
    with session.writing() as s:
        other = people.get_or_create(s, "Bo")
    assert open_ids(project, other) == []
    choose(other, clip)
    with session.reading() as s:
        assert set(selections.of_project(s, project.id)) == {(clip.id, person.id), (clip.id, other.id)}


def test_a_selection_weighs_by_its_chance(person: PersonRecord, clip: ClipRecord) -> None:
    choose(person, clip)
    with session.reading() as s:
        found = selections.find(s, clip.id, person.id)
        assert selections.find(s, clip.id, person.id + 1) is None
    assert found is not None
    assert found.weight == 0.5


def test_a_clip_is_chosen_once_for_a_person(person: PersonRecord, clip: ClipRecord) -> None:
    choose(person, clip)
    with pytest.raises(AlreadyThereError, match="chosen"):
        choose(person, clip)


@pytest.mark.parametrize("probability", [0.0, -0.1, 1.1])
def test_an_impossible_chance_is_refused(person: PersonRecord, clip: ClipRecord, probability: float) -> None:
    with pytest.raises(RefusedValueError, match="chance"):
        choose(person, clip, probability=probability)
