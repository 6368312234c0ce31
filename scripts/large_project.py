"""A large project in SQLite, made in a minute or two and kept: 100,000 clips and 1,000,000 answers.

    python -m scripts.large_project [--clips N] [--ratings N] [--raters N]

Rows are written past the services, in bulk, into a database that the migrations have made. Every rater has
answered as many clips as any other, every answered task was handed out, every clip has a prediction of usual
size and an actor of whom a consent is on record. Answers scatter around what a clip shows, so that raters
agree as people do. Made once for each size and each state of the tables, it lies in ``DAILIES_LARGE``, by
default a folder of the system's temporary one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any, Final

FOLDER_VARIABLE: Final = "DAILIES_LARGE"
CLIPS: Final = 100_000
RATINGS: Final = 1_000_000
RATERS: Final = 200
ACTORS: Final = 200
PROJECT: Final = "A large project"
EMPTY: Final = "An empty project"
EMPTY_CLIPS: Final = 200
MOMENT: Final = "2026-11-01 12:00:00.000000"
EMOTIONS: Final = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
NOISE: Final = 0.9
"""Standard deviation of an answer around what a clip shows, in steps of the delivery."""
SEED: Final = 20261201
TAKE: Final = Path(__file__).resolve().parent.parent / "dashboard" / "demo" / "takes" / "leave_2.mp4"
STILL: Final = b"\xff\xd8\xff still"
FILES: Final = 500
"""Different files that the clips show, in turn: as many as can be copied in a moment."""


def made(*, clips: int = CLIPS, ratings: int = RATINGS, raters: int = RATERS) -> Path:
    """The data folder of such a project, as it was made; copy it before writing."""
    from db.migrations import head

    kept = Path(os.environ.get(FOLDER_VARIABLE) or Path(tempfile.gettempdir()) / "dailies-large")
    place = kept / f"{head()}-{clips}-{ratings}-{raters}-{FILES}"
    if not (place / "done").is_file():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        started = perf_counter()
        _make(place, clips, ratings, raters)
        (place / "done").touch()
        print(f"The project was made in {perf_counter() - started:.0f} s.", file=sys.stderr)
    return place


def copied(source: Path, target: Path) -> Path:
    """A copy of a data folder to write into."""
    shutil.copytree(source, target)
    return target


def _make(place: Path, clips: int, ratings: int, raters: int) -> None:
    before = os.environ.get("DAILIES_HOME")
    os.environ["DAILIES_HOME"] = str(place)
    from dashboard.services import media_store, projects, rating_protocol
    from db import people, session
    from engine.vocabulary import Role

    try:
        large, empty = projects.create(PROJECT), projects.create(EMPTY)
        overlap = ratings // clips + 1  # one place left at every clip
        for project in (large, empty):
            rating_protocol.change(project.id, person_id=None, overlap=overlap)
        take = TAKE.read_bytes()
        shown = [
            {
                "media_key": media_store.put_bytes(take + _padding(number)).key,
                "thumbnail_key": media_store.put_bytes(STILL + number.to_bytes(8)).key,
            }
            for number in range(min(FILES, clips))
        ]
        with session.writing() as s:
            numbers = [people.get_or_create(s, f"Rater {number}").id for number in range(raters)]
            for number in numbers:
                people.join(s, large.id, number, Role.RATER)
                people.join(s, empty.id, number, Role.RATER)
            lead = people.get_or_create(s, "Lead").id
            for project in (large, empty):
                people.join(s, project.id, lead, Role.INSTRUCTOR)
    finally:
        session.close()
        if before is None:
            os.environ.pop("DAILIES_HOME")
        else:
            os.environ["DAILIES_HOME"] = before
    document = json.dumps(_document(), separators=(",", ":"))
    with closing(sqlite3.connect(place / "dailies.db", isolation_level=None)) as database:
        database.execute("PRAGMA synchronous=OFF")
        database.execute("PRAGMA cache_size=-400000")
        database.execute("BEGIN")
        _put(database, "clips", _clips(large.id, clips, "large", shown))
        _put(database, "clips", _clips(empty.id, EMPTY_CLIPS, "empty", shown))
        _put(database, "predictions", _predictions(clips, document))
        _put(database, "consents", _consents(large.id))
        indexes = _indexes(database, ("ratings", "assignments"))
        for name, _ in indexes:
            database.execute(f'DROP INDEX "{name}"')
        _put(database, "ratings", _ratings(clips, ratings, numbers))
        _put(database, "assignments", _assignments(clips, ratings, numbers))
        for _, statement in indexes:  # at once they are built in a fraction of the time
            database.execute(statement)
        database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _indexes(database: sqlite3.Connection, tables: tuple[str, ...]) -> list[tuple[str, str]]:
    marks = ", ".join("?" for _ in tables)
    found = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        f"AND tbl_name IN ({marks})",
        tables,
    )
    return [(str(name), str(statement)) for name, statement in found]


def _put(database: sqlite3.Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    columns = ", ".join(first)
    marks = ", ".join("?" for _ in first)

    def values() -> Iterator[tuple[Any, ...]]:
        yield tuple(first.values())
        for row in rows:
            yield tuple(row.values())

    database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values())


def _padding(number: int) -> bytes:
    """A box that players leap over, which makes a file another one."""
    return (16).to_bytes(4) + b"free" + number.to_bytes(8)


def _clips(project: int, count: int, name: str, shown: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    """All show the same take, from different files."""
    for number in range(count):
        yield {
            "id": f"{name}-{number}",
            "project_id": project,
            "sha256": f"{project:02x}{number:062x}",
            "original_name": f"take {number}.mp4",
            **shown[number % len(shown)],
            "size_bytes": 1_000_000,
            "duration_s": 4.0,
            "width": 1280,
            "height": 720,
            "line": "How dare you leave me here!",
            "line_source": "given",
            "actor": f"Actor {number % ACTORS}",
            "language": "en",
            "genre": ("drama", "comedy", "tragedy")[number % 3],
            "status": "ready",
            "created_at": MOMENT,
            "updated_at": MOMENT,
        }


def _predictions(clips: int, document: str) -> Iterator[dict[str, Any]]:
    chance = random.Random(SEED)
    for name, count in (("large", clips), ("empty", EMPTY_CLIPS)):
        for number in range(count):
            yield {
                "clip_id": f"{name}-{number}",
                "system": "alignment",
                "weights_version": "large",
                "feature_schema": "1",
                "line": "How dare you leave me here!",
                "line_source": "given",
                "emotion": EMOTIONS[number % len(EMOTIONS)],
                "expected_intensity": round(chance.uniform(0.2, 0.9), 4),
                "expressed_intensity": round(chance.uniform(0.1, 0.95), 4),
                "document": document,
                "created_at": MOMENT,
                "text_trust": 0.9,
                "voice_trust": 0.8,
                "face_trust": 0.85,
            }


def _consents(project: int) -> Iterator[dict[str, Any]]:
    from db.records import ConsentScope

    scopes = json.dumps([scope.value for scope in ConsentScope])
    for number in range(ACTORS):
        yield {
            "project_id": project,
            "subject": f"Actor {number}",
            "scopes": scopes,
            "evidence": "",
            "created_at": MOMENT,
        }


def _answered(clips: int, ratings: int, people: list[int]) -> Iterator[tuple[int, int]]:
    """Clip and person of each answer: raters take turns, so that each meets many others."""
    each = ratings // clips
    for number in range(ratings):
        clip, place = divmod(number, each)
        yield clip % clips, people[(clip + place * (1 + clip // len(people) % 17)) % len(people)]


def _ratings(clips: int, ratings: int, people: list[int]) -> Iterator[dict[str, Any]]:
    chance = random.Random(SEED)
    seen: set[tuple[int, int]] = set()
    shown = [chance.gauss(0.0, 1.2) for _ in range(clips)]
    for number, (clip, person) in enumerate(_answered(clips, ratings, people)):
        if (clip, person) in seen:
            continue
        seen.add((clip, person))
        delivery = max(-2, min(2, round(shown[clip] + chance.gauss(0.0, NOISE))))
        yield {
            "idempotency_key": f"key-{number}",
            "clip_id": f"large-{clip}",
            "person_id": person,
            "phase": "assisted",
            "channel": "full",
            "delivery": delivery,
            "emotion": EMOTIONS[(clip + (number % 7 == 0)) % len(EMOTIONS)],
            "expected_intensity": round(chance.random(), 3),
            "expressed_intensity": round(chance.random(), 3),
            "comment": "",
            "reason": "",
            "prediction_id": clip + 1,
            "prediction_shown": 1,
            "confirmed": int(number % 3 == 0),
            "watched_share": 1.0,
            "active_time_s": 12.0,
            "simulated": 0,
            "created_at": MOMENT,
        }


def _assignments(clips: int, ratings: int, people: list[int]) -> Iterator[dict[str, Any]]:
    seen: set[tuple[int, int]] = set()
    for clip, person in _answered(clips, ratings, people):
        if (clip, person) not in seen:
            seen.add((clip, person))
            yield {
                "clip_id": f"large-{clip}",
                "person_id": person,
                "channel": "full",
                "occasion": 1,
                "purpose": "ordinary",
                "control": 0,
                "created_at": MOMENT,
                "expires_at": MOMENT,
                "skip_note": "",
            }


def _document() -> dict[str, Any]:
    from dashboard.services.predictions import draft_of
    from tests.dashboard.analysis_made import made_analysis

    return dict(draft_of(made_analysis(), clip_id="any").document)


def main() -> None:
    """Make it and say where it lies."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--clips", type=int, default=CLIPS)
    words.add_argument("--ratings", type=int, default=RATINGS)
    words.add_argument("--raters", type=int, default=RATERS)
    chosen = words.parse_args()
    print(made(clips=chosen.clips, ratings=chosen.ratings, raters=chosen.raters))


if __name__ == "__main__":
    main()
