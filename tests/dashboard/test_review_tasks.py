"""The Review page's view: the task in hand, what may be seen, and why only looking is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.services import assigning, channel_files, drafts, projects, review
from dashboard.services.permissions import NotAllowedError
from dashboard.services.rating_protocol import Question
from db import assignments, channel_media, session
from db.records import SkipReason, TaskKey
from engine.media.channels import NO_PICTURE, MissingChannelError
from engine.vocabulary import Channel, Protocol
from tests.dashboard.desk_made import answer, made_desk, rater

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LEASE = timedelta(minutes=30)


def seen(project_id: int, person_id: int, *asked: object, **options: object) -> review.ReviewView:
    shown = review.view(project_id, person_id, *asked, **options)  # type: ignore[arg-type]  # passed on as given
    assert shown is not None
    return shown


def is_silent(shown: review.ReviewView) -> bool:
    """Nothing of the prediction is in the view."""
    said = (shown.prediction, shown.judgement, shown.headline, shown.explanation, dict(shown.raters.values))
    return not shown.shows_machine and said == (None, None, "", (), {})


def test_an_assisted_clip_comes_with_its_name_its_file_and_the_machine() -> None:
    project, (clip, _) = made_desk(clips=2)
    asha = rater(project)
    shown = seen(project.id, asha.id)
    assert shown.task is not None
    assert shown.task.key == TaskKey(clip.id, asha.id)
    assert (shown.title, shown.media_key, shown.notice) == ("take0.mp4", clip.playable_key, None)
    assert shown.shows_machine
    assert shown.prediction is not None
    assert shown.questions[0] is Question.DELIVERY
    assert (shown.task_progress.answered, shown.task_progress.asked) == (0, 2)


@pytest.mark.parametrize("protocol", [Protocol.BLIND_FIRST, Protocol.BLIND_ONLY])
def test_before_the_lock_a_view_holds_nothing_of_the_prediction_and_no_file_name(protocol: Protocol) -> None:
    project, made = made_desk(clips=2, protocol=protocol)
    asha = rater(project)
    shown = seen(project.id, asha.id)
    assert is_silent(shown)
    assert (shown.title, shown.is_locked) == ("Clip 1", False)
    answer(TaskKey(made[0].id, asha.id))
    locked = seen(project.id, asha.id, made[0].id)
    assert locked.is_locked
    assert locked.shows_machine is (protocol is Protocol.BLIND_FIRST)
    assert is_silent(locked) is (protocol is Protocol.BLIND_ONLY)


@pytest.mark.parametrize("protocol", [Protocol.ASSISTED, Protocol.BLIND_FIRST])
def test_a_control_shows_nothing_before_and_after(protocol: Protocol) -> None:
    project, (clip,) = made_desk(clips=1, protocol=protocol, control_share=1.0)
    asha = rater(project)
    assert is_silent(seen(project.id, asha.id))
    answer(TaskKey(clip.id, asha.id))
    after = seen(project.id, asha.id, clip.id)
    assert is_silent(after)
    assert after.title == "Clip 1"


def test_words_come_without_a_file_and_the_full_clip_only_after_them() -> None:
    project, (clip,) = made_desk(clips=1, channels=(Channel.WORDS, Channel.FULL))
    asha = rater(project)
    shown = seen(project.id, asha.id, clip.id, Channel.FULL)
    assert (shown.channel, shown.media_key) == (Channel.WORDS, None)
    assert shown.questions == (Question.EXPECTED, Question.EMOTION)
    assert is_silent(shown)
    answer(TaskKey(clip.id, asha.id, Channel.WORDS))
    shown = seen(project.id, asha.id, clip.id)
    assert (shown.channel, shown.media_key, shown.shows_machine) == (Channel.FULL, clip.playable_key, True)


def test_a_single_channel_is_given_its_own_file() -> None:
    project, (clip,) = made_desk(clips=1, channels=(Channel.FACE, Channel.FULL))
    with session.writing() as s:
        channel_media.put(s, clip.id, Channel.FACE, "muted.mp4")
    shown = seen(project.id, rater(project).id)
    assert (shown.channel, shown.media_key) == (Channel.FACE, "muted.mp4")


def test_a_channel_found_missing_makes_way_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    project, (clip,) = made_desk(clips=1, channels=(Channel.FACE, Channel.FULL))
    made_of = channel_files.key_for

    def found_missing(_asked: object, channel: Channel) -> str | None:
        if channel is not Channel.FACE:
            return made_of(clip, channel)
        with session.writing() as s:
            channel_media.put(s, clip.id, Channel.FACE, channel_media.ABSENT)
        raise MissingChannelError(NO_PICTURE)

    monkeypatch.setattr(channel_files, "key_for", found_missing)
    assert seen(project.id, rater(project).id).channel is Channel.FULL


@pytest.mark.parametrize("protocol", list(Protocol))
def test_a_clip_that_has_its_raters_can_be_looked_at_only(protocol: Protocol) -> None:
    project, (clip, other) = made_desk(clips=2, overlap=1, protocol=protocol)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    answer(TaskKey(clip.id, asha.id))
    shown = seen(project.id, ben.id, clip.id)
    assert shown.task is None
    assert shown.notice is not None
    assert "has its one rater" in shown.notice
    assert shown.shows_machine is (protocol is Protocol.ASSISTED)
    assert shown.next_unrated_id == other.id
    assert is_silent(shown) is not shown.shows_machine


def test_a_full_single_channel_shows_no_more_of_the_clip_than_itself() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1, channels=(Channel.WORDS, Channel.FULL))
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    answer(TaskKey(clip.id, asha.id, Channel.WORDS))
    shown = seen(project.id, ben.id, clip.id, Channel.FULL)
    assert shown.task is None
    assert (shown.channel, shown.media_key) == (Channel.WORDS, None)
    assert is_silent(shown)


def test_a_stranger_sees_nothing_and_is_told_why() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    stranger = projects.person("Stranger")
    with pytest.raises(NotAllowedError, match="no part in the project"):
        seen(project.id, stranger.id)
    with session.reading() as s:
        assert assignments.find(s, TaskKey(clip.id, stranger.id)) is None


def test_looking_again_writes_nothing_and_stays_at_the_task() -> None:
    project, (clip, _) = made_desk(clips=2, overlap=1)
    asha = rater(project)
    first = seen(project.id, asha.id, at=NOON)
    again = seen(project.id, asha.id, at=NOON + LEASE / 4)
    opened = seen(project.id, asha.id, clip.id, at=NOON + LEASE / 4)
    assert first.task == again.task == opened.task
    assert first.task is not None
    assert first.task.expires_at == NOON + LEASE


def test_the_draft_comes_with_its_task() -> None:
    project, (clip,) = made_desk(clips=1, channels=(Channel.WORDS, Channel.FULL))
    asha = rater(project)
    drafts.save(TaskKey(clip.id, asha.id, Channel.WORDS), {"expected": 0.4}, revision=1)
    shown = seen(project.id, asha.id)
    assert shown.draft is not None
    assert shown.draft.content == {"expected": 0.4}


def test_when_all_is_done_the_clip_rated_last_stays_in_sight() -> None:
    project, made = made_desk(clips=2)
    asha = rater(project)
    for clip in reversed(made):
        answer(TaskKey(clip.id, asha.id))
    shown = seen(project.id, asha.id)
    assert shown.clip.id == made[0].id
    assert shown.own_rating is not None
    assert shown.next_unrated_id is None
    assert shown.task_progress.answered == shown.task_progress.asked == 2


def test_where_all_that_is_left_was_skipped_nothing_more_comes() -> None:
    project, (clip,) = made_desk(clips=1)
    asha = rater(project)
    task = assigning.open_task(project.id, asha.id, clip.id)
    assigning.skip(task.key, SkipReason.CANNOT_PLAY)
    assert assigning.next_task(project.id, asha.id) is None
    shown = seen(project.id, asha.id)
    assert shown.clip.id == clip.id
    assert (shown.task_progress.skipped, shown.next_unrated_id) == (1, None)
