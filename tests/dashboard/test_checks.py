"""Checks among a rater's tasks: known clips and repeats at their share, the same at every look, unseen."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.services import assigning, checks, gold, media_store, review
from dashboard.services.accepted_answer import Accepted
from dashboard.services.check_lots import lot
from dashboard.services.handing_out import DueCheck, Task
from db import assignments, people, session
from db.columns import now
from db.records import ClipRecord, PersonRecord, ProjectRecord, Purpose, TaskKey
from engine.vocabulary import Channel, Protocol, Role
from tests.dashboard.desk_made import answer, made_desk, rater

HALF = 0.5


@pytest.fixture(autouse=True)
def same_lots(home: Path) -> None:
    """Lots are drawn with the folder's secret; a test's are always the same."""
    folder = home / media_store.FOLDER
    folder.mkdir(parents=True)
    (folder / media_store.SECRET_FILE).write_bytes(b"s" * media_store.SECRET_BYTES)


def due(project: ProjectRecord, person: PersonRecord) -> DueCheck | None:
    with session.reading() as s:
        return checks.due(s, project, person.id)


def known(clip: ClipRecord, purpose: Purpose = Purpose.GOLD_SILENT, **options: Any) -> None:
    given = {"person_id": None, "accepted": Accepted(delivery=(0, 0)), **options}
    gold.put(clip.id, purpose=purpose, **given)


def rate_all(project: ProjectRecord, person: PersonRecord) -> list[Task]:
    """Answer all there is."""
    done: list[Task] = []
    while (task := assigning.next_task(project.id, person.id)) is not None:
        answer(task.key)
        done.append(task)
        assert len(done) < 500
    return done


def an_hour_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a repeat be due by the answers in between alone."""
    later = timedelta(hours=1)
    monkeypatch.setattr(checks, "now", lambda: _ahead(later))


def _ahead(by: timedelta) -> datetime:
    return now() + by


def test_without_shares_nothing_is_due_and_nothing_is_asked_twice() -> None:
    project, made = made_desk(clips=4)
    known(made[0])
    asha = rater(project)
    assert due(project, asha) is None
    assert {task.purpose for task in rate_all(project, asha)} == {Purpose.ORDINARY}


def test_known_clips_come_at_about_their_share() -> None:
    project, made = made_desk(clips=2, gold_share=0.25)
    known(made[0])
    people_here = [rater(project, f"Rater {number}") for number in range(60)]
    drawn = [due(project, person) for person in people_here]
    given = [each for each in drawn if each is not None]
    assert {each.purpose for each in given} == {Purpose.GOLD_SILENT}
    assert 8 <= len(given) <= 24  # 15 are expected


def test_a_known_clip_is_asked_once_of_everybody() -> None:
    project, made = made_desk(clips=12, gold_share=HALF)
    for clip in made[6:]:
        known(clip)
    done = rate_all(project, rater(project))
    assert sorted(task.key.clip_id for task in done) == sorted(clip.id for clip in made)
    assert Purpose.GOLD_SILENT in {task.purpose for task in done}


def test_training_comes_before_silent_checks() -> None:
    project, made = made_desk(clips=12, gold_share=HALF)
    known(made[0])
    known(made[1], Purpose.GOLD_TRAINING)
    known(made[2], Purpose.GOLD_TRAINING)
    done = rate_all(project, rater(project))
    given = [task.purpose for task in done if task.purpose is not Purpose.ORDINARY]
    assert given == sorted(given, key=lambda purpose: purpose is Purpose.GOLD_SILENT)


def test_a_look_again_draws_the_same() -> None:
    project, made = made_desk(clips=12, gold_share=HALF)
    for clip in made[4:]:
        known(clip)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    assert len({due(project, asha) for _ in range(5)}) == 1
    drawn = [[task.purpose for task in rate_all(project, person)] for person in (asha, ben)]
    assert drawn[0] != drawn[1]  # each has a row of their own


def test_lots_are_even_and_their_own() -> None:
    drawn = [lot(1, person, place) for person in range(20) for place in range(100)]
    assert 0.45 < sum(drawn) / len(drawn) < 0.55
    assert len(set(drawn)) == len(drawn)
    assert lot(1, 2, 3) == lot(1, 2, 3)


