"""The queries of the rating loop find their rows by an index, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from db import (
    assignments,
    audit,
    classes,
    clips,
    consents,
    cue_answers,
    face_choices,
    filmed_scenes,
    flags,
    own_answers,
    places,
    policies,
    predictions,
    ratings,
    released_takes,
    scenes,
    scripts,
    selections,
    session,
    sightings,
    takes,
    task_progress,
)
from db.columns import now
from db.records import ClipRecord, ClipStatus, PersonRecord, ProjectRecord, TaskKey
from db.seats import Seat
from engine.vocabulary import Channel, Phase

pytestmark = pytest.mark.sqlite

Query = Callable[[Session, ProjectRecord, ClipRecord, PersonRecord], Any]


def _seat(project: ProjectRecord, person: PersonRecord) -> Seat:
    before = (Channel.WORDS, Channel.VOICE, Channel.FACE)
    return Seat(project.id, person.id, Channel.FULL, before, overlap=2, most=4, moment=now())


QUERIES: dict[str, Query] = {
    "clip": lambda s, _project, clip, _person: clips.get(s, clip.id),
    "clip by content": lambda s, project, clip, _person: clips.by_sha256(s, project.id, clip.sha256),
    "clip by file": lambda s, _project, clip, _person: clips.by_media_key(s, clip.media_key),
    "page of clips": lambda s, project, _clip, _person: clips.list_page(s, project.id, after=3),
    "page of one status": lambda s, project, _clip, _person: clips.list_page(
        s, project.id, status=ClipStatus.FAILED
    ),
    "next clip": lambda s, project, _clip, person: clips.next_unrated(s, project.id, person.id, after=1),
    "neighbours": lambda s, _project, clip, _person: clips.neighbours(s, clip),
    "newest prediction": lambda s, _project, clip, _person: predictions.latest_for(s, clip.id),
    "predictions of a page": lambda s, _project, clip, _person: predictions.latest_of_clips(s, [clip.id]),
    "predictions of a project": lambda s, project, _clip, _person: list(
        predictions.summaries_of_project(s, project.id)
    ),
    "cues a person saw": lambda s, _project, _clip, person: cue_answers.newest(s, 1, person.id),
    "cues of a clip": lambda s, _project, clip, _person: cue_answers.of_clip(s, clip.id),
    "cues of a project": lambda s, project, _clip, _person: cue_answers.of_project(s, project.id),
    "whose face": lambda s, _project, clip, _person: face_choices.newest(s, clip.id),
    "what a page showed": lambda s, _project, clip, person: sightings.of_task(s, TaskKey(clip.id, person.id)),
    "own answer": lambda s, _project, clip, person: ratings.current_for(s, clip.id, person.id),
    "answer by key": lambda s, _project, _clip, _person: ratings.by_key(s, "key"),
    "answers to a clip": lambda s, _project, clip, _person: ratings.history(s, clip.id),
    "raters of a page": lambda s, _project, clip, _person: ratings.raters_of_clips(s, [clip.id]),
    "progress": lambda s, project, _clip, person: ratings.progress(s, project.id, person.id),
    "answers to learn from": lambda s, project, _clip, _person: list(
        ratings.for_training(s, project.id, phases=[Phase.ASSISTED])
    ),
    "clips chosen for a person": lambda s, project, _clip, person: selections.open_for(
        s, project.id, person.id
    ),
    "whether a clip was chosen": lambda s, _project, clip, person: selections.find(s, clip.id, person.id),
    "everything chosen": lambda s, project, _clip, _person: selections.of_project(s, project.id),
    "what a person rated": lambda s, project, _clip, person: selections.rated_clips(s, project.id, person.id),
    "clips with a place": lambda s, project, _clip, person: places.free(
        s, _seat(project, person), limit=5, counted=True
    ),
    "whether a clip has a place": lambda s, project, clip, person: places.is_free(
        s, _seat(project, person), clip.id
    ),
    "places of some clips": lambda s, project, clip, person: places.free_among(
        s, _seat(project, person), [clip.id]
    ),
    "all clips with a place": lambda s, project, _clip, person: places.every_free(s, _seat(project, person)),
    "how many places there are": lambda s, project, _clip, person: places.count(s, _seat(project, person)),
    "channels to be answered": lambda s, _project, clip, person: places.open_channels(
        s, clip.id, person.id, list(Channel)
    ),
    "from which clip to which": lambda s, project, _clip, _person: places.numbers(s, project.id),
    "where one stopped": lambda s, project, _clip, person: assignments.resumable(s, project.id, person.id),
    "a task": lambda s, _project, clip, person: assignments.find(s, TaskKey(clip.id, person.id)),
    "tasks of a clip": lambda s, _project, clip, person: assignments.of_clip(s, clip.id, person.id),
    "newest task": lambda s, project, _clip, person: assignments.newest(s, project.id, person.id),
    "skipped tasks": lambda s, project, _clip, person: assignments.skipped(s, project.id, person.id),
    "whether more was met": lambda s, _project, clip, person: assignments.has_later(
        s, TaskKey(clip.id, person.id)
    ),
    "last own answer": lambda s, project, _clip, person: own_answers.last(s, project.id, person.id, before=9),
    "own answers counted": lambda s, project, _clip, person: task_progress.answered_by(
        s, project.id, person.id, list(Channel)
    ),
    "skips counted": lambda s, project, _clip, person: task_progress.skipped_by(s, project.id, person.id),
    "clips in hand counted": lambda s, project, _clip, _person: task_progress.in_hand(s, project.id, now()),
    "clips in one's hand counted": lambda s, project, _clip, person: task_progress.in_hand(
        s, project.id, now(), person_id=person.id
    ),
    "all answers counted": lambda s, project, _clip, _person: task_progress.given_answers(
        s, project.id, list(Channel), wanted=2
    ),
    "clips to be rated counted": lambda s, project, _clip, _person: task_progress.ready_clips(
        s, project.id, channel=Channel.FACE
    ),
    "flags of a clip": lambda s, _project, clip, _person: flags.open_of_clip(s, clip.id),
    "flags of a project": lambda s, project, _clip, _person: flags.open_of_project(s, project.id),
    "own takes": lambda s, project, _clip, person: takes.newest(s, project.id, person.id),
    "whose take a clip is": lambda s, _project, clip, _person: takes.of_clip(s, clip.id),
    "take by key": lambda s, _project, _clip, _person: takes.by_key(s, "key"),
    "scripts of a project": lambda s, project, _clip, _person: scripts.of_project(s, project.id),
    "lines of a script": lambda s, _project, _clip, _person: scripts.lines(s, 1),
    "lines to be read": lambda s, _project, _clip, _person: scripts.unread(s, limit=8),
    "whether a script is used": lambda s, _project, _clip, _person: scripts.is_used(s, 1),
    "scenes of a project": lambda s, project, _clip, _person: scenes.of_project(s, project.id),
    "whether a scene waits": lambda s, _project, _clip, _person: scenes.has_work(s),
    "scenes that are through": lambda s, _project, _clip, _person: scenes.read_through(s),
    "how far a scene is": lambda s, _project, _clip, _person: scenes.progress(s, 1),
    "scene by file": lambda s, _project, clip, _person: scenes.projects_showing(s, clip.media_key),
    "whether anybody answered blind": lambda s, project, _clip, _person: ratings.has_blind(s, project.id),
    "policy in force": lambda s, project, _clip, _person: policies.in_force(s, project.id),
    "who shows a file": lambda s, _project, clip, _person: classes.holders(s, clip.media_key),
    "whether it is a class": lambda s, project, _clip, _person: classes.is_class(s, project.id),
    "takes of a student": lambda s, project, _clip, person: classes.clips_of_person(s, project.id, person.id),
    "grades of a student": lambda s, _project, _clip, person: classes.grades_of_work(
        s, 1, student_id=person.id
    ),
    "who is filmed": lambda s, project, _clip, _person: consents.clips_filmed(s, project.id),
    "whom clips name": lambda s, project, _clip, _person: consents.actors(s, project.id),
    "students with takes": lambda s, project, _clip, _person: consents.students_filmed(s, project.id),
    "clips of some people": lambda s, project, _clip, person: consents.clips_showing(
        s, project.id, actors=["Asha"], students=[person.id]
    ),
    "files others need": lambda s, _project, clip, _person: consents.needed_by_others(
        s, {clip.media_key}, {clip.id}
    ),
    "who is filmed in scenes": lambda s, project, _clip, _person: filmed_scenes.people_of_project(
        s, project.id
    ),
    "who speaks in scenes": lambda s, project, _clip, _person: filmed_scenes.speakers_of_project(
        s, project.id
    ),
    "tombstone of a scene": lambda s, project, clip, _person: filmed_scenes.tombstone_of(
        s, project.id, clip.sha256
    ),
    "released takes": lambda s, _project, clip, _person: released_takes.copies(s, [clip.id]),
    "newest log lines": lambda s, _project, _clip, _person: audit.list_page(s, before=100),
}


@pytest.fixture
def executed() -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is sent to the database, with its values."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            found.append((statement, values))

    with session.reading() as s:
        engine = s.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", QUERIES)
def test_no_table_is_read_from_end_to_end(
    name: str,
    executed: list[tuple[str, Any]],
    project: ProjectRecord,
    clip: ClipRecord,
    person: PersonRecord,
) -> None:
    with session.reading() as s:
        QUERIES[name](s, project, clip, person)
        asked = list(executed)
        assert asked
        for statement, values in asked:
            plan = s.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            steps = [str(row[3]) for row in plan]
            assert not [step for step in steps if step.startswith("SCAN") and not _is_derived(step)], steps


FEW = ("flags", "gold", "adjudications", "withdrawals")
"""Rows that people make one by one: each is looked up in the project's clips, not the other way round."""


def _is_derived(step: str) -> bool:
    """Whether what is read is the outcome of another query, a single row of no table, or :data:`FEW`."""
    return (
        "(subquery" in step or step.startswith(("SCAN anon_", "SCAN CONSTANT ROW")) or step.split()[1] in FEW
    )
