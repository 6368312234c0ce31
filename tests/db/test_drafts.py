"""A draft is kept per task, and no message that was overtaken by a later one brings an older text back."""

from __future__ import annotations

import pytest

from db import circumstances, drafts, ratings, session
from db.errors import StorageError, UnknownRowError
from db.records import Circumstances, ClipRecord, PersonRecord, RatingDraft, TaskKey
from engine.vocabulary import Channel, Delivery, Phase

pytestmark = pytest.mark.both


@pytest.fixture
def task(clip: ClipRecord, person: PersonRecord) -> TaskKey:
    return TaskKey(clip.id, person.id)


@pytest.fixture
def rating_id(task: TaskKey) -> int:
    with session.writing() as s:
        draft = RatingDraft(task.clip_id, task.person_id, "key", Phase.ASSISTED, Delivery.RIGHT)
        return ratings.add(s, draft).id


def kept(task: TaskKey) -> dict[str, object] | None:
    with session.reading() as s:
        found = drafts.find(s, task)
    return None if found is None else found.content


def test_a_draft_is_found_as_it_was_kept_last(task: TaskKey) -> None:
    with session.writing() as s:
        first = drafts.keep(s, task, {"delivery": 1, "comment": "क्या"}, revision=1, tab="a")
        second = drafts.keep(s, task, {"delivery": 2}, revision=2, tab="a")
    assert kept(task) == {"delivery": 2}
    assert (first.revision, second.revision) == (1, 2)
    assert second.saved_at >= first.saved_at
    with session.reading() as s:
        assert drafts.find(s, task) == second


def test_an_overtaken_message_of_a_tab_changes_nothing(task: TaskKey) -> None:
    with session.writing() as s:
        drafts.keep(s, task, {"delivery": 2}, revision=5, tab="a")
        late = drafts.keep(s, task, {"delivery": 1}, revision=4, tab="a")
    assert kept(task) == {"delivery": 2}
    assert late.revision == 5


def test_another_tab_goes_on_from_a_higher_revision(task: TaskKey) -> None:
    with session.writing() as s:
        drafts.keep(s, task, {"delivery": 2}, revision=5, tab="a")
        other = drafts.keep(s, task, {"delivery": 1}, revision=1, tab="b")
    assert kept(task) == {"delivery": 1}
    assert other.revision == 6


def test_each_channel_and_occasion_has_its_own_draft(task: TaskKey) -> None:
    words = TaskKey(task.clip_id, task.person_id, Channel.WORDS)
    again = TaskKey(task.clip_id, task.person_id, Channel.FULL, 2)
    with session.writing() as s:
        for number, one in enumerate((task, words, again)):
            drafts.keep(s, one, {"number": number})
    assert [kept(one) for one in (task, words, again)] == [{"number": 0}, {"number": 1}, {"number": 2}]


def test_dropping_forgets_what_the_dropping_tab_had_seen(task: TaskKey) -> None:
    with session.writing() as s:
        drafts.keep(s, task, {"delivery": 2}, revision=3, tab="a")
        drafts.drop(s, task, up_to=3, tab="b")
    assert kept(task) is None


def test_dropping_keeps_what_was_typed_elsewhere_since(task: TaskKey) -> None:
    with session.writing() as s:
        drafts.keep(s, task, {"delivery": 2}, revision=3, tab="a")
        drafts.drop(s, task, up_to=2, tab="b")
    assert kept(task) == {"delivery": 2}


def test_dropping_nothing_is_no_error(task: TaskKey) -> None:
    with session.writing() as s:
        drafts.drop(s, task)
    assert kept(task) is None


def test_a_draft_of_a_clip_that_is_not_there_is_refused(task: TaskKey) -> None:
    with pytest.raises(UnknownRowError), session.writing() as s:
        drafts.keep(s, TaskKey("nowhere", task.person_id), {})


def test_circumstances_are_found_by_their_rating(rating_id: int) -> None:
    given = Circumstances(((0.0, 1.5), (2.0, 3.25)), 2, 1.5, 4.0, 30.5, None, "hi")
    with session.writing() as s:
        circumstances.add(s, rating_id, given)
    with session.reading() as s:
        assert circumstances.of_ratings(s, [rating_id, rating_id + 1]) == {rating_id: given}


def test_circumstances_cannot_be_changed(rating_id: int) -> None:
    with session.writing() as s:
        circumstances.add(s, rating_id, Circumstances())
    with pytest.raises(StorageError), session.writing() as s:
        circumstances.add(s, rating_id, Circumstances())


def test_circumstances_of_an_unknown_guideline_are_refused(rating_id: int) -> None:
    with pytest.raises(UnknownRowError), session.writing() as s:
        circumstances.add(s, rating_id, Circumstances(guideline_id=999))
