"""Everything moves into another database and back, each row as it was, or nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.__main__ import main
from dashboard.services import assigning, moving
from dashboard.services import projects as dashboard_projects
from db import audit, copying, people, project_rows, projects, session
from db.copying import TableState
from db.errors import StorageError, UnknownRowError
from db.location import database_url
from db.records import TaskKey
from db.tables import ReleasedTake
from tests import databases
from tests.dashboard.class_made import made_class, made_take
from tests.dashboard.desk_made import answer, made_desk, rater
from tests.dashboard.project_made import made_clip
from tests.postgres_served import missing

pytestmark = pytest.mark.sqlite  # from there, and back to there


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty database on a PostgreSQL server."""
    if (reason := missing()) is not None:
        pytest.skip(reason)
    server = databases.server_of_this_process(monkeypatch)
    with server.database() as name:
        yield server.url(name)
        session.close()


def held(address: str | None = None) -> tuple[TableState, ...]:
    with session.writing(address) as s:
        return tuple(copying.state(s, table) for table in copying.tables())


def filled() -> None:
    """A desk with answers, and texts and numbers that databases like to change."""
    project, made = made_desk(clips=3, overlap=2)
    person = rater(project, "  आशा “Ω” 🎭  ")
    while (task := assigning.next_task(project.id, person.id)) is not None:
        answer(task.key)
    with session.writing() as s:
        projects.update_settings(
            s, project.id, {"tiny": 1e-300, "big": 2**60, "none": None, "z": 1, "a": [0.1 + 0.2]}
        )
        audit.write(s, "test", f"clip:{made[0].id}", details={"text": "é\u0001", "nothing": None})


def test_every_row_moves_and_comes_back_as_it_was(
    elsewhere: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    filled()
    before, here = held(), database_url()
    moved = moving.move(elsewhere)
    assert moved.tables == before == held(elsewhere)
    assert moved.rows > 20
    with session.writing(elsewhere) as s:
        assert audit.first_broken(s) is None
        audit.write(s, "test", "after")  # the chain goes on there, and keys behind those that came
        assert people.get_or_create(s, "Newcomer").id > 1
    monkeypatch.setenv("DAILIES_DATABASE_URL", elsewhere)
    back = f"sqlite:///{tmp_path / 'back.db'}"
    assert moving.move(back).tables == held(elsewhere) == held(back)
    assert held(here) == before


def of_project(project_id: int, address: str | None = None) -> tuple[TableState, ...]:
    found = project_rows.conditions(project_id)
    with session.writing(address) as s:
        return tuple(copying.state(s, table, found[table.name]) for table in project_rows.tables())


def test_a_project_moves_alone_and_comes_back_as_it_was_and_another_follows_it(
    elsewhere: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    filled()
    first, other = dashboard_projects.by_name("Hamlet").id, dashboard_projects.create("Other")
    person = rater(other, "  आशा “Ω” 🎭  ")  # who rates in both
    answer(TaskKey(made_clip(other).id, person.id))
    before, here, everything = of_project(first), database_url(), held()
    moved = moving.move(elsewhere, project="Hamlet")
    assert sum(table.rows for table in before) == moved.rows > 15
    assert of_project(first, elsewhere) == before
    with session.writing(elsewhere) as s:
        assert [each.name for each in projects.everything(s)] == ["Hamlet"]
        assert [line.action for line in audit.list_page(s).items] == ["project.moved"]
    moving.move(elsewhere, project="Other")
    assert (of_project(first, elsewhere), of_project(other.id, elsewhere)) == (before, of_project(other.id))
    with pytest.raises(StorageError, match="taken in the other database"):
        moving.move(elsewhere, project="Other")
    assert held(here) == everything
    monkeypatch.setenv("DAILIES_DATABASE_URL", elsewhere)
    back = f"sqlite:///{tmp_path / 'back.db'}"
    moving.move(back, project="Hamlet")
    assert of_project(first, back) == before
    with session.writing(elsewhere) as s:
        assert people.get_or_create(s, "Newcomer").id > person.id  # keys go on behind those that came


def test_a_project_that_hangs_on_another_is_not_moved_alone(elsewhere: str) -> None:
    room, project = made_class(students=1), dashboard_projects.create("Dubbing")
    taken, released = made_take(room.project, 1), made_clip(project)
    with session.writing() as s:
        s.add(ReleasedTake(clip_id=released.id, source_clip_id=taken.id, released_by=room.teacher.id))
    with pytest.raises(StorageError, match="released_takes point to another project"):
        moving.move(elsewhere, project="Dubbing")
    with pytest.raises(UnknownRowError):
        moving.move(elsewhere, project="Nowhere")
    assert sum(table.rows for table in held(elsewhere)) == 0


def test_a_database_that_has_rows_is_not_copied_into(elsewhere: str) -> None:
    filled()
    with session.writing(elsewhere) as s:
        people.get_or_create(s, "Somebody")
    before = held(elsewhere)
    with pytest.raises(StorageError, match="holds rows already"):
        moving.move(elsewhere)
    assert held(elsewhere) == before


def test_a_row_that_the_other_database_refuses_leaves_nothing_there(elsewhere: str) -> None:
    filled()
    with databases.past_the_application() as connection:  # before texts with a NUL were refused
        connection.exec_driver_sql("UPDATE people SET name = 'Nul' || char(0) WHERE id = 1")
    with pytest.raises(StorageError, match="cannot be stored"):
        moving.move(elsewhere)
    assert sum(table.rows for table in held(elsewhere)) == 0


def test_a_log_that_was_tampered_with_is_said_and_not_moved(
    elsewhere: str, capsys: pytest.CaptureFixture[str]
) -> None:
    filled()
    assert main(["audit", "verify"]) == 0
    last = capsys.readouterr().out.split()[-1].rstrip(".")
    session.close()
    with databases.past_the_application() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_log_no_update")
        connection.exec_driver_sql("DROP TRIGGER audit_log_no_delete")
        connection.exec_driver_sql("UPDATE audit_log SET subject = 'nobody' WHERE id = 2")
    assert main(["audit", "verify"]) == 1
    assert "line 2 of" in capsys.readouterr().err
    with pytest.raises(StorageError, match="Line 2 of the audit log"):
        moving.move(elsewhere)
    with databases.past_the_application() as connection:
        connection.exec_driver_sql("DELETE FROM audit_log WHERE id >= 2")
    assert main(["audit", "verify"]) == 0
    assert main(["audit", "verify", "--last-hash", last]) == 1
    assert "is gone" in capsys.readouterr().err


def test_what_cannot_be_moved_to_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for address in (database_url(), "nonsense", "oracle://nowhere/x"):
        assert main(["move", "--to", address]) == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1, told
