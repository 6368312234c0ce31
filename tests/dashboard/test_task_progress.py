"""Progress is what the database says, counted here by hand."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.services import (
    assigning,
    background,
    open_tasks,
    projects,
    rating_protocol,
    task_progress,
    undoing,
)
from dashboard.services.permissions import NotAllowedError
from dashboard.services.task_progress import ProjectProgress, TaskProgress, progress, project_progress
from dashboard.services.undoing import NoWayBackError
from db import session
from db.records import ClipRecord, PersonRecord, ProjectRecord, SkipReason
from db.tables import Assignment, Rating, Withdrawal
from engine.vocabulary import Channel
from tests.dashboard.desk_made import answer, made_desk, rater
from tests.dashboard.project_made import made_clip

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
STEPS = 40
PATIENCE_S = 30.0
CHANNELS = (Channel.WORDS, Channel.FULL)


def worked_at(*, overlap: int, seed: int) -> tuple[ProjectRecord, list[ClipRecord], list[PersonRecord]]:
    """A project after some answers, skips, undone answers and leases that run."""
    project, made = made_desk(clips=5, overlap=overlap, channels=CHANNELS)
    made.append(made_clip(project, line=""))
    people = [rater(project, f"Rater {number}") for number in range(4)]
    generator = np.random.default_rng(seed)
    for step in range(STEPS):
        person = people[generator.integers(len(people))]
        task = assigning.next_task(project.id, person.id, at=NOON + timedelta(minutes=step))
        act = generator.random()
        if act < 0.1:
            with suppress(NoWayBackError):
                undoing.undo(project.id, person.id, at=NOON + timedelta(minutes=step))
        elif task is not None and act < 0.25:
            assigning.skip(task.key, SkipReason.OTHER, at=NOON + timedelta(minutes=step))
        elif task is not None and act < 0.8:
            answer(task.key)
    return project, made, people


def by_hand(
    made: list[ClipRecord], people: list[PersonRecord], *, overlap: int, at: datetime
) -> tuple[dict[int, TaskProgress], ProjectProgress]:
    with session.reading() as s:
        rows = s.scalars(select(Rating)).all()
        superseded = {row.supersedes_id for row in rows}
        withdrawn = set(s.scalars(select(Withdrawal.rating_id)))
        standing = {
            (row.clip_id, row.channel, row.person_id)
            for row in rows
            if row.id not in superseded and row.id not in withdrawn
        }
        handed = s.scalars(select(Assignment)).all()
        live = {
            (row.clip_id, row.channel, row.person_id)
            for row in handed
            if row.expires_at > at and (row.clip_id, row.channel, row.person_id) not in standing
        }
        skipped = {
            (row.clip_id, row.channel, row.person_id)
            for row in handed
            if row.skipped_at is not None and (row.clip_id, row.channel, row.person_id) not in standing
        }
    tasks = [
        (clip.id, channel) for clip in made for channel in CHANNELS if clip.line or channel is Channel.FULL
    ]
    taken = defaultdict(set)
    for clip_id, channel, person_id in standing | live:
        taken[clip_id, channel].add(person_id)

    def is_free(clip_id: str, channel: Channel, person_id: int) -> bool:
        return not overlap or len(taken[clip_id, channel] - {person_id}) < overlap

    def is_asked(clip_id: str, channel: Channel, person_id: int) -> bool:
        key = (clip_id, channel, person_id)
        if key in standing or key in skipped or not overlap:
            return True
        words = (clip_id, Channel.WORDS)
        is_reachable = (
            channel is Channel.WORDS
            or words not in tasks
            or (*words, person_id) in standing
            or is_free(*words, person_id)
        )
        return is_free(*key) and is_reachable

    own = {
        person.id: TaskProgress(
            answered=sum((*task, person.id) in standing for task in tasks),
            asked=sum(is_asked(*task, person.id) for task in tasks),
            skipped=sum((*task, person.id) in skipped for task in tasks),
            in_hand=len({clip_id for clip_id, _, person_id in live if person_id == person.id}),
        )
        for person in people
    }
    wanted = max(1, overlap)
    given = {task: sum((*task, person.id) in standing for person in people) for task in tasks}
    whole = ProjectProgress(
        answered=sum(min(count, wanted) for count in given.values()),
        asked=wanted * len(tasks),
        complete=sum(all(given[task] >= wanted for task in tasks if task[0] == clip.id) for clip in made),
        clips=len(made),
        in_hand=len({clip_id for clip_id, _, _ in live}),
    )
    return own, whole


@pytest.mark.parametrize(("overlap", "seed"), [(0, 1), (1, 2), (2, 3)])
def test_progress_is_what_a_count_by_hand_gives(overlap: int, seed: int) -> None:
    project, made, people = worked_at(overlap=overlap, seed=seed)
    at = NOON + timedelta(minutes=STEPS)
    own, whole = by_hand(made, people, overlap=overlap, at=at)
    assert {person.id: progress(project.id, person.id, at=at) for person in people} == own
    assert project_progress(project.id, at=at) == whole
    assert whole.answered > 0


@pytest.mark.parametrize(("overlap", "seed"), [(1, 2), (2, 3), (3, 4)])
def test_what_is_counted_for_all_at_once_is_what_a_count_by_hand_gives(
    overlap: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, made, people = worked_at(overlap=overlap, seed=seed)
    at = NOON + timedelta(minutes=STEPS)
    own, _ = by_hand(made, people, overlap=overlap, at=at)
    monkeypatch.setattr(task_progress, "COUNTED_ANEW", 0)
    assert {person.id: progress(project.id, person.id, at=at) for person in people} == own
    assert progress(project.id, people[0].id, at=at + timedelta(minutes=1)).counted_at == at


def test_a_fresh_project_asks_for_every_clip_and_a_finished_one_for_no_more() -> None:
    project, made = made_desk(clips=3)
    asha = rater(project)
    assert progress(project.id, asha.id) == TaskProgress(answered=0, asked=3, skipped=0, in_hand=0)
    while (task := assigning.next_task(project.id, asha.id)) is not None:
        answer(task.key)
    assert progress(project.id, asha.id) == TaskProgress(answered=3, asked=3, skipped=0, in_hand=0)
    assert project_progress(project.id).complete == len(made)


def test_a_large_project_is_not_counted_anew_at_every_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_progress, "COUNTED_ANEW", 0)
    project, _ = made_desk(clips=3, overlap=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    assert progress(project.id, asha.id).asked == 3
    task = assigning.next_task(project.id, ben.id)
    assert task is not None
    answer(task.key)
    kept = progress(project.id, asha.id)
    assert (kept.answered, kept.asked) == (0, 3)
    rating_protocol.change(project.id, person_id=None, overlap=2)
    assert progress(project.id, ben.id) == TaskProgress(answered=1, asked=3, skipped=0, in_hand=0)


def test_a_large_project_is_counted_before_anybody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_progress, "COUNTED_ANEW", 0)
    project, _ = made_desk(clips=3, overlap=1)
    everybody_answers = projects.create("Everybody answers everything")
    made_clip(everybody_answers)
    asha = rater(project)
    counted: list[int] = []
    find_out = open_tasks._find_out

    def seen(opened: Session, of: ProjectRecord, moment: datetime) -> open_tasks.OpenClips:
        counted.append(of.id)
        return find_out(opened, of, moment)

    monkeypatch.setattr(open_tasks, "_find_out", seen)
    task_progress.count_ahead()
    until = time.monotonic() + PATIENCE_S
    while (work := background.look(f"open tasks:{project.id}")) is None or not work.is_done:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert work.error is None
    assert background.look(f"open tasks:{everybody_answers.id}") is None
    assert progress(project.id, asha.id).asked == 3
    assert counted == [project.id]


def test_how_far_the_project_is_is_told_to_whoever_leads() -> None:
    project, _ = made_desk(clips=3, overlap=2)
    asha = rater(project)
    task = assigning.next_task(project.id, asha.id)
    assert task is not None
    answer(task.key)
    told = task_progress.of_project(project.id, person_id=None)
    assert told.value == ProjectProgress(answered=1, asked=6, complete=0, clips=3, in_hand=0)
    with pytest.raises(NotAllowedError):
        task_progress.of_project(project.id, person_id=asha.id)
