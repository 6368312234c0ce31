"""Backups by the server: how often, where to, and how many are kept; and which one is the newest."""

from __future__ import annotations

import logging
import os
import re
import shutil
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from dashboard.services import backup, backup_manifest
from db import snapshot
from db.columns import now
from db.errors import StorageError
from db.location import data_folder
from engine.errors import DailiesError

VARIABLE: Final = "DAILIES_BACKUPS"
"""``FOLDER``, or ``FOLDER,every=HOURS,keep=NUMBER``."""
USUAL_HOURS: Final = 24.0
USUAL_KEPT: Final = 7
SHORTEST_HOURS: Final = 0.01
MOST_HOURS: Final = 24 * 366
MOST_KEPT: Final = 10_000
NUMBER: Final = r"\d{1,9}(\.\d{1,9})?"
LOOK_EVERY_S: Final = 900.0
"""Between two looks whether a backup is due; measured by a clock that nobody sets."""
LOCK: Final = "backups.lock"
NAMED: Final = "dailies-"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where backups go, the time between two, and how many are kept."""

    folder: Path
    every: timedelta
    kept: int


def plan() -> Plan | None:
    """What :data:`VARIABLE` says; ``None`` where it says nothing and no backups are made.

    Raises
    ------
    StorageError
        If it cannot be understood.
    """
    told = os.environ.get(VARIABLE, "").strip()
    if not told:
        return None
    folder, *options = told.split(",")
    given = {"every": USUAL_HOURS, "keep": float(USUAL_KEPT)}
    for option in options:
        name, _, value = option.strip().partition("=")
        if name not in given or not re.fullmatch(NUMBER, value):
            raise _not_understood(told)
        given[name] = float(value)
    is_right = SHORTEST_HOURS <= given["every"] <= MOST_HOURS and 1 <= given["keep"] <= MOST_KEPT
    if not folder.strip() or not is_right:
        raise _not_understood(told)
    place = Path(folder.strip()).expanduser().absolute()
    return Plan(place, timedelta(hours=given["every"]), int(given["keep"]))


def complete(folder: Path) -> list[Path]:
    """The backups of a folder that were ended, the oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob(f"{NAMED}*") if (path / backup_manifest.NAME).is_file())


def newest() -> Path | None:
    """The newest backup there is: of the plan's, else the copy made before tables were last changed."""
    try:
        planned = plan()
    except StorageError:
        planned = None
    found = complete(planned.folder) if planned is not None else []
    if not found:
        kept = (data_folder() / snapshot.BACKUPS).glob(f"{snapshot.BEFORE}*.db")
        found = sorted(kept, key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None


def is_due(planned: Plan, moment: datetime) -> bool:
    """Whether the newest backup is too old; one from the future was made before the clock was set back."""
    found = complete(planned.folder)
    if not found:
        return True
    try:
        age = moment - backup_manifest.read(found[-1]).made_at
    except StorageError:  # a damaged one is none
        return True
    return age >= planned.every or age < timedelta()


def take_turn(planned: Plan) -> Path | None:
    """Make a backup if one is due and nobody else makes one, and let the oldest go.

    Raises
    ------
    DailiesError
        If it cannot be made.
    """
    moment = now()
    try:
        with FileLock(data_folder() / LOCK, timeout=0):
            if not is_due(planned, moment):
                return None
            earlier = complete(planned.folder)
            place = planned.folder / f"{NAMED}{moment.strftime(snapshot.STAMP)}"
            for unfinished in planned.folder.glob(f"{NAMED}*{backup.UNFINISHED}"):
                unfinished.rename(place.with_name(place.name + backup.UNFINISHED))  # go on with it
                break
            backup.make(place, like=earlier[-1] if earlier else None)
            for old in earlier[: max(0, len(earlier) + 1 - planned.kept)]:
                shutil.rmtree(old)
            return place
    except Timeout:
        return None
    except OSError as error:
        raise StorageError(f"{planned.folder} cannot be used for backups: {error.strerror}.") from error


def keep_watch(stopping: threading.Event) -> None:
    """Make backups as planned until ``stopping``; what goes wrong is in the log and tried again."""
    planned = plan()
    if planned is None:
        return
    last: datetime | None = None
    while not stopping.is_set():
        try:
            place = take_turn(planned)
            if place is not None:
                last = now()
                log.info("Backed up to %s.", place.name)
        except DailiesError as error:
            log.error("No backup was made: %s The last one of this run: %s.", error, last or "none")
        stopping.wait(LOOK_EVERY_S)


def _not_understood(told: str) -> StorageError:
    return StorageError(
        f"{VARIABLE} is {told!r}; it is a folder, and may name hours and a number: FOLDER,every=24,keep=7."
    )
