"""What is left out stays so, with its reason, until it is answered; it is looked at again on a wish."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.services import assigning, drafts, projects, review
from dashboard.services.permissions import NotAllowedError
from dashboard.services.skipped_tasks import is_through, next_skipped
from dashboard.services.task_progress import progress
from db import assignments, session
from db.columns import now
from db.errors import RefusedValueError
from db.records import AssignmentRecord, ProjectRecord, SkipReason, TaskKey
from engine.vocabulary import Channel, Protocol
from tests.dashboard.desk_made import answer, made_desk, rater


def left_out(key: TaskKey) -> AssignmentRecord | None:
    with session.reading() as s:
        held = assignments.find(s, key)
    return held if held is not None and held.skipped_at is not None else None


def skipped(project: ProjectRecord, key: TaskKey, reason: SkipReason = SkipReason.CANNOT_TELL) -> None:
    assigning.open_task(project.id, key.person_id, key.clip_id)
    assigning.skip(key, reason, "mumbled")


def seen(project: ProjectRecord, person_id: int, clip_id: str | None = None) -> review.ReviewView:
    shown = review.view(project.id, person_id, clip_id)
    assert shown is not None
    return shown


def test_looking_at_a_skipped_clip_and_beginning_to_answer_it_changes_nothing() -> None:
    project, (clip, other) = made_desk(clips=2)
    asha = rater(project)
    key = TaskKey(clip.id, asha.id)
    skipped(project, key)
    answer(TaskKey(other.id, asha.id))
    before = left_out(key)
    assert before is not None
    shown = seen(project, asha.id, clip.id)
    assert shown.task is not None
    assert shown.left_out == before
    drafts.save(key, {"delivery": 1}, revision=1)
    assigning.renew(key)
    assert assigning.next_task(project.id, asha.id) is None
    assert seen(project, asha.id).clip.id == other.id
    assert left_out(key) == before
    counts = progress(project.id, asha.id)
    assert (counts.answered, counts.asked, counts.skipped) == (1, 2, 1)


def test_an_answer_takes_the_skip_away_and_a_refused_one_does_not() -> None:
    project, (clip,) = made_desk(clips=1)
    asha = rater(project)
    key = TaskKey(clip.id, asha.id, Channel.FULL)
    skipped(project, key)
    with pytest.raises(RefusedValueError):
        answer(key, reason="x" * 20_000)
    assert left_out(key) is not None
    answer(key)
    assert left_out(key) is None
    counts = progress(project.id, asha.id)
    assert (counts.answered, counts.asked, counts.skipped) == (1, 1, 0)
    assert seen(project, asha.id).left_out is None


def test_a_second_look_shows_each_skipped_clip_once_the_longest_ago_first() -> None:
    project, made = made_desk(clips=4)
    asha = rater(project)
    keys = [TaskKey(clip.id, asha.id) for clip in made]
    for key in (keys[2], keys[0], keys[3]):
        skipped(project, key)
    began = now()
    assert next_skipped(project.id, asha.id, since=began) == keys[2]
    first = left_out(keys[2])
    assigning.skip(keys[2], SkipReason.UPSETTING)
    assert next_skipped(project.id, asha.id, since=began, behind=first) == keys[0]
    second = left_out(keys[0])
    answer(keys[0])
    assert next_skipped(project.id, asha.id, since=began, behind=second) == keys[3]
    assert next_skipped(project.id, asha.id, since=began, behind=left_out(keys[3])) is None
    assert next_skipped(project.id, asha.id) == keys[3]
    answer(keys[3])
    assert next_skipped(project.id, asha.id, since=began) is None
    assert next_skipped(project.id, asha.id) == keys[2]  # looked at and skipped again: on a new wish only


def test_what_others_skipped_is_not_shown_and_a_stranger_sees_nothing() -> None:
    project, (clip,) = made_desk(clips=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    skipped(project, TaskKey(clip.id, asha.id))
    assert next_skipped(project.id, ben.id) is None
    with pytest.raises(NotAllowedError):
        next_skipped(project.id, projects.person("Stranger").id)


def test_one_is_through_when_only_skipped_tasks_are_left() -> None:
    project, (clip, other) = made_desk(clips=2)
    asha = rater(project)
    assert not is_through(project, asha.id, at=now())
    skipped(project, TaskKey(clip.id, asha.id))
    assert not is_through(project, asha.id, at=now())
    answer(TaskKey(other.id, asha.id))
    assert is_through(project, asha.id, at=now())
    assert seen(project, asha.id).is_through


def test_one_is_through_too_where_a_skipped_channel_keeps_the_full_clip_closed() -> None:
    project, _ = made_desk(clips=1, channels=(Channel.VOICE, Channel.FULL))
    asha = rater(project)
    task = assigning.next_task(project.id, asha.id)
    assert task is not None
    assigning.skip(task.key, SkipReason.CANNOT_TELL)
    assert is_through(project, asha.id, at=now())
    answer(task.key)
    assert not is_through(project, asha.id, at=now())


def test_one_is_not_through_with_a_clip_in_hand() -> None:
    project, _ = made_desk(clips=1, overlap=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    task = assigning.next_task(project.id, asha.id)
    assert task is not None
    assert not is_through(project, asha.id, at=now())
    assert is_through(project, ben.id, at=now())
    assert not is_through(project, ben.id, at=task.expires_at + timedelta(seconds=1))


def test_where_everything_was_skipped_a_clip_is_seen_but_not_opened() -> None:
    project, (clip,) = made_desk(clips=1, protocol=Protocol.BLIND_FIRST)
    asha = rater(project)
    skipped(project, TaskKey(clip.id, asha.id))
    shown = seen(project, asha.id)
    assert (shown.clip.id, shown.task, shown.shows_machine, shown.is_through) == (clip.id, None, False, True)
    assert seen(project, asha.id, clip.id).task is not None  # on a wish it is