def test_nobody_is_checked_by_an_answer_of_their_own() -> None:
    project, (clip, *_) = made_desk(clips=3, gold_share=HALF)
    asha = rater(project)
    with session.writing() as s:
        people.join(s, project.id, asha.id, Role.INSTRUCTOR)
    known(clip, person_id=asha.id)
    assert {task.purpose for task in rate_all(project, asha)} == {Purpose.ORDINARY}


def test_repeats_come_late_once_and_only_of_what_was_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    an_hour_an_answer(monkeypatch)
    project, made = made_desk(
        clips=26, protocol=Protocol.BLIND_ONLY, repeat_share=HALF, gold_share=0.1, overlap=1
    )
    for clip in made[:3]:
        known(clip, Purpose.GOLD_TRAINING)
    asha = rater(project)
    done = rate_all(project, asha)
    repeats = [place for place, task in enumerate(done) if task.purpose is Purpose.REPEAT]
    assert len(repeats) >= 5
    assert {done[place].key.occasion for place in repeats} == {2}
    assert len({done[place].key.clip_id for place in repeats}) == len(repeats)
    for place in repeats:
        first = next(at for at, task in enumerate(done) if task.key.clip_id == done[place].key.clip_id)
        assert place - first > checks.REPEAT_AFTER_ANSWERS
        assert done[first].purpose is not Purpose.GOLD_TRAINING
    assert {task.key.clip_id for task in done} == {clip.id for clip in made}


def test_nothing_is_repeated_right_away() -> None:
    project, _ = made_desk(clips=15, repeat_share=HALF)
    assert Purpose.REPEAT not in {task.purpose for task in rate_all(project, rater(project))}


def test_a_repeat_looks_like_any_other_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    an_hour_an_answer(monkeypatch)
    project, made = made_desk(clips=20, protocol=Protocol.BLIND_FIRST, repeat_share=HALF)
    asha = rater(project)
    while True:
        view = review.view(project.id, asha.id)
        assert view is not None
        assert view.task is not None
        if view.task.purpose is Purpose.REPEAT:
            break
        answer(view.task.key)
    assert (view.own_rating, view.draft, view.shows_machine, view.prediction) == (None, None, False, None)
    assert not view.is_locked
    assert view.title == f"Clip {[clip.id for clip in made].index(view.clip.id) + 1}"
    reloaded = review.view(project.id, asha.id, view.clip.id)
    assert reloaded is not None
    assert reloaded.task is not None
    assert reloaded.task.key == view.task.key
    stored = answer(view.task.key)
    assert (stored.occasion, stored.purpose, stored.supersedes_id) == (2, Purpose.REPEAT, None)


def test_a_known_full_clip_waits_for_what_comes_before_it() -> None:
    project, made = made_desk(clips=4, channels=(Channel.WORDS, Channel.FULL), gold_share=HALF)
    for clip in made:
        known(clip)
    asha = rater(project)
    done = rate_all(project, asha)
    for clip in made:
        channels = [task.key.channel for task in done if task.key.clip_id == clip.id]
        assert channels == [Channel.WORDS, Channel.FULL]


def test_a_known_channel_the_project_does_not_ask_is_left_alone() -> None:
    project, (clip, *_) = made_desk(clips=3, gold_share=HALF)
    gold.put(
        clip.id,
        Accepted(expressed=(0.5, 1.0)),
        purpose=Purpose.GOLD_SILENT,
        person_id=None,
        channel=Channel.VOICE,
    )
    assert {task.key.channel for task in rate_all(project, rater(project))} == {Channel.FULL}


def test_checks_take_no_place_from_the_other_raters() -> None:
    project, made = made_desk(clips=2, gold_share=HALF, overlap=1)
    known(made[0], Purpose.GOLD_TRAINING)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    with session.writing() as s:
        assignments.hand_out(
            s,
            TaskKey(made[0].id, asha.id),
            purpose=Purpose.GOLD_TRAINING,
            control=False,
            created_at=now(),
            expires_at=now() + timedelta(hours=1),
        )
    assert assigning.open_task(project.id, ben.id, made[0].id).key.clip_id == made[0].id
