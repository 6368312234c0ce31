"""``import`` of answers and predictions: a table, Label Studio's JSON, or the folder of an export."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from dashboard.services import bringing_in, foreign_reading
from dashboard.services.foreign import BadRowsError

OK: Final = 0
BAD_INPUT: Final = 2
MOST_SAID: Final = 20
"""Sentences about bad rows that are printed one by one."""

TABLES: Final = (
    "ratings.parquet",
    "ratings.jsonl",
    "ratings.csv",
    "predictions.parquet",
    "predictions.jsonl",
    "predictions.csv",
    "tasks.json",
)
"""What an export of tables or of Label Studio's tasks is called."""


def tables_at(path: Path, *, is_folder: bool) -> tuple[Path, ...]:
    """The tables at a path: itself, or those of an export's folder; none where it holds something else."""
    if not is_folder:
        return (path,) if foreign_reading.is_table(path) else ()
    found = tuple(place for name in TABLES if (place := path / name).is_file())
    stems = {place.stem for place in found}
    return tuple(next(place for place in found if place.stem == stem) for stem in sorted(stems))


def run(project: str, tables: Iterable[Path], given: argparse.Namespace) -> int:
    """Bring tables in, one behind the other; say what became of each."""
    status = OK
    for path in tables:
        table = foreign_reading.read(path)
        try:
            done = bringing_in.bring_in(project, table, skip_bad=given.skip_bad_rows)
        except BadRowsError as error:
            say_bad(error.sentences)
            print(f"{path.name}: nothing was stored; mend the rows or give --skip-bad-rows.", file=sys.stderr)
            return BAD_INPUT
        for note in done.notes:
            print(note, file=sys.stderr)
        say_bad(done.left_out)
        print(
            f"{path.name} ({done.kind}): {done.answers} answers and {done.predictions} predictions are new, "
            f"{done.already_there} rows were there before, {len(done.left_out)} left out."
        )
        status = BAD_INPUT if done.left_out else status
    return status


def say_bad(sentences: tuple[str, ...]) -> None:
    """Print what is wrong with rows, a line each, and how many more there are."""
    for sentence in sentences[:MOST_SAID]:
        print(sentence, file=sys.stderr)
    if len(sentences) > MOST_SAID:
        print(f"… and {len(sentences) - MOST_SAID} more rows.", file=sys.stderr)
