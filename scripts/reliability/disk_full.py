"""An import onto a disk that fills up at every possible write, and goes on when there is room."""

from __future__ import annotations

import hashlib
import hmac
import os
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from dashboard.services import importing, media_store, projects
from db import session
from engine.errors import DailiesError
from scripts.reliability.desk import data_folder
from scripts.reliability.row import Row
from scripts.reliability.small_disk import NoDiskError, leave_free, make_room, small_disk

DISK_BYTES: Final = 12 << 20
STEP_BYTES: Final = 4096
"""A page of the file system: each step lets one more write succeed."""
CLIPS: Final = 3
CLIP_BYTES: Final = 60_000
MOST_FREE_BYTES: Final = 1 << 20
ENOUGH: Final = 5
"""Imports without a refusal after which the disk is large enough for all that follow."""
PATIENCE_S: Final = 120
SENTENCES: Final = ("disk is full", "disk quota")


@dataclass(slots=True)
class Fills:
    """What was found at each fill: imports that ran, their sentences, what was wrong."""

    tried: int = 0
    refused: int = 0
    sentences: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    most_free: int = 0


def run() -> Row:
    """Fill the disk page by page."""
    name = "disk full at every write of an import (a small tmpfs)"
    target = "no half clip, clear sentence, resumes after space is made"
    try:
        with small_disk(DISK_BYTES) as disk:
            found = filled(disk, step_bytes=STEP_BYTES)
    except NoDiskError as error:
        return Row(name, target, "–", met=None, detail=f"A tmpfs cannot be mounted here: {error}.")
    said = "; ".join(f"{sentence!r} {count}×" for sentence, count in found.sentences.most_common())
    return Row(
        name=name,
        target=target,
        found=f"{found.tried} imports with 0 to {found.most_free >> 10} kB free, {found.refused} of them "
        f"refused; half clips, unclear sentences or imports that did not go on: {len(found.wrong)}"
        + ("; " + "; ".join(found.wrong[:3]) if found.wrong else ""),
        met=not found.wrong and found.refused > 0,
        detail=f"Each import brings {CLIPS} files of {CLIP_BYTES} bytes into a database that was there, with "
        f"one page ({STEP_BYTES} bytes) more free than the one before. Said: {said}. Then every row has its "
        "file with the right checksum, no file in the store is half, the database is whole, and the same "
        "import with room adds what is missing.",
    )


def filled(disk: Path, *, step_bytes: int) -> Fills:
    """Import at each fill, in a process of its own, until all clips find room."""
    found = Fills()
    with data_folder() as template:
        _prepare()
        chance = random.Random(0)
        contents = [chance.randbytes(CLIP_BYTES) for _ in range(CLIPS)]
        went_well = 0
        for free in range(0, MOST_FREE_BYTES + 1, step_bytes):
            home = disk / "home"
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(template, home)
            leave_free(disk, free)
            found.tried, found.most_free = found.tried + 1, free
            outcome = _in_a_process(partial(_import, home, contents))
            make_room(disk)
            for sentence in outcome.get("sentences", ()):
                found.sentences[sentence] += 1
            found.refused += bool(outcome.get("sentences"))
            wrong = outcome.get("bug") or _unclear(outcome["sentences"]) or _half(home)
            if not wrong:
                again = _in_a_process(partial(_import, home, contents))
                wrong = again.get("bug") or (again["sentences"] and f"then {again['sentences'][0]}")
                wrong = wrong or _half(home) or (_count(home) != CLIPS and f"{_count(home)} clips in the end")
            if wrong:
                found.wrong.append(f"{free} bytes free: {wrong}")
            went_well = 0 if outcome["sentences"] else went_well + 1
            if went_well == ENOUGH:
                break
    return found


def _prepare() -> None:
    projects.create("Reliability")
    media_store.secret()
    session.close()


def _import(home: Path, contents: list[bytes]) -> dict[str, Any]:
    """Import; the sentences of what was refused."""
    os.environ["DAILIES_HOME"] = str(home)
    sources = [
        importing.Source(name=f"take{number}.mp4", open=partial(BytesIO, content))
        for number, content in enumerate(contents)
    ]
    try:
        report = importing.import_clips("Reliability", sources)
        return {"sentences": [refusal.sentence for refusal in report.refused]}
    except DailiesError as error:
        return {"sentences": [str(error)]}
    finally:
        session.close()


def _in_a_process(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What an act gives; ``bug`` where its process raised or ended."""
    method = get_context("fork")
    reading, writing = method.Pipe(duplex=False)
    process = method.Process(target=_report, args=(act, writing))
    process.start()
    writing.close()
    try:
        return (
            dict(reading.recv()) if reading.poll(PATIENCE_S) else {"bug": "it did not end", "sentences": []}
        )
    except EOFError:
        process.join()
        return {"bug": f"the process ended with {process.exitcode}", "sentences": []}
    finally:
        process.kill()
        process.join()
        reading.close()


def _report(act: Callable[[], dict[str, Any]], writing: Any) -> None:
    try:
        writing.send(act())
    except BaseException as error:
        writing.send({"bug": f"{type(error).__name__}: {error}", "sentences": []})


def _unclear(sentences: list[str]) -> str | None:
    return next((each for each in sentences if not any(words in each.lower() for words in SENTENCES)), None)


def _half(home: Path) -> str | None:
    """What is half there, in words."""
    media = home / "media"
    secret = (media / "secret").read_bytes()
    with closing(sqlite3.connect(home / "dailies.db")) as connection:
        if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            return "the database is damaged"
        rows = connection.execute("SELECT sha256, media_key FROM clips").fetchall()
        lines = connection.execute("SELECT count(*) FROM audit_log WHERE action = 'clip.import'").fetchone()
    for path in media.glob("*/*"):
        whole = hmac.new(secret, hashlib.sha256(path.read_bytes()).digest(), hashlib.sha256).hexdigest()
        if path.name != whole:
            return f"{path.relative_to(home)} is half a file"
    for sha256, key in rows:
        place = media / key[:2] / key
        if not place.is_file() or hashlib.sha256(place.read_bytes()).hexdigest() != sha256:
            return "a clip lacks its file"
    return None if lines == (len(rows),) else "the audit log tells of other clips"


def _count(home: Path) -> int:
    with closing(sqlite3.connect(home / "dailies.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM clips").fetchone()[0])
