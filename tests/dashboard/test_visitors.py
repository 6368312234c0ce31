"""Who sits here, what their part is, and how a browser remembers them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import visitor_routes
from dashboard.services import (
    analysis_stop,
    export_download,
    permissions,
    projects,
    queue,
    rating_protocol,
    recalibrate,
    visitors,
)
from dashboard.services.permissions import Act, NotAllowedError
from db import people
from db.session import reading, writing
from engine.vocabulary import Role

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def browser() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=list(visitor_routes.ROUTES))) as client:
        yield client


def test_who_comes_first_leads_and_who_comes_later_rates() -> None:
    project = projects.create("Spring class")
    projects.person("Simulated rater", simulated=True)
    first, second = visitors.welcome("Asha", project), visitors.welcome("Bela", project)
    assert permissions.role_of(project.id, first.id) is Role.INSTRUCTOR
    assert permissions.role_of(project.id, second.id) is Role.RATER


def test_a_rater_may_rate_and_nothing_else() -> None:
    assert {act for act in Act if permissions.may(Role.RATER, act)} == {Act.RATE}
    assert not any(permissions.may(None, act) for act in Act)
    assert all(permissions.may(Role.ADMIN, act) for act in Act)


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (Act.EXPORT, "takes the part of an instructor; you have the part of a rater"),
        (Act.MANAGE_PEOPLE, "takes the part of an admin; you have the part of a rater"),
    ],
)
def test_what_a_part_does_not_include_is_refused_in_one_sentence(act: Act, sentence: str) -> None:
    project = projects.create("Spring class")
    visitors.welcome("Asha", project)
    rater = visitors.welcome("Bela", project)
    with reading() as session, pytest.raises(NotAllowedError, match=sentence):
        permissions.require(session, project.id, rater.id, act)


def test_a_stranger_is_refused_and_the_owner_of_the_machine_is_not() -> None:
    project = projects.create("Spring class")
    with writing() as session:
        stranger = people.get_or_create(session, "Stranger")
    with reading() as session:
        permissions.require(session, project.id, None, Act.MANAGE_PEOPLE)
        with pytest.raises(NotAllowedError, match="you have no part in the project"):
            permissions.require(session, project.id, stranger.id, Act.RATE)


def test_a_browser_is_remembered_by_a_cookie_no_script_can_read(browser: TestClient) -> None:
    asha = visitors.welcome("Asha", projects.create("Spring class"))
    answer = browser.post("/visitor", content=visitors.ticket(asha))
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert visitors.person_of(browser.cookies[visitor_routes.COOKIE]) == asha


@pytest.mark.parametrize("ticket", ["", "1", "WzFd.broken", "x" * 10_000])
def test_a_made_up_ticket_is_refused(browser: TestClient, ticket: str) -> None:
    answer = browser.post("/visitor", content=ticket)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_another_site_cannot_say_who_sits_here(browser: TestClient) -> None:
    asha = visitors.welcome("Asha", projects.create("Spring class"))
    headers = {"sec-fetch-site": "cross-site"}
    answer = browser.post("/visitor", content=visitors.ticket(asha), headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("cookie", [None, "", "nonsense", "MQ.forged"])
def test_a_cookie_from_elsewhere_remembers_nobody(cookie: str | None) -> None:
    assert visitors.person_of(cookie) is None


def test_what_changes_a_project_is_refused_to_its_raters() -> None:
    project = projects.create("Spring class")
    visitors.welcome("Asha", project)
    rater = visitors.welcome("Bela", project).id
    attempts: tuple[Callable[[], object], ...] = (
        lambda: analysis_stop.stop(project.id, person_id=rater),
        lambda: export_download.preview(project.id, person_id=rater),
        lambda: export_download.packed(project.id, format_name="csv", person_id=rater),
        lambda: projects.set_context_columns(project.id, ["emotion"], person_id=rater),
        lambda: projects.set_training_on_revised(project.id, wanted=True, person_id=rater),
        lambda: queue.set_order(project.id, queue.QueueOrder.IN_ORDER, person_id=rater),
        lambda: rating_protocol.change(project.id, person_id=rater, overlap=2),
        lambda: recalibrate.put_in_force(project.id, 1, person_id=rater),
        lambda: recalibrate.go_back(project.id, person_id=rater),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowedError, match="takes the part of an instructor"):
            attempt()
    assert projects.by_name("Spring class") == project
