"""Ratings and predictions of a project as files: two tidy tables, one row per answer and per prediction.

People appear under pseudonyms unless asked for by name. Both tables are written beside their final
names and moved there when they are whole, so that a reader never meets half of one.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from dashboard.services import export_tables
from dashboard.services.export_tables import PREDICTION_COLUMNS, RATING_COLUMNS
from dashboard.services.table_files import Column, CsvTable, ParquetTable, Row, TableFile
from db import projects
from db.session import reading
from engine.errors import DailiesError, UnknownNameError


class Format(StrEnum):
    """What the command line's ``--format`` accepts."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"
    HUGGINGFACE = "huggingface"
    LABEL_STUDIO = "label-studio"
    EMOTIONML = "emotionml"
    ELAN = "elan"
    CROISSANT = "croissant"


WRITERS: Final[dict[Format, Callable[[Path, tuple[Column, ...]], TableFile]]] = {
    Format.CSV: CsvTable,
    Format.PARQUET: ParquetTable,
}
"""The formats that can be written so far."""

RATINGS: Final = "ratings"
PREDICTIONS: Final = "predictions"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes
    ----------
    ratings, predictions : int
        Rows of each table.
    """

    ratings_file: Path
    predictions_file: Path
    ratings: int
    predictions: int


def format_named(name: str) -> Format:
    """The format called ``name``.

    Raises
    ------
    UnknownNameError
        If there is none, or it cannot be written yet; the sentence names those that can.
    """
    can = ", ".join(WRITERS)
    try:
        wanted = Format(name.strip().lower())
    except ValueError:
        raise UnknownNameError(f"{name!r} is no export format; use one of: {can}.") from None
    if wanted not in WRITERS:
        raise UnknownNameError(f"This version does not write {wanted.value} yet; use one of: {can}.")
    return wanted


def export(
    project_id: int,
    *,
    format_name: str,
    out: Path,
    history: bool = False,
    names: bool = False,
) -> Exported:
    """Write a project's ratings and newest predictions.

    Parameters
    ----------
    format_name : str
        See :class:`Format`.
    out : Path
        A folder, made if need be, for ``ratings.csv`` and ``predictions.csv``; or a file name with the
        format's ending: ratings go there, predictions beside it as ``NAME.predictions.csv``.
    history : bool
        Write superseded answers too; without it only the answers that stand.
    names : bool
        Write people's names in place of pseudonyms.

    Raises
    ------
    UnknownNameError
        If the format is unknown.
    UnknownRowError
        If there is no such project.
    DailiesError
        If the files cannot be written; none is left half-written.
    """
    form = format_named(format_name)
    ratings_file, predictions_file = _places(out, form)
    with reading() as session:
        project = projects.by_id(session, project_id)
        try:
            counted = _write(
                form,
                {
                    ratings_file: (
                        RATING_COLUMNS,
                        export_tables.rating_rows(session, project, history=history, names=names),
                    ),
                    predictions_file: (
                        PREDICTION_COLUMNS,
                        export_tables.prediction_rows(session, project),
                    ),
                },
            )
        except OSError as error:
            raise DailiesError(
                f"The export cannot be written to {out}: {error.strerror or error}; choose another place."
            ) from error
    return Exported(ratings_file, predictions_file, counted[ratings_file], counted[predictions_file])


def _places(out: Path, form: Format) -> tuple[Path, Path]:
    ending = f".{form.value}"
    if out.suffix.lower() == ending and not out.is_dir():
        places = (out, out.with_name(f"{out.stem}.{PREDICTIONS}{out.suffix}"))
    elif out.exists() and not out.is_dir():
        raise DailiesError(f"{out} is a file; give a folder, or a file name that ends in {ending}.")
    else:
        places = (out / f"{RATINGS}{ending}", out / f"{PREDICTIONS}{ending}")
    for place in places:
        if place.is_dir():
            raise DailiesError(f"{place} is a folder; move it away or choose another place.")
    return places


def _write(form: Format, tables: dict[Path, tuple[tuple[Column, ...], Iterator[Row]]]) -> dict[Path, int]:
    counted = {}
    with ExitStack() as cleaning:
        whole: list[tuple[Path, Path]] = []
        for place, (columns, rows) in tables.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
            cleaning.callback(part.unlink, missing_ok=True)
            with WRITERS[form](part, columns) as table:
                counted[place] = table.write(rows)
            whole.append((part, place))
        for part, place in whole:
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(place)
    return counted
