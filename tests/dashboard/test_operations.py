"""What whoever runs a server is told: whether it is ready, its numbers, its log; and nothing of anybody."""

from __future__ import annotations

import io
import json
import logging
import shutil
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import log_format, operation_routes
from dashboard.answer_routes import ROUTES
from dashboard.log_format import LogFormat
from dashboard.operation_routes import Counted
from dashboard.services import assigning, metrics, readiness
from dashboard.services.readiness import Watch
from db import projects, session
from engine.errors import DailiesError
from tests.dashboard.desk_made import made_desk, rater
from tests.dashboard.test_answer_routes import OWN_PAGE, body
from tests.databases import past_the_application

NAME, LINE = "Meera Rao", "To be, or not to be"


def asking(*, alive: bool = True, host: str = "127.0.0.1", watch: Watch | None = None) -> TestClient:
    app = Starlette(routes=[*operation_routes.routes(watch or Watch(lambda: alive)), *ROUTES])
    return TestClient(Counted(app), client=(host, 50000), headers=OWN_PAGE)


def checks(client: TestClient) -> dict[str, str]:
    answer = client.get("/readyz")
    found = answer.json()["checks"]
    assert answer.status_code == (200 if set(found.values()) == {"ok"} else 503)
    return {name: said for name, said in found.items() if said != "ok"}


@pytest.mark.both
def test_a_server_is_ready_where_all_it_needs_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    session.prepare()
    assert checks(asking()) == {}
    assert checks(asking(alive=False)) == {"worker": "ended"}
    ending = Watch(lambda: True)
    ending.end()
    assert checks(asking(watch=ending)) == {"server": "ending"}
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=readiness.SPARE_BYTES - 1))
    assert checks(asking()) == {"disk": "full"}
    with past_the_application() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert checks(asking())["database"] == "not at the newest tables"


@pytest.mark.parametrize(
    ("host", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.7", {}, 404),
        ("127.0.0.1", {"x-forwarded-for": "10.0.0.7"}, 404),
    ],
)
def test_numbers_are_told_to_this_machine_alone(host: str, headers: dict[str, str], status: int) -> None:
    assert asking(host=host).get("/metrics", headers=headers).status_code == status


def test_where_there_is_a_token_only_who_knows_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(operation_routes.TOKEN_VARIABLE, "s3cret")
    assert asking().get("/metrics").status_code == 404
    assert (
        asking(host="10.0.0.7").get("/metrics", headers={"authorization": "Bearer s3cre"}).status_code == 404
    )
    right = {"authorization": "Bearer s3cret", "x-forwarded-for": "10.0.0.7"}
    assert asking(host="10.0.0.7").get("/metrics", headers=right).status_code == 200


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the server's log would be, as JSON."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(log_format.formatter(LogFormat.JSON))
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


def test_neither_log_nor_numbers_tell_of_a_rating_whose_it_was(
    logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    person = rater(project, NAME)
    metrics.watch_writers()
    task = assigning.next_task(project.id, person.id)
    assert task is not None
    client = asking()
    sent = body(task.key, comment=f"{NAME} said {LINE}")
    stored = client.post("/answers", json=sent)
    assert stored.status_code == 200, stored.text

    def broken(*_: object) -> None:
        raise KeyError(NAME, LINE, clip.original_name)

    monkeypatch.setattr("dashboard.answer_routes.answering.submit", broken)
    assert client.post("/answers", json=sent).status_code == 500
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    (line,) = [line for line in lines if line.get("error")]
    assert line["error"] == "KeyError"
    assert any("answer_routes.py" in place for place in line["places"])
    assert line["logger"] == "dashboard.json_requests"
    numbers = client.get("/metrics").text
    assert 'dailies_requests_total{area="answers",status="2xx"}' in numbers
    assert "dailies_answers_stored_total" in numbers
    assert 'dailies_write_wait_seconds_count{where="database"}' in numbers
    assert 'dailies_clips{status="ready"} 1.0' in numbers
    for private in (NAME, LINE, clip.original_name, clip.id, clip.media_key, project.name, person.pseudonym):
        assert private not in logged.getvalue()
        assert private not in numbers


def test_what_a_library_says_of_its_error_is_left_out(logged: io.StringIO) -> None:
    try:
        raise ValueError(NAME)
    except ValueError as error:
        logging.getLogger("some.library").error("Uncaught: %s", error, exc_info=True)
    line = json.loads(logged.getvalue())
    assert (line["event"], line["error"]) == (log_format.LIBRARY, "ValueError")
    assert NAME not in logged.getvalue()


def test_a_refused_row_is_logged_without_its_values(logged: io.StringIO) -> None:
    log = logging.getLogger("dashboard.some")
    try:
        with session.writing() as s:
            projects.get_or_create(s, " ")
    except DailiesError:
        log.exception("A row was refused.")
    line = json.loads(logged.getvalue().splitlines()[-1])
    kinds = line["error"].split(" from ")
    assert kinds[:2] == ["RefusedValueError", "IntegrityError"]
    assert kinds[2] in ("IntegrityError", "CheckViolation")  # of SQLite's driver, of PostgreSQL's
    assert "INSERT" not in logged.getvalue()


def test_a_format_that_is_none_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(log_format.FORMAT_VARIABLE, "xml")
    with pytest.raises(DailiesError, match="text or json"):
        log_format.chosen(None)
    assert log_format.chosen(LogFormat.JSON) is LogFormat.JSON
