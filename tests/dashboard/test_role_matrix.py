"""Every service that pages and routes use, asked by everybody: those who may, may, and nobody else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from dashboard.services import background, sign_in_mode
from dashboard.services.permissions import NotAllowedError
from dashboard.services.sign_in_mode import SignIn
from db import session
from db.errors import UnknownRowError
from engine.errors import DailiesError
from tests.dashboard.role_matrix import AT_THE_DOOR, PARTIES, ROWS, World, made_world
from tests.dashboard.stored_services import services, used_by_pages


class _AboutToCommitError(Exception):
    """An act that was allowed and would be stored now: nothing of it is."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all rows: what is allowed is undone before it is stored."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILIES_HOME", str(tmp_path_factory.mktemp("world") / "home"))
        patch.delenv("DAILIES_DATABASE_URL", raising=False)
        patch.setattr(background, "start", lambda *_, **__: None)
        sign_in_mode.use(SignIn.ACCOUNTS)
        made = made_world()

        def stop(_session: Session) -> None:
            raise _AboutToCommitError

        event.listen(Session, "before_commit", stop)
        try:
            yield made
        finally:
            event.remove(Session, "before_commit", stop)
            session.close()


@pytest.fixture
def home() -> None:
    """The world has a data folder of its own."""


@pytest.mark.parametrize("name", ROWS)
def test_who_may_may_and_nobody_else(world: World, name: str) -> None:
    row = ROWS[name]
    found = {party: _is_let(world, name, party) for party in PARTIES}
    assert {party for party, is_let in found.items() if is_let} == row.may


def _is_let(world: World, name: str, party: str) -> bool:
    row, person = ROWS[name], world.who[party]
    refusals = (
        (NotAllowedError, UnknownRowError) if row.hidden and party not in row.may else (NotAllowedError,)
    )
    try:
        row.call(world, person.id)
    except refusals:
        return False
    except (DailiesError, _AboutToCommitError):
        return True  # asked, and let go on
    return True


def test_every_service_that_pages_use_is_in_the_matrix() -> None:
    stored, used = services(), used_by_pages()
    told = set(ROWS) | set(AT_THE_DOOR)
    assert sorted(set(stored) & set(used) - told) == []
    assert sorted(told - set(stored)) == []
    assert sorted(set(ROWS) & set(AT_THE_DOOR)) == []


def test_pages_say_who_asks_wherever_a_service_wants_to_know() -> None:
    stored = services()
    silent = []
    for name, calls in used_by_pages().items():
        if name not in ROWS or "person_id" not in stored[name].takes:
            continue
        place = stored[name].takes.index("person_id")
        for call in calls:
            if call is not None and not _tells(call, place):
                silent.append(f"{name} at line {call.lineno}: {ast.unparse(call)}")
    assert silent == []


def _tells(call: ast.Call, place: int) -> bool:
    named = [each.value for each in call.keywords if each.arg == "person_id"]
    given = named or ([call.args[place]] if len(call.args) > place else [])
    return bool(given) and not (isinstance(given[0], ast.Constant) and given[0].value is None)
