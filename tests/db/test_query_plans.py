"""The queries of the rating loop find their rows by an index, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from db import audit, clips, policies, predictions, ratings, selections, session
from db.records import ClipRecord, ClipStatus, PersonRecord, ProjectRecord
from engine.vocabulary import Phase

Query = Callable[[Session, ProjectRecord, ClipRecord, PersonRecord], Any]

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
    "policy in force": lambda s, project, _clip, _person: policies.in_force(s, project.id),
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
            assert not [step for step in steps if step.startswith("SCAN") and "(subquery" not in step], steps
