"""A real server in a process of its own, with a data folder of its own, that tests may kill."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from dashboard.services.first_process import LOCK_FILE

ROOT = Path(__file__).resolve().parent.parent.parent
UNDER = shlex.split(os.environ.get("DAILIES_TEST_SERVE_UNDER", ""))
"""What each server is started under, such as a tracer (``scripts/reliability/sockets.py``)."""
ELSEWHERE = "dailies.test"
"""A name by which the server may be addressed too."""
START_S = 90
ANALYSIS_S = 600  # a busy machine is slow, not wrong


@dataclass
class Served:
    """A running server; ``url`` has no slash at its end.

    Attributes
    ----------
    turn : FileLock, optional
        The turn to analyse on this data folder, kept from a server that has nothing to analyse: it need not
        load the models.
    """

    home: Path
    port: int
    process: subprocess.Popen[str]
    turn: FileLock | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End it as a power cut would: nothing gets to say goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._let_go()

    def stop(self) -> None:
        """End it in order."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        self._let_go()

    def _let_go(self) -> None:
        if self.turn is not None:
            self.turn.release()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the server's database, past the server."""
        connection = sqlite3.connect(self.home / "dailies.db", timeout=20)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def wait_for(self, query: str, expected: int, *, within_s: float = ANALYSIS_S) -> None:
        """Wait until a counting query gives ``expected``."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            found = self.rows(query)[0][0]
            if found == expected:
                return
            assert self.process.poll() is None, "The server has ended."
            time.sleep(0.3)
        raise AssertionError(f"{query} gives {found}, not {expected}, after {within_s} s.")


def serve(home: Path, *options: str, port: int = 0, analyses: bool = False) -> Served:
    """Start ``python -m dashboard serve`` on ``home`` and wait until it answers.

    People name themselves there, unless ``options`` say how else they get in.

    Parameters
    ----------
    analyses : bool
        Whether it may load the models and analyse what is queued.
    """
    turn = None
    if not analyses:
        turn = FileLock(home / LOCK_FILE, thread_local=False)
        turn.acquire()
    if not {"--demo", "--sign-in"} & set(options):
        options = ("--sign-in", "none", *options)
    options = ("--allow-host", ELSEWHERE, *options)
    process = subprocess.Popen(
        [*UNDER, sys.executable, "-m", "dashboard", "serve", "--port", str(port), *options],
        cwd=ROOT,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=(home.parent / f"{home.name}.log").open("a"),
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
    assert found, f"The server said {said!r}."
    served = Served(home, int(found[1]), process, turn)
    deadline = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(f"{served.url}/healthz", timeout=5):
                return served
        except OSError:
            assert process.poll() is None, "The server has ended."
            assert time.monotonic() < deadline, "The server does not answer."
            time.sleep(0.2)


def command(home: Path, *words: str) -> None:
    """Run ``python -m dashboard`` beside the server."""
    subprocess.run(
        [sys.executable, "-m", "dashboard", *words],
        cwd=ROOT, env=environment(home), check=True, capture_output=True, timeout=ANALYSIS_S,
    )  # fmt: skip


def environment(home: Path) -> dict[str, str]:
    """The surroundings of a process that works on ``home``."""
    kept = {name: value for name, value in os.environ.items() if name != "DAILIES_DATABASE_URL"}
    return {**kept, "DAILIES_HOME": str(home)}
