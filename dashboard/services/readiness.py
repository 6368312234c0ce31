"""Whether this server can do its work now: what a proxy or a supervisor asks before it sends people."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from db import migrations
from db.disk import SPARE_BYTES
from db.errors import StorageError
from db.location import data_folder
from db.session import reading
from engine.errors import DailiesError

OK: Final = "ok"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was looked at, each ``"ok"`` or a word for what is wrong; no place and nobody is named."""

    database: str
    worker: str
    disk: str
    server: str

    @property
    def is_ready(self) -> bool:
        return {self.database, self.worker, self.disk, self.server} == {OK}


class Watch:
    """What one server knows of itself.

    Parameters
    ----------
    is_worker_alive : callable
        Whether the analysis runs here, or waits to take over from another process.
    """

    def __init__(self, is_worker_alive: Callable[[], bool]) -> None:
        self._is_worker_alive = is_worker_alive
        self._is_ending = False

    def end(self) -> None:
        """From now on nobody new is to be sent."""
        self._is_ending = True

    def look(self) -> Readiness:
        """Look at everything."""
        return Readiness(
            database=_database(),
            worker=OK if self._is_worker_alive() else "ended",
            disk=_disk(),
            server="ending" if self._is_ending else OK,
        )


def _database() -> str:
    try:
        with reading() as session:
            return OK if migrations.is_at_head(session.connection()) else "not at the newest tables"
    except (StorageError, DailiesError):
        return "not to be reached"


def _disk() -> str:
    try:
        return OK if shutil.disk_usage(data_folder()).free >= SPARE_BYTES else "full"
    except OSError:
        return "not to be reached"
