"""The queue asks first about what teaches most, only where the project wants it, and keeps the chances."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.services import projects, visitors
from dashboard.services.queue import QueueOrder, order_of, set_order, upcoming
from dashboard.services.rating import Answer, submit
from dashboard.services.recalibrate import recalibrate
from dashboard.services.review import view
from dashboard.services.training_ratings import collect
from db import audit, clips, selections, session
from db import projects as stored_projects
from db.records import PersonRecord, ProjectRecord
from engine.verdict.acquisition import BATCH, RANDOM_SHARE
from tests.dashboard.project_made import made_clip, made_ratings, press

RATER = "Asha"


@pytest.fixture
def person() -> PersonRecord:
    return projects.person(RATER)


def with_rater() -> ProjectRecord:
    project = projects.create("Hamlet")
    visitors.welcome(RATER, project)
    return project


def made_project(size: int = 30) -> ProjectRecord:
    project = with_rater()
    for gap in np.linspace(-1.5, 1.5, size):
        made_clip(project, expected=0.5, expressed=float(0.5 + 0.2 * gap))
    return set_order(project.id, QueueOrder.MOST_INFORMATIVE, person_id=None)


def rate(clip_id: str, person: PersonRecord) -> None:
    submit(clip_id=clip_id, person_id=person.id, answer=Answer(delivery=0), idempotency_key=press())


def test_clips_come_one_after_the_other_unless_the_project_says_otherwise(person: PersonRecord) -> None:
    project = with_rater()
    first, second = made_clip(project), made_clip(project)
    assert order_of(project) is QueueOrder.IN_ORDER
    shown = view(project.id, person.id)
    assert shown is not None
    assert (shown.clip.id, shown.next_unrated_id) == (first.id, second.id)
    with session.reading() as s:
        assert selections.of_project(s, project.id) == {}


def test_review_walks_through_the_batch_and_then_draws_the_next(person: PersonRecord) -> None:
    project = made_project()
    seen = []
    clip_id = None
    for _ in range(BATCH + 3):
        shown = view(project.id, person.id, clip_id)
        assert shown is not None
        seen.append(shown.clip.id)
        rate(shown.clip.id, person)
        clip_id = shown.next_unrated_id
    assert len(set(seen)) == BATCH + 3
    with session.reading() as s:
        chosen = list(selections.of_project(s, project.id))
    assert [clip for clip, _ in chosen][: BATCH + 3] == seen
    assert len(chosen) >= BATCH + 3


def test_the_same_batch_is_shown_until_it_is_rated(person: PersonRecord) -> None:
    project = made_project()
    first = upcoming(project.id, person.id)
    assert len(first) == BATCH
    assert upcoming(project.id, person.id) == first
    rate(first[0], person)
    assert upcoming(project.id, person.id) == first[1:]


def test_every_rating_keeps_the_chance_and_teaches_with_its_weight(person: PersonRecord) -> None:
    project = made_project()
    for clip_id in upcoming(project.id, person.id)[:4]:
        rate(clip_id, person)
    with session.reading() as s:
        chosen = selections.of_project(s, project.id)
        training = collect(s, stored_projects.by_id(s, project.id))
    assert len(training.gaps) == 4
    for gap in training.gaps:
        record = chosen[gap.clip_id, person.id]
        assert gap.weight == pytest.approx(record.even_probability / record.probability)
        assert 0 < gap.weight <= 1 / RANDOM_SHARE
    np.testing.assert_allclose(training.table(()).weight, [gap.weight for gap in training.gaps])


def test_a_clip_rated_past_the_queue_weighs_one(person: PersonRecord) -> None:
    project = made_project()
    batch = upcoming(project.id, person.id)
    with session.reading() as s:
        other = next(clip.id for clip in clips.list_page(s, project.id).items if clip.id not in batch)
    rate(other, person)
    with session.reading() as s:
        (gap,) = collect(s, stored_projects.by_id(s, project.id)).gaps
    assert gap.weight == 1.0


def test_what_is_near_the_learned_thresholds_is_asked_more_often_than_what_is_far() -> None:
    project = projects.create("Hamlet")
    made_ratings(project, clips_count=60, raters=3, tolerance=0.8)
    assert recalibrate(project.id).policy is not None
    set_order(project.id, QueueOrder.MOST_INFORMATIVE, person_id=None)
    near = far = 0
    with session.reading() as s:
        gap_of_clip = {gap.clip_id: gap.alignment for gap in collect(s, project).gaps}
    for number in range(8):
        person = projects.person(f"New rater {number}")
        for clip_id in upcoming(project.id, person.id):
            gap = abs(gap_of_clip[clip_id])
            near += 0.5 < gap < 1.1
            far += gap > 1.4
    assert near > 1.5 * far  # 30 % of the clips lie near, 30 % far


def test_when_everything_is_rated_nothing_comes_and_the_first_clip_stays_in_sight(
    person: PersonRecord,
) -> None:
    project = made_project(size=3)
    for clip_id in upcoming(project.id, person.id):
        rate(clip_id, person)
    assert upcoming(project.id, person.id) == ()
    shown = view(project.id, person.id)
    assert shown is not None
    assert shown.next_unrated_id is None


def test_drawing_and_choosing_the_order_leave_a_line_in_the_log(person: PersonRecord) -> None:
    project = made_project()
    upcoming(project.id, person.id)
    with session.reading() as s:
        lines = {entry.action: entry.details for entry in audit.list_page(s).items}
    assert lines["project.queue"] == {"order": "most_informative"}
    assert lines["queue.draw"]["pool"] == 30
    assert isinstance(lines["queue.draw"]["seed"], int)
