"""Transactions: the one place that opens, commits and rolls back, and that knows SQLite's manners.

``with writing() as session`` and ``with reading() as session`` own a transaction each; queries take
the session and never commit. Opening a database brings its tables up to date first.

On SQLite a writer takes its lock at the start (BEGIN IMMEDIATE): a deferred transaction that reads
and then writes either loses updates or is refused as locked when others write too. On PostgreSQL it takes
one as well (:mod:`db.postgres`).
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Connection, Engine, NullPool, Pool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from db import migrations, postgres, snapshot, unstorable
from db.columns import now
from db.errors import BUSY, DISK_ERROR, FULL, RefusedValueError, StorageError, refusal, server_refusal
from db.in_use import Use
from db.location import database_url
from db.waits import Where, measured
from db.write_gate import TURN_SUFFIX, WriteGate

BUSY_TIMEOUT_MS: Final = 30_000
"""How long a connection waits for another's write before it gives up; longer than any write here."""

POOL_SIZE: Final = 8
POOL_OVERFLOW: Final = 56
"""Connections beyond the pool: one for each thread of a full class that submits at once."""

LEAST_FREE_BYTES: Final = 1 << 20
"""With less, a disk that refuses is full: SQLite's log and its index grow by pieces of up to 32 kB."""

_BEGIN: Final = "dailies_begin"
_WRITING: Final = "dailies_writing"


@dataclass(frozen=True, slots=True)
class _Store:
    readers: Engine
    writers: Engine
    turn: threading.Lock
    """One writer at a time is all there may be: this process's threads queue here, which wakes the next at
    once."""
    gate: WriteGate | None = None
    use: Use | None = None
    """Tells who would replace the database that it is in use."""


_stores: dict[tuple[int, str], _Store] = {}
_opening = threading.Lock()
_memories: WeakKeyDictionary[Pool, dict[Any, Any]] = WeakKeyDictionary()


@contextmanager
def writing(address: str | None = None) -> Iterator[Session]:
    """Own a transaction that writes: committed at the end of the block, rolled back on an error.

    Parameters
    ----------
    address : str, optional
        Of another database than :func:`db.location.database_url` names.

    Yields
    ------
    Session
        Sees every transaction committed before; nobody else writes until the block ends.

    Raises
    ------
    StorageError
        If the database refuses a row or cannot be used, in one sentence.
    """
    with sentences():
        store = _store(address)
        known = {_WRITING: True}
        with (
            _in_turn(store.turn),
            Session(store.writers, expire_on_commit=False, info=known) as session,
            session.begin(),
        ):
            yield session


@contextmanager
def reading() -> Iterator[Session]:
    """Own a transaction that only reads one consistent state; it neither blocks nor waits for writers."""
    with sentences(), Session(_store().readers, expire_on_commit=False) as session:
        yield session


def is_writing(session: Session) -> bool:
    """Whether a session may hold rows that are not committed yet."""
    return bool(session.info.get(_WRITING))


def memory(session: Session) -> dict[Any, Any]:
    """What this process remembers of the open database, for readers and writers; forgotten once it is closed.

    Only what is committed may be put there (see :func:`is_writing`).
    """
    engine = session.get_bind()
    assert isinstance(engine, Engine)  # of a store
    return _memories.setdefault(engine.pool, {})


def prepare() -> None:
    """Open the database and bring its tables up to date; does nothing where that has been done.

    Raises
    ------
    NewerDatabaseError
        If a newer Dailies wrote the database.
    StorageError
        If it cannot be opened.
    """
    with sentences():
        _store()


def sqlite_file() -> Path | None:
    """Where the database lies, ``None`` where it is no SQLite file."""
    url = _parsed(database_url())
    return Path(str(url.database)).absolute() if url.get_backend_name() == "sqlite" else None


def close() -> None:
    """Let go of every connection of this process, for example before the file is replaced."""
    with _opening:
        for store in _stores.values():
            store.writers.dispose()
            if store.gate is not None:
                store.gate.close()
            if store.use is not None:
                store.use.close()
        _stores.clear()


def _store(address: str | None = None) -> _Store:
    address = address or database_url()
    key = (os.getpid(), address)  # a connection must not cross a fork
    store = _stores.get(key)
    if store is None:
        with _opening:
            store = _stores.get(key)
            if store is None:
                store = _stores[key] = _open(_parsed(address))
    return store


