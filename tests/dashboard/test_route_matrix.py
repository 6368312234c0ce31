"""Every route, asked by everybody, behind the gate as it is served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard import asker, operation_routes
from dashboard.gate import Gate
from dashboard.own_site import Names
from dashboard.server import OWN_ROUTES
from dashboard.services import passwords, sign_in_mode, sign_ins
from dashboard.services.readiness import Watch
from dashboard.services.sign_in_mode import SignIn
from dashboard.shield import Shield
from db import session
from scripts.role_table import TABLE, written
from tests.dashboard.role_matrix import World, made_world
from tests.dashboard.route_matrix import MORE_ROWS, NOBODY, ROUTE_ROWS

ALL_ROUTES = (*OWN_ROUTES, *operation_routes.routes(Watch(lambda: True)))
ALL_ROWS = {**ROUTE_ROWS, **MORE_ROWS}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, World]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILIES_HOME", str(tmp_path_factory.mktemp("routes") / "home"))
        patch.delenv("DAILIES_DATABASE_URL", raising=False)
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobodys.cache_clear()
        sign_in_mode.use(SignIn.ACCOUNTS)

        async def other(_request: Request) -> Response:
            return PlainTextResponse("Streamlit's")

        app = Starlette(routes=[*ALL_ROUTES, Route("/{rest:path}", other)])
        with TestClient(Shield(Gate(app), Names("testserver")), follow_redirects=False) as client:
            yield client, made_world()
        session.close()
        passwords._nobodys.cache_clear()


@pytest.fixture
def home() -> None:
    """The world has a data folder of its own."""


@pytest.mark.parametrize("name", ALL_ROWS)
def test_each_is_answered_as_the_matrix_says(asked: tuple[TestClient, World], name: str) -> None:
    client, world = asked
    row = ALL_ROWS[name]
    found = {}
    for party in row.status:
        client.cookies.clear()
        who = 0 if party == NOBODY else world.who[party].id
        if who:
            client.cookies.set(asker.COOKIE, sign_ins.begin(who))
        method, address, options = row.request(world, who)
        found[party] = client.request(method, address, **options).status_code
    assert found == row.status


def test_every_route_is_in_the_matrix() -> None:
    declared = {
        f"{method} {route.path}"
        for route in ALL_ROUTES
        for method in (route.methods or ())
        if method != "HEAD"
    }
    assert declared == set(ROUTE_ROWS)


def test_the_written_matrix_is_the_tested_one() -> None:
    assert Path(TABLE).read_text(encoding="utf-8") == written(), "Run python -m scripts.role_table."
