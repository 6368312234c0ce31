"""Which task comes next: channels in their order, the least rated first, more raters on disagreement."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from dashboard.services import assigning, projects, rating_protocol
from dashboard.services.control_clips import is_control
from dashboard.services.queue import QueueOrder, set_order
from dashboard.services.rating_protocol import protocol_of
from dashboard.services.task_order import order_for
from db import channel_media, session
from db.records import ClipRecord, ProjectRecord, SkipReason, TaskKey
from engine.vocabulary import Channel, Protocol
from tests.dashboard.desk_made import answer, made_desk, rater, reread
from tests.dashboard.project_made import made_clip

ALL = (Channel.WORDS, Channel.VOICE, Channel.FACE, Channel.FULL)


def rated_through(project: ProjectRecord, person_id: int) -> list[tuple[str, Channel]]:
    """What a person is given, task by task, to the end."""
    seen = []
    while (task := assigning.next_task(project.id, person_id)) is not None:
        answer(task.key)
        seen.append((task.key.clip_id, task.key.channel))
    return seen


def answers_to(clip: ClipRecord, project: ProjectRecord, *deliveries: int) -> None:
    for number, delivery in enumerate(deliveries):
        answer(TaskKey(clip.id, rater(project, f"Rater {number}").id), delivery)


def test_all_clips_of_a_channel_come_before_the_next_channel_and_the_full_clip_last() -> None:
    project, made = made_desk(clips=3, channels=ALL)
    asha = rater(project)
    assert rated_through(project, asha.id) == [(clip.id, channel) for channel in ALL for clip in made]


def test_channels_keep_their_order_for_every_rater_and_the_overlap_holds_in_each() -> None:
    project, made = made_desk(clips=2, channels=ALL, overlap=2)
    people = [rater(project, f"Rater {number}") for number in range(3)]
    given: Counter[tuple[str, Channel]] = Counter()
    for person in people:
        seen = rated_through(project, person.id)
        given.update(seen)
        for clip in made:
            channels = [channel for clip_id, channel in seen if clip_id == clip.id]
            assert channels in ([], list(ALL))
    assert given == {(clip.id, channel): 2 for clip in made for channel in ALL}


def test_nobody_meets_the_full_clip_while_a_channel_of_it_is_skipped() -> None:
    project, (clip,) = made_desk(clips=1, channels=(Channel.WORDS, Channel.FULL))
    asha = rater(project)
    task = assigning.next_task(project.id, asha.id)
    assert task is not None
    assigning.skip(task.key, SkipReason.CANNOT_TELL)
    assert assigning.next_task(project.id, asha.id) is None
    opened = assigning.open_task(project.id, asha.id, clip.id, Channel.FULL)
    assert opened.key.channel is Channel.WORDS


def test_a_channel_that_a_clip_lacks_is_not_asked() -> None:
    project, (seen, unseen) = made_desk(clips=2, channels=ALL)
    heard = made_clip(project, line="")
    with session.writing() as s:
        channel_media.put(s, unseen.id, Channel.FACE, channel_media.ABSENT)
    asked = rated_through(project, rater(project).id)
    assert [clip_id for clip_id, channel in asked if channel is Channel.WORDS] == [seen.id, unseen.id]
    assert [clip_id for clip_id, channel in asked if channel is Channel.FACE] == [seen.id]
    assert [clip_id for clip_id, channel in asked if channel is Channel.FULL] == [
        seen.id,
        unseen.id,
        heard.id,
    ]


def test_clips_in_order_go_on_from_the_one_just_left_and_then_from_the_start() -> None:
    project, made = made_desk(clips=4)
    asha = rater(project)
    assigning.open_task(project.id, asha.id, made[2].id)
    answer(TaskKey(made[2].id, asha.id))
    assert [clip_id for clip_id, _ in rated_through(project, asha.id)] == [
        made[3].id,
        made[0].id,
        made[1].id,
    ]


def test_the_least_rated_come_first_and_equals_by_lot() -> None:
    project, made = made_desk(clips=6)
    set_order(project.id, QueueOrder.LEAST_RATED, person_id=None)
    for clip in made[:3]:
        answers_to(clip, project, 0, 0)
    answers_to(made[3], project, 0)
    firsts = set()
    for number in range(8):
        fresh = rater(project, f"Fresh {number}")
        task = assigning.next_task(project.id, fresh.id, chance=random.Random(number))
        assert task is not None
        firsts.add(task.key.clip_id)
        assigning.skip(task.key, SkipReason.OTHER)
    assert firsts == {made[4].id, made[5].id}
    order = [clip_id for clip_id, _ in rated_through(project, rater(project, "Last").id)]
    assert set(order[:2]) == {made[4].id, made[5].id}
    assert order[2] == made[3].id


def test_what_teaches_most_orders_no_blind_answer() -> None:
    for protocol, order in (
        (Protocol.ASSISTED, QueueOrder.MOST_INFORMATIVE),
        (Protocol.BLIND_FIRST, QueueOrder.LEAST_RATED),
        (Protocol.BLIND_ONLY, QueueOrder.LEAST_RATED),
    ):
        project = projects.create(protocol.value, protocol=protocol)
        project = set_order(project.id, QueueOrder.MOST_INFORMATIVE, person_id=None)
        assert order_for(project, Channel.FULL) is order
        assert order_for(project, Channel.VOICE) is QueueOrder.LEAST_RATED


def test_the_most_informative_skip_what_is_full_and_every_clip_gets_its_raters() -> None:
    project, made = made_desk(clips=30, overlap=1)
    set_order(project.id, QueueOrder.MOST_INFORMATIVE, person_id=None)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    given: Counter[str] = Counter()
    for _ in range(5):
        for person in (asha, ben):
            task = assigning.next_task(project.id, person.id)
            assert task is not None
            answer(task.key)
            given[task.key.clip_id] += 1
    given.update(clip_id for clip_id, _ in rated_through(project, asha.id))
    assert given == {clip.id: 1 for clip in made}


@pytest.mark.parametrize(
    ("deliveries", "is_asked"),
    [
        ((0, 0), False),
        ((-1, -2), False),  # the same verdict, a step apart
        ((0, 1), True),  # no majority
        ((-1, 1), True),
        ((0, 2), True),
        ((0, 1, 1), False),  # two of three agree, a step apart
        ((-1, 1, 1), True),  # two steps apart
        ((-1, 0, 1, 1), False),  # as many as there may be
    ],
)
def test_more_raters_are_asked_where_the_first_disagree(deliveries: tuple[int, ...], is_asked: bool) -> None:
    project, (clip,) = made_desk(clips=1, overlap=2, most_raters=4)
    answers_to(clip, project, *deliveries)
    task = assigning.next_task(project.id, rater(project, "Extra").id)
    assert (task is not None) is is_asked


def test_without_extra_raters_a_disagreement_asks_nobody() -> None:
    project, (clip,) = made_desk(clips=1, overlap=2)
    answers_to(clip, project, -2, 2)
    assert assigning.next_task(project.id, rater(project, "Extra").id) is None


def test_controls_are_the_share_asked_for_differ_by_person_and_stay() -> None:
    project, _ = made_desk(clips=0, control_share=0.3)
    clips_made = [f"clip-{number}" for number in range(1000)]

    def controls(person_id: int, kept: ProjectRecord = project) -> set[str]:
        rules = protocol_of(kept)
        return {
            clip_id
            for clip_id in clips_made
            if is_control(kept, rules, clip_id=clip_id, person_id=person_id, channel=Channel.FULL)
        }

    one, two = controls(1), controls(2)
    assert 240 < len(one) < 360
    assert one == controls(1)
    assert 50 < len(one & two) < 140  # 0.3 × 0.3 of a thousand
    rating_protocol.change(project.id, person_id=None, control_share=0.5)
    assert one < controls(1, reread(project))


def test_a_control_is_stored_with_the_task_and_single_channels_have_none() -> None:
    project, made = made_desk(clips=2, control_share=1.0, channels=(Channel.VOICE, Channel.FULL))
    asha = rater(project)
    task = assigning.open_task(project.id, asha.id, made[0].id)
    assert not task.control
    answer(task.key)
    task = assigning.open_task(project.id, asha.id, made[0].id)
    assert task.control
    rating_protocol.change(project.id, person_id=None, control_share=0.0)
    assert assigning.open_task(project.id, asha.id, made[0].id).control
    answer(task.key)
    assert assigning.open_task(project.id, asha.id, made[0].id).control


def test_a_blind_project_has_no_controls() -> None:
    project, made = made_desk(clips=1, protocol=Protocol.BLIND_ONLY, control_share=1.0)
    assert not assigning.open_task(project.id, rater(project).id, made[0].id).control
