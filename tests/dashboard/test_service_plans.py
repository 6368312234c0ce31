"""What pages ask again and again is answered from indexes, whatever the database knows of its rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Engine, event, text

from dashboard.services import (
    adjudication,
    agreement,
    assigning,
    clip_list,
    left_out,
    projects,
    qualification,
    rater_quality,
    review,
    skipped_tasks,
    task_progress,
    thresholds,
    undoing,
)
from db import session
from db.records import ProjectRecord, SkipReason
from scripts import large_project
from scripts.large_project import PROJECT
from tests.dashboard.desk_made import answer

pytestmark = pytest.mark.sqlite

CLIPS, ANSWERS, RATERS = 1_000, 4_000, 20
LARGE: Final = frozenset(
    {
        "clips",
        "ratings",
        "assignments",
        "predictions",
        "drafts",
        "audit_log",
        "rating_circumstances",
        "selections",
    }
)
"""Tables with a row for each clip or answer."""

FEW: Final = {
    "ORDER BY drafts.saved_at": "what is begun and what was touched last: rows one can count",
    "ORDER BY audit_log.id DESC\n LIMIT": "the newest line alone is read",
    "predictions.id IN (": "some hundred numbers, in a table that may be hardly larger",
    "ratings.id IN (": "the same",
    "count(DISTINCT": "of one person's own, whose clips the index does not name by project",
}
"""Statements that read, sort or tell apart what is few, with the reason."""

Call = Callable[[ProjectRecord, int], Any]


def _skip(project: ProjectRecord, person: int) -> None:
    task = assigning.next_task(project.id, person)
    assert task is not None
    assigning.skip(task.key, SkipReason.OTHER)
    assigning.unskip(task.key)


def _answer(project: ProjectRecord, person: int) -> None:
    task = assigning.next_task(project.id, person)
    assert task is not None
    answer(task.key)


CALLS: Final[dict[str, Call]] = {
    "the frame": lambda project, person: clip_list.how_far(project.id, person),
    "the next task": lambda project, person: assigning.next_task(project.id, person),
    "an answer": _answer,
    "a skip": _skip,
    "what was done last": lambda project, person: undoing.refusal(project.id, person),
    "the task before": lambda project, person: undoing.earlier(project.id, person),
    "a second look": lambda project, person: skipped_tasks.next_skipped(project.id, person),
    "the Review page": lambda project, person: review.view(project.id, person),
    "own progress": lambda project, person: task_progress.progress(project.id, person),
    "the list of clips": lambda project, _: clip_list.look(project.id),
    "its middle": lambda project, _: clip_list.look(project.id, after=CLIPS // 2),
    "how many are how far": lambda project, _: clip_list.counts(project.id),
    "what was left out": lambda project, person: left_out.left_out(project.id, person),
    "the qualification round": lambda project, person: qualification.look(project.id, person),
    "agreement": lambda project, _: agreement.of_project(project.id),
    "what waits for a decision": lambda project, _: adjudication.agenda(project.id, person_id=None),
    "thresholds": lambda project, _: thresholds.view(project.id),
    "raters": lambda project, _: rater_quality.of_project(project.id, person_id=None),
}


@pytest.fixture(scope="module", params=["as it grew", "after ANALYZE"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with a project of some thousand answers, whose statistics SQLite knows or does not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(large_project.FOLDER_VARIABLE, str(tmp_path_factory.mktemp("made")))
        made = large_project.made(clips=CLIPS, ratings=ANSWERS, raters=RATERS)
        home = tmp_path_factory.mktemp("filled") / "home"
        shutil.copytree(made, home)
        patch.setenv("DAILIES_HOME", str(home))
        if request.param == "after ANALYZE":
            with session.writing() as s:
                s.execute(text("ANALYZE"))
        session.close()
        yield home
        session.close()


@pytest.fixture
def sent(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is sent to the filled database, with its values."""
    monkeypatch.setenv("DAILIES_HOME", str(filled))
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        found.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", CALLS)
def test_no_table_with_a_row_for_each_clip_or_answer_is_read_or_sorted_whole(
    name: str, sent: list[tuple[str, Any]]
) -> None:
    project, person = projects.by_name(PROJECT), projects.person("Rater 7").id
    for _ in range(2):  # what is remembered from the first time is asked for otherwise
        CALLS[name](project, person)
    asked = list(sent)
    assert asked
    wrong = []
    with session.reading() as s:
        for statement, values in asked:
            if not statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
                continue
            plan = s.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            steps = [str(row[3]) for row in plan]
            large = [step for step in steps if step.split()[1] in LARGE]
            is_wrong = any(step.startswith("SCAN") for step in large) or (
                large and any("TEMP B-TREE" in step for step in steps)
            )
            if is_wrong and not any(words in statement for words in FEW):
                wrong.append((" / ".join(steps), statement))
    assert not wrong
