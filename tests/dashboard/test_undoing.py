"""The last answer can be taken back, and becomes a draft, unless something was shown after it."""

from __future__ import annotations

import pytest

from dashboard.services import assigning, drafts, rating_protocol, undoing
from dashboard.services.undoing import NoWayBackError
from db import assignments, ratings, session
from db.columns import now
from db.records import Purpose, SkipReason, TaskKey
from engine.vocabulary import Channel, Protocol
from tests.dashboard.desk_made import answer, made_desk, rater


@pytest.mark.parametrize("protocol", [Protocol.ASSISTED, Protocol.BLIND_ONLY])
def test_the_last_answer_is_taken_back_and_becomes_the_draft(protocol: Protocol) -> None:
    project, made = made_desk(clips=2, protocol=protocol)
    asha = rater(project)
    for clip, delivery in zip(made, (1, -2), strict=True):
        assigning.open_task(project.id, asha.id, clip.id)
        answer(TaskKey(clip.id, asha.id), delivery)
    task = undoing.undo(project.id, asha.id)
    assert task is not None
    assert task.key == TaskKey(made[1].id, asha.id)
    kept = drafts.find(task.key)
    assert kept is not None
    assert kept.content == {"delivery": -2}
    with session.reading() as s:
        assert ratings.current_for(s, made[1].id, asha.id) is None
        assert ratings.current_for(s, made[0].id, asha.id) is not None
        assert len(ratings.history(s, made[1].id)) == 1  # it stays stored
    assert assigning.next_task(project.id, asha.id) == task


def test_a_clip_whose_answer_was_taken_back_is_open_to_others_again_but_not_while_it_is_in_hand() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    answer(TaskKey(clip.id, asha.id))
    task = undoing.undo(project.id, asha.id)
    assert task is not None
    assert assigning.next_task(project.id, ben.id) is None
    assert assigning.next_task(project.id, ben.id, at=task.expires_at) is not None


def test_answering_again_after_taking_back_counts_once() -> None:
    project, (clip,) = made_desk(clips=1)
    asha = rater(project)
    key = TaskKey(clip.id, asha.id)
    answer(key, 1)
    undoing.undo(project.id, asha.id)
    again = answer(key, -1)
    with session.reading() as s:
        assert ratings.current_for(s, clip.id, asha.id) == again
        assert ratings.raters_of_clips(s, [clip.id]) == {clip.id: 1}


def test_nothing_is_taken_back_after_the_reveal() -> None:
    project, (clip,) = made_desk(clips=1, protocol=Protocol.BLIND_FIRST)
    asha = rater(project)
    first = answer(TaskKey(clip.id, asha.id))
    with pytest.raises(NoWayBackError, match="opinion was shown"):
        undoing.undo(project.id, asha.id)
    with session.reading() as s:
        assert ratings.current_for(s, clip.id, asha.id) == first


def test_a_control_and_a_single_channel_are_never_revealed_so_they_can_be_taken_back() -> None:
    project, _ = made_desk(
        clips=1,
        protocol=Protocol.BLIND_FIRST,
        control_share=1.0,
        channels=(Channel.VOICE, Channel.FULL),
    )
    asha = rater(project)
    for channel in (Channel.VOICE, Channel.FULL):
        task = assigning.next_task(project.id, asha.id)
        assert task is not None
        answer(task.key)
        assert undoing.undo(project.id, asha.id) == assigning.next_task(project.id, asha.id)
        assert task.key.channel is channel
        answer(task.key)


def test_what_was_answered_about_the_words_stands_once_more_of_the_clip_was_met() -> None:
    project, (clip,) = made_desk(clips=1, channels=(Channel.WORDS, Channel.FULL))
    asha = rater(project)
    assigning.open_task(project.id, asha.id, clip.id)
    answer(TaskKey(clip.id, asha.id, Channel.WORDS))
    assigning.open_task(project.id, asha.id, clip.id)
    with pytest.raises(NoWayBackError, match="met more of this clip"):
        undoing.undo(project.id, asha.id)