def _parsed(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        raise StorageError(
            f"{address!r} is no database address; DAILIES_DATABASE_URL looks like sqlite:////folder/dailies.db."
        ) from None
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise StorageError("A database in memory keeps nothing; name a file in DAILIES_DATABASE_URL.")
    return url


def _open(url: URL) -> _Store:
    if url.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    if postgres.is_postgres(url):
        return _open_postgres(url)
    raise StorageError(
        f"Dailies keeps its data in SQLite or PostgreSQL, not in {url.drivername}; check "
        "DAILIES_DATABASE_URL."
    )


def _open_postgres(url: URL) -> _Store:
    try:
        engine = postgres.open_engine(url, json_serializer=_json)
    except (NoSuchModuleError, ModuleNotFoundError):
        raise StorageError(
            f"No driver for {url.drivername} is installed; run pip install -r requirements-postgres.txt "
            "-c constraints.txt, or use SQLite."
        ) from None
    writers = postgres.writers(engine)
    try:
        migrations.upgrade(writers)
    except BaseException:
        engine.dispose()
        raise
    return _Store(readers=postgres.readers(engine), writers=writers, turn=threading.Lock())


def _open_sqlite(url: URL) -> _Store:
    database = Path(str(url.database)).absolute()
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The data folder {database.parent} cannot be made: {error.strerror}.") from None
    use = Use(database)
    try:
        return _open_sqlite_in_use(url, database, use)
    except BaseException:
        use.close()
        raise


def _open_sqlite_in_use(url: URL, database: Path, use: Use) -> _Store:
    gate = WriteGate(database.with_name(database.name + TURN_SUFFIX), patience_ms=BUSY_TIMEOUT_MS)
    migrating = create_engine(url, poolclass=NullPool, json_serializer=_json)
    _teach_sqlite(migrating, gate, foreign_keys=False)  # a migration may rebuild a table others point to
    migrations.upgrade(
        migrating.execution_options(**{_BEGIN: "IMMEDIATE"}),
        before_change=lambda revision: snapshot.copy_before_change(database, revision, now()),
    )
    engine = create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_OVERFLOW, json_serializer=_json)
    _teach_sqlite(engine, gate, foreign_keys=True)
    unstorable.refuse(engine)
    return _Store(
        readers=engine.execution_options(**{_BEGIN: "DEFERRED"}),
        writers=engine.execution_options(**{_BEGIN: "IMMEDIATE"}),
        turn=threading.Lock(),
        gate=gate,
        use=use,
    )


def _teach_sqlite(engine: Engine, gate: WriteGate, *, foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions on its own
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # a committed rating survives a power cut
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get(_BEGIN, "DEFERRED")
        reads = "ON" if mode == "DEFERRED" else "OFF"
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA query_only={reads}")  # a reader that writes is a bug
        if mode == "DEFERRED":
            driver.execute("BEGIN DEFERRED")
        else:
            with measured(Where.DATABASE):
                gate.begin_to_write(driver)


@contextmanager
def _in_turn(turn: threading.Lock) -> Iterator[None]:
    with measured(Where.PROCESS):
        is_ours = turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
    if not is_ours:
        raise StorageError(BUSY)
    try:
        yield
    finally:
        turn.release()


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what the database's driver raises into the sentences of :mod:`db.errors`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        told = str(said)
        if isinstance(said, sqlite3.Error):
            sentence = refusal(FULL if _is_disk_full(told) else told)
        else:
            sentence = server_refusal(told)
        if sentence is None:
            raise
        raise sentence from error
    except PoolTimeoutError:
        raise StorageError(BUSY) from None
    except StatementError as error:
        if isinstance(error.orig, StorageError):
            raise error.orig from None
        raise
    except UnicodeEncodeError:
        raise RefusedValueError(
            "A text holds characters that cannot be stored (half of a surrogate pair); retype it."
        ) from None


def _is_disk_full(told: str) -> bool:
    """Whether an error of the disk is for want of room: SQLite does not always say so."""
    if DISK_ERROR not in told.lower() or (database := sqlite_file()) is None:
        return False
    with suppress(OSError):
        return shutil.disk_usage(database.parent).free < LEAST_FREE_BYTES
    return False


def _json(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError:
        raise RefusedValueError("A number is expected where a value is not finite.") from None
