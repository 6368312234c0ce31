"""The qualification round: known clips first, nothing else until it is passed or the lead opens the way."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.services import assigning, gold, qualification, review
from dashboard.services.accepted_answer import Accepted
from dashboard.services.handing_out import Task
from dashboard.services.permissions import NotAllowedError
from dashboard.services.qualification import NotQualifiedError, Stand
from db import audit, people, session
from db.records import ClipRecord, PersonRecord, ProjectRecord, Purpose, SkipReason, TaskKey
from engine.vocabulary import Protocol, Role
from tests.dashboard.desk_made import answer, made_desk, rater

RIGHT, WRONG = 0, 2


def desk(
    *, known: int = 3, asked: int = 2, ordinary: int = 2, **rules: Any
) -> tuple[ProjectRecord, list[ClipRecord], PersonRecord]:
    project, made = made_desk(
        clips=known + ordinary, protocol=Protocol.BLIND_ONLY, qualification=asked, **rules
    )
    for clip in made[:known]:
        gold.put(clip.id, Accepted(delivery=(0, 0)), purpose=Purpose.QUALIFICATION, person_id=None)
    return project, made, rater(project)


def take(project: ProjectRecord, person: PersonRecord) -> Task:
    task = assigning.next_task(project.id, person.id)
    assert task is not None
    return task


def rate(project: ProjectRecord, person: PersonRecord, *deliveries: int) -> list[Task]:
    taken = []
    for delivery in deliveries:
        taken.append(take(project, person))
        answer(taken[-1].key, delivery)
    return taken


def test_the_round_comes_first_and_opens_the_project_when_passed() -> None:
    project, made, asha = desk()
    taken = rate(project, asha, RIGHT, RIGHT)
    known = {clip.id for clip in made[:3]}
    assert [task.purpose for task in taken] == [Purpose.QUALIFICATION] * 2
    assert len({task.key.clip_id for task in taken}) == 2
    assert {task.key.clip_id for task in taken} <= known
    found = qualification.look(project.id, asha.id)
    assert (found.stand, found.right, found.asked) == (Stand.PASSED, 2, 2)
    assert take(project, asha).purpose is Purpose.ORDINARY


def test_answers_of_the_round_are_told_and_teach_nothing() -> None:
    project, _, asha = desk()
    task = take(project, asha)
    stored = answer(task.key, WRONG)
    told = gold.told(stored)
    assert told is not None
    assert told.sentence == "The lead's answer: delivery right."
    assert stored.purpose is Purpose.QUALIFICATION


def test_a_second_thought_after_the_right_answer_was_told_passes_nobody() -> None:
    project, _, asha = desk()
    for _ in range(2):
        task = take(project, asha)
        wrong = answer(task.key, WRONG)
        answer(task.key, RIGHT, base=wrong.id)
    assert qualification.look(project.id, asha.id).stand is Stand.FAILED


def test_nothing_else_is_handed_out_before_the_round_is_passed() -> None:
    project, made, asha = desk()
    with pytest.raises(NotQualifiedError, match="answered 0 of 2"):
        assigning.open_task(project.id, asha.id, made[-1].id)
    view = review.view(project.id, asha.id, made[-1].id)
    assert view is not None
    assert view.task is None
    assert view.notice is not None
    assert view.notice.startswith("First comes the qualification round")


def test_whoever_did_not_pass_is_told_so_in_a_sentence_and_gets_nothing() -> None:
    project, made, asha = desk()
    rate(project, asha, RIGHT, WRONG)
    with pytest.raises(NotQualifiedError, match="1 of 2 clips"):
        assigning.next_task(project.id, asha.id)
    with pytest.raises(NotQualifiedError, match="ask the lead"):
        assigning.open_task(project.id, asha.id, made[-1].id)
    view = review.view(project.id, asha.id)
    assert view is not None
    assert view.task is None
    assert view.notice is not None
    assert "ask the lead for another round" in view.notice


def test_another_round_asks_clips_not_met_before_first() -> None:
    project, _, asha = desk()
    first = rate(project, asha, WRONG, WRONG)
    found = qualification.grant_round(project.id, asha.id, person_id=None)
    assert (found.stand, found.round, found.answered) == (Stand.UNDER_WAY, 2, 0)
    second = rate(project, asha, RIGHT, RIGHT)
    assert second[0].key.clip_id not in {task.key.clip_id for task in first}
    assert second[1].key.occasion == 2  # only three clips are known: one is asked again
    assert qualification.look(project.id, asha.id).stand is Stand.PASSED


def test_a_lead_lets_somebody_in() -> None:
    project, _, asha = desk()
    rate(project, asha, WRONG, WRONG)
    assert qualification.let_in(project.id, asha.id, person_id=None).stand is Stand.LET_IN
    assert take(project, asha).purpose is Purpose.ORDINARY
    with session.reading() as s:
        line = audit.list_page(s).items[0]
    assert (line.action, line.details["rater"]) == ("qualification.let_in", asha.pseudonym)


def test_a_rater_may_not_let_themselves_in() -> None:
    project, _, asha = desk()
    for act in (qualification.let_in, qualification.grant_round):
        with pytest.raises(NotAllowedError):
            act(project.id, asha.id, person_id=asha.id)


def test_a_known_answer_corrected_later_grades_anew() -> None:
    project, made, asha = desk()
    rate(project, asha, WRONG, WRONG)
    for clip in made[:3]:
        gold.put(clip.id, Accepted(delivery=(0, 2)), purpose=Purpose.QUALIFICATION, person_id=None)
    assert qualification.look(project.id, asha.id).stand is Stand.PASSED


def test_fewer_known_clips_than_asked_make_a_shorter_round() -> None:
    project, _, asha = desk(known=1, asked=5)
    rate(project, asha, RIGHT)
    assert qualification.look(project.id, asha.id).stand is Stand.PASSED
    ben = rater(project, "Ben")
    assert take(project, ben).purpose is Purpose.QUALIFICATION


def test_a_round_without_known_clips_says_whom_to_ask() -> None:
    project, _, asha = desk(known=0)
    with pytest.raises(NotQualifiedError, match="has not chosen the clips"):
        assigning.next_task(project.id, asha.id)


def test_whoever_leads_needs_no_round() -> None:
    project, _, asha = desk()
    with session.writing() as s:
        people.join(s, project.id, asha.id, Role.INSTRUCTOR)
    assert qualification.look(project.id, asha.id).stand is Stand.NOT_ASKED
    assert take(project, asha).purpose is Purpose.ORDINARY


def test_a_skipped_clip_of_the_round_gives_way_to_another() -> None:
    project, _, asha = desk()
    first = take(project, asha)
    assigning.skip(first.key, SkipReason.CANNOT_PLAY)
    second = take(project, asha)
    assert second.purpose is Purpose.QUALIFICATION
    assert second.key.clip_id != first.key.clip_id


def test_a_reload_gives_the_same_clip() -> None:
    project, _, asha = desk()
    first = take(project, asha)
    assert [take(project, asha).key for _ in range(3)] == [first.key] * 3
    again = assigning.open_task(project.id, asha.id, first.key.clip_id)
    assert (again.key, again.purpose) == (TaskKey(first.key.clip_id, asha.id), Purpose.QUALIFICATION)