def test_an_answer_after_which_the_right_one_was_told_stands() -> None:
    project, (clip,) = made_desk(clips=1)
    asha = rater(project)
    key = TaskKey(clip.id, asha.id)
    with session.writing() as s:
        assignments.hand_out(
            s, key, purpose=Purpose.GOLD_TRAINING, control=False, created_at=now(), expires_at=now()
        )
    answer(key)
    with pytest.raises(NoWayBackError, match="right answer was told"):
        undoing.undo(project.id, asha.id)


def test_there_may_be_nothing_to_take_back() -> None:
    project, (clip,) = made_desk(clips=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    answer(TaskKey(clip.id, ben.id))
    assert undoing.undo(project.id, asha.id) is None
    rating_protocol.change(project.id, person_id=None, overlap=1)
    assert undoing.undo(project.id, asha.id) is None


def test_one_goes_back_through_ones_own_answers_only() -> None:
    project, made = made_desk(clips=3)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    for clip in (made[2], made[0]):
        answer(TaskKey(clip.id, asha.id))
    answer(TaskKey(made[1].id, ben.id))
    last = undoing.earlier(project.id, asha.id)
    assert last == TaskKey(made[0].id, asha.id)
    before = undoing.earlier(project.id, asha.id, than=last)
    assert before == TaskKey(made[2].id, asha.id)
    assert undoing.earlier(project.id, asha.id, than=before) is None


def test_a_skip_after_the_last_answer_is_what_is_taken_back() -> None:
    project, (first, second) = made_desk(clips=2, protocol=Protocol.BLIND_FIRST)
    asha = rater(project)
    answered, skipped = TaskKey(first.id, asha.id), TaskKey(second.id, asha.id)
    answer(answered)
    assigning.open_task(project.id, asha.id, second.id)
    assigning.skip(skipped, SkipReason.CANNOT_TELL)
    assert undoing.refusal(project.id, asha.id) is None
    task = undoing.undo(project.id, asha.id)
    assert task is not None
    assert task.key == skipped
    assert assigning.next_task(project.id, asha.id) == task
    with session.reading() as s:
        held = assignments.find(s, skipped)
        assert held is not None
        assert (held.skipped_at, held.skip_reason) == (None, None)
        assert ratings.current_for(s, first.id, asha.id) is not None


def test_an_answer_after_the_last_skip_is_what_is_taken_back_and_the_skip_stands() -> None:
    project, (first, second) = made_desk(clips=2)
    asha = rater(project)
    skipped, answered = TaskKey(first.id, asha.id), TaskKey(second.id, asha.id)
    assigning.open_task(project.id, asha.id, first.id)
    assigning.skip(skipped, SkipReason.CANNOT_TELL)
    answer(answered)
    task = undoing.undo(project.id, asha.id)
    assert task is not None
    assert task.key == answered
    with session.reading() as s:
        assert [each.key for each in assignments.skipped(s, project.id, asha.id)] == [skipped]


def test_a_skip_stands_where_others_have_taken_its_place() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    assigning.open_task(project.id, asha.id, clip.id)
    assigning.skip(TaskKey(clip.id, asha.id), SkipReason.CANNOT_TELL)
    answer(TaskKey(clip.id, ben.id))
    with pytest.raises(NoWayBackError, match="taken this clip's places"):
        undoing.undo(project.id, asha.id)
    with session.reading() as s:
        assert len(assignments.skipped(s, project.id, asha.id)) == 1


def test_it_is_said_beforehand_whether_the_last_act_can_be_taken_back() -> None:
    project, (clip,) = made_desk(clips=1, protocol=Protocol.BLIND_FIRST)
    asha = rater(project)
    assert undoing.refusal(project.id, asha.id) == "There is nothing to take back."
    answer(TaskKey(clip.id, asha.id))
    assert "opinion was shown" in (undoing.refusal(project.id, asha.id) or "")


def test_an_answer_that_can_be_taken_back_is_not_refused_beforehand() -> None:
    project, (clip,) = made_desk(clips=1)
    asha = rater(project)
    answer(TaskKey(clip.id, asha.id))
    assert undoing.refusal(project.id, asha.id) is None
