"""On which database a test runs: SQLite in its own folder, or a PostgreSQL database of its own.

``DAILIES_TEST_DATABASE=postgres`` (``make test-postgres``) runs every test on PostgreSQL; otherwise those
marked ``both`` run on each. Tests marked ``sqlite`` are about SQLite's file and run on it alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine

from db import postgres, session
from db.location import database_url
from tests.postgres_served import TEMPLATE, Postgres, missing, served

VARIABLE: Final = "DAILIES_TEST_DATABASE"
SQLITE: Final = "sqlite"
POSTGRES: Final = "postgres"

_running = ExitStack()
_servers: list[Postgres] = []


def choices(definition: pytest.Item) -> list[str]:
    """The databases a test runs on."""
    is_for_sqlite = definition.get_closest_marker(SQLITE) is not None
    if os.environ.get(VARIABLE) == POSTGRES:
        return [SQLITE if is_for_sqlite else POSTGRES]
    is_for_both = definition.get_closest_marker("both") is not None and not is_for_sqlite
    return [SQLITE, POSTGRES] if is_for_both else [SQLITE]


@contextmanager
def postgres_database(monkeypatch: pytest.MonkeyPatch, *, migrated: bool) -> Iterator[None]:
    """A fresh PostgreSQL database that ``DAILIES_DATABASE_URL`` names while the block lasts."""
    if (reason := missing()) is not None:
        pytest.skip(reason)
    server = server_of_this_process(monkeypatch)
    with server.database(template=TEMPLATE if migrated else "template0") as name:
        monkeypatch.setenv("DAILIES_DATABASE_URL", server.url(name))
        yield
        session.close()


def engine_past_the_application() -> Engine:
    """An engine on the test's database that knows nothing of the application."""
    return create_engine(database_url(), poolclass=NullPool, isolation_level="AUTOCOMMIT")


@contextmanager
def engine_beside(kind: str) -> Iterator[Engine]:
    """An engine on another empty database of the same kind."""
    if kind == SQLITE:
        yield create_engine("sqlite://")
        return
    with _servers[0].database() as name:
        yield create_engine(_servers[0].url(name), poolclass=NullPool)


@contextmanager
def past_the_application() -> Iterator[Connection]:
    """A connection that does to the test's database what somebody with its password could do."""
    with engine_past_the_application().connect() as connection:
        yield connection


@contextmanager
def held_by_somebody() -> Iterator[None]:
    """Another process's write, for as long as the block lasts."""
    with past_the_application() as connection:
        if connection.dialect.name == SQLITE:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield
            connection.exec_driver_sql("ROLLBACK")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({postgres.TURN})")
            yield


def server_of_this_process(monkeypatch: pytest.MonkeyPatch) -> Postgres:
    """The one server all tests of this process share, with a migrated database to copy."""
    if not _servers:
        server = _running.enter_context(served())
        server.run(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
        with monkeypatch.context() as patch:
            patch.setenv("DAILIES_DATABASE_URL", server.url(TEMPLATE))
            session.prepare()
            session.close()
        _servers.append(server)
    return _servers[0]


def end_server() -> None:
    """End the server of this process, if there is one."""
    _servers.clear()
    _running.close()
