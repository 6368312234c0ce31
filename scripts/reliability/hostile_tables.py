"""Hostile CSV, JSON, subtitles and zips: each is taken or refused in a sentence, and none half."""

from __future__ import annotations

import random
import shutil
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from dashboard.services import bringing_in, foreign_reading, importing, lines_table, projects
from db.location import DATABASE_FILE
from engine.errors import DailiesError
from scripts.reliability.answers_kept import digest_of
from scripts.reliability.desk import data_folder
from scripts.reliability.hostile_inputs import PARSERS, PROJECT, WAYS, HostileInput, hostile_inputs
from scripts.reliability.row import Row

INPUTS: Final = 500
SEED: Final = 0
SLOW_S: Final = 20.0
LONGEST_SENTENCE: Final = 2_000
ANSWERS: Final = frozenset({"answers", "JSON lines", "Parquet", "Label Studio", "MELD", "CREMA-D"})


@dataclass(slots=True)
class Read:
    """What became of hostile inputs: how many were taken and refused, and what was wrong."""

    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest_s: float = 0.0


def run() -> Row:
    """Read :data:`INPUTS` of them."""
    with data_folder() as home:
        found = read_all(home, inputs=INPUTS, seed=SEED)
    return Row(
        name=f"{INPUTS} hostile CSV/JSON/zip inputs; property tests with Hypothesis on every parser",
        target="no traceback, nothing half-written",
        found=f"{found.ends['taken']} taken, {found.ends['refused']} refused in a sentence; "
        f"{len(found.wrong)} with a traceback, no sentence, half written or over {SLOW_S:.0f} s; "
        f"slowest {found.slowest_s:.1f} s" + (f"; {'; '.join(found.wrong)}" if found.wrong else ""),
        met=not found.wrong and sum(found.ends.values()) == INPUTS,
        detail=f"{len(PARSERS)} parsers ({', '.join(PARSERS)}), {len(WAYS)} ways to spoil a good file. "
        "Tables of answers and LINES.csv are also brought into a project: where they are refused the "
        "database is as it was. No zip is unpacked anywhere in Dailies. The property tests run in the suite "
        "(`tests/dashboard/test_hostile_inputs.py`).",
    )


def read_all(home: Path, *, inputs: int, seed: int) -> Read:
    """Give so many hostile inputs to their parsers."""
    chance = random.Random(seed)
    projects.create(PROJECT)
    found = Read()
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for given in hostile_inputs(inputs, chance):
            place = Path(folder) / "given"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            path = place / PARSERS[given.parser].file_name
            path.write_bytes(given.content)
            begun = time.monotonic()
            _read_one(given, path, home, found)
            taken_s = time.monotonic() - begun
            found.slowest_s = max(found.slowest_s, taken_s)
            if taken_s > SLOW_S:
                found.wrong.append(f"{given.parser}, {given.way}: {taken_s:.0f} s")
    return found


def _read_one(given: HostileInput, path: Path, home: Path, found: Read) -> None:
    before = digest_of(home / DATABASE_FILE)
    try:
        PARSERS[given.parser].read(path)
        _bring_in(given.parser, path)
        found.ends["taken"] += 1
    except DailiesError as error:
        found.ends["refused"] += 1
        sentence = str(error)
        if not sentence.strip() or "Traceback" in sentence or len(sentence) > LONGEST_SENTENCE:
            found.wrong.append(f"{given.parser}, {given.way}: no sentence {sentence[:60]!r}")
        if digest_of(home / DATABASE_FILE) != before:
            found.wrong.append(f"{given.parser}, {given.way}: refused and half written")
    except Exception as error:
        found.ends["bug"] += 1
        found.wrong.append(f"{given.parser}, {given.way}: {type(error).__name__}: {str(error)[:60]}")


def _bring_in(parser: str, path: Path) -> None:
    """Keep what was read, as the page and the command do."""
    if parser in ANSWERS:
        bringing_in.bring_in(PROJECT, foreign_reading.read(path))
    elif parser == "LINES.csv":
        clip = path.with_name("take1.mp4")
        clip.write_bytes(path.read_bytes() or b"\0")
        sources = importing.sources_at(clip, lines := lines_table.read_lines(path))
        importing.import_clips(PROJECT, sources, lines=lines)
