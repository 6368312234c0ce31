"""PostgreSQL's manners: writers take turns by a lock of the database, readers see one state.

A writer waits for an advisory lock at the start of its transaction and holds it to the end. Reading and
then writing therefore loses no update, nothing has to be tried again, and the chain of the audit log has one
end, just as on SQLite. Each statement of a writer (READ COMMITTED) sees all that was committed before it got
the lock. Readers take no lock and wait for nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, Integer, create_engine, event

from db.waits import Where, measured

BACKEND: Final = "postgresql"
DRIVER: Final = "postgresql+psycopg"

POOL_SIZE: Final = 8
POOL_OVERFLOW: Final = 24
"""Connections beyond the pool. A server takes 100 in all unless told otherwise, and several of ours share it;
who writes waits in its own process and holds no connection meanwhile."""

PATIENCE_MS: Final = 30_000
"""How long a writer waits for those of other processes."""

FORGOTTEN_MS: Final = 60_000
"""After how long of silence the database ends the transaction of a writer whose machine is gone."""

TURN: Final = 0x6461696C696573
"""The advisory lock of Dailies in its database: "dailies" in ASCII."""

_WRITES: Final = "dailies_writes"
_TAKE_TURN: Final = (
    f"SELECT set_config('lock_timeout', '{PATIENCE_MS}', true), "
    f"set_config('idle_in_transaction_session_timeout', '{FORGOTTEN_MS}', true), "
    f"pg_advisory_xact_lock({TURN})"
)


class _WholeNumber(Integer):
    """A whole number that a query is asked with, as wide as SQLite's.

    So "up to the largest" may be asked, and too large a number in an address finds nothing. Columns stay as
    they are: only what is bound is written as BIGINT.
    """

    __visit_name__ = "BIGINT"
    render_bind_cast = True


def is_postgres(url: URL) -> bool:
    """Whether an address names a PostgreSQL database; ``postgres://`` does, as hosts write it."""
    return url.drivername == "postgres" or url.get_backend_name() == BACKEND


def open_engine(url: URL, *, json_serializer: Callable[[Any], str]) -> Engine:
    """An engine whose transactions take no turn until :func:`writers` asks for it.

    Raises
    ------
    ModuleNotFoundError
        If psycopg is not installed.
    """
    if url.drivername in ("postgres", BACKEND):
        url = url.set(drivername=DRIVER)
    engine = create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_pre_ping=True,  # a database that was restarted is met again
        json_serializer=json_serializer,
    )

    engine.dialect.colspecs = {**engine.dialect.colspecs, Integer: _WholeNumber}

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        if connection.get_execution_options().get(_WRITES):
            with measured(Where.DATABASE):
                connection.exec_driver_sql(_TAKE_TURN)

    return engine


def writers(engine: Engine) -> Engine:
    """The engine, each transaction of which waits until no other writes."""
    return engine.execution_options(**{_WRITES: True}, isolation_level="READ COMMITTED")


def readers(engine: Engine) -> Engine:
    """The engine, each transaction of which sees one state and is refused a write."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
