"""A real PostgreSQL for tests: a server in a temporary folder, a database of its own for each test.

The server listens on a socket in its folder and on nothing else.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

DEBIAN_FOLDERS: Final = Path("/usr/lib/postgresql")
"""Where Debian keeps the server's commands, a folder for each version; they are not on the path."""

COMMANDS: Final = ("initdb", "pg_ctl", "postgres")
TEMPLATE: Final = "dailies_template"
SETTINGS: Final = (
    "listen_addresses=",
    "autovacuum=off",
    "max_connections=200",
    "shared_buffers=32MB",
)
HASTY: Final = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
"""For tests that do not ask what a power cut leaves."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; ``folder`` holds its socket."""

    folder: Path
    commands: Path
    user: str | None
    options: str

    def url(self, database: str) -> str:
        """What ``DAILIES_DATABASE_URL`` says for a database of it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        """Run a statement outside of any transaction, past the application."""
        with self.connected("postgres") as connection:
            connection.execute(statement)

    @contextmanager
    def connected(self, database: str) -> Iterator[Any]:
        """A psycopg connection to a database; every statement is committed at once."""
        import psycopg

        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname=database, autocommit=True
        ) as opened:
            yield opened

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._control("start", "--wait", "-l", str(self.folder / "log"), "-o", self.options)

    def crash(self) -> None:
        """End it as a power cut would, and start it again."""
        self._control("stop", "-m", "immediate")
        self.start()

    def _control(self, *words: str) -> None:
        command = [self.commands / "pg_ctl", "-D", self.folder / "data", *words]
        quiet = subprocess.DEVNULL
        subprocess.run(command, check=True, stdout=quiet, user=self.user, cwd=self.folder)

    def stop(self) -> None:
        """End it for good."""
        self._control("stop", "-m", "immediate")

    @contextmanager
    def database(self, *, template: str = "template0") -> Iterator[str]:
        """A database of its own, dropped at the end; yields its name."""
        name = f"test_{secrets.token_hex(6)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def missing() -> str | None:
    """Why no server can be had here, ``None`` where one can."""
    if _commands() is None:
        return "no PostgreSQL server is installed (Debian: apt-get install postgresql)"
    try:
        import psycopg  # noqa: F401 only whether it is there
    except ImportError:
        return "psycopg is not installed (pip install -r requirements-postgres.txt)"
    return None


@contextmanager
def served(*, durable: bool = False) -> Iterator[Postgres]:
    """A server for as long as the block lasts.

    Parameters
    ----------
    durable : bool
        Let it wait for the disk, as a server in use does.
    """
    commands = _commands()
    assert commands is not None
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path may have 107 bytes
    user = _server_user(folder)
    settings = (*SETTINGS, *(() if durable else HASTY))
    options = " ".join(["-k", str(folder), *(f"-c {setting}" for setting in settings)])
    server = Postgres(folder, commands, user, options)
    setup = ["--auth=trust", "--username=postgres", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync"]
    subprocess.run(
        [commands / "initdb", f"--pgdata={folder / 'data'}", *setup],
        check=True,
        stdout=subprocess.DEVNULL,
        user=user,
        cwd=folder,
    )
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _commands() -> Path | None:
    found = shutil.which("postgres")
    places = [*([Path(found).resolve().parent] if found else []), *sorted(DEBIAN_FOLDERS.glob("*/bin"))]
    return next((each for each in places if all((each / name).is_file() for name in COMMANDS)), None)


def _server_user(folder: Path) -> str | None:
    """The user the server runs as: it refuses to be root's."""
    if os.geteuid() != 0:
        return None
    shutil.chown(folder, "postgres")
    return "postgres"
