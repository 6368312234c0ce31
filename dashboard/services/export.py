"""A project as files that other tools open: every answer and prediction, nothing left out, nobody named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from dashboard.services import (
    export_croissant,
    export_elan,
    export_emotionml,
    export_huggingface,
    export_label_studio,
    export_places,
    export_tables,
)
from dashboard.services.export_content import UNSTATED_LICENCE, Choices, Content, Counted
from dashboard.services.export_tables import PREDICTION_COLUMNS, RATING_COLUMNS
from dashboard.services.parquet_table import ParquetTable
from dashboard.services.table_files import Column, CsvTable, JsonLinesTable, TableFile
from db import audit, projects
from db.records import ConsentScope
from db.session import reading, writing
from engine.errors import DailiesError, UnknownNameError

RATINGS: Final = "ratings"
PREDICTIONS: Final = "predictions"
LONGEST_LICENCE: Final = 200


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


TABLES: Final = frozenset({Format.CSV, Format.PARQUET, Format.JSONL})
"""The formats that are one file of answers and one of predictions."""

WITH_MEDIA: Final = frozenset({Format.HUGGINGFACE, Format.LABEL_STUDIO, Format.ELAN})
"""The formats that have a place for the clips' files."""

Write = Callable[[Content, tuple[Path, ...]], Counted]


@dataclass(frozen=True, slots=True)
class Writer:
    """How a format is written.

    Attributes
    ----------
    files : tuple of str
        Names of its files, the main one first; none where it is a folder of its own.
    write : callable
        Gets the content and where the files (or the folder, which is there) are to be written.
    holds_media : bool
        Whether the clips' files belong to it unless somebody says otherwise.
    """

    files: tuple[str, ...]
    write: Write
    holds_media: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes
    ----------
    form : Format
    place : Path
        The folder, or the main file.
    files : tuple of Path
        Every file, the main one first.
    ratings, predictions, clips : int
        Answers, predictions, and files of clips.
    notes : tuple of str
        What could not leave, and why.
    """

    form: Format
    place: Path
    files: tuple[Path, ...]
    ratings: int
    predictions: int
    clips: int = 0
    notes: tuple[str, ...] = ()

    @property
    def ratings_file(self) -> Path:
        """The table of answers, of the formats that are tables."""
        return self.files[0]

    @property
    def predictions_file(self) -> Path:
        """The table of predictions, of the formats that are tables."""
        return self.files[1]


def format_named(name: str) -> Format:
    """The format called ``name``.

    Raises
    ------
    UnknownNameError
        If there is none; the sentence names those there are.
    """
    try:
        return Format(name.strip().lower())
    except ValueError:
        known = ", ".join(Format)
        raise UnknownNameError(f"{name!r} is no export format; use one of: {known}.") from None


def export(
    project_id: int,
    *,
    format_name: str,
    out: Path,
    history: bool = False,
    names: bool = False,
    media: bool | None = None,
    licence: str = UNSTATED_LICENCE,
    purpose: ConsentScope = ConsentScope.EXPORT,
    person_id: int | None = None,
) -> Exported:
    """Write a project's answers and newest predictions.

    Parameters
    ----------
    format_name : str
        See :class:`Format`.
    out : Path
        A folder, made if need be. For formats that are files also a file name with the format's ending:
        answers go there, the rest beside it (``NAME.predictions.csv``).
    history : bool
        Superseded answers and those taken back too; without it only the answers that stand.
    names : bool
        Names, ids and dates as they are in place of pseudonyms.
    media : bool, optional
        Whether the clips' files leave; if not given, only where the format cannot do without.
    licence : str
        Under which the data may be used, for the formats that say so.
    purpose : ConsentScope
        See :class:`~dashboard.services.export_content.Choices`.
    person_id : int, optional
        Who exports, for the audit log; permission is asked for before.

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
    writer = WRITERS[form]
    if not 1 <= len(licence.strip()) <= LONGEST_LICENCE or not licence.isprintable():
        raise DailiesError(f"A licence is 1 to {LONGEST_LICENCE} plain letters, such as cc-by-4.0.")
    if media and form not in WITH_MEDIA:
        able = ", ".join(sorted(WITH_MEDIA))
        raise DailiesError(f"{form.value} has no place for the clips' files; they leave with {able}.")
    leaves = writer.holds_media if media is None else media
    choices = Choices(history, names, leaves, licence.strip(), purpose)
    try:
        with reading() as session:
            content = Content(session, projects.by_id(session, project_id), choices)
            written = _files(out, form, content) if writer.files else _folder(out, form, content)
    except OSError as error:
        raise DailiesError(
            f"The export cannot be written to {out}: {error.strerror or error}; choose another place."
        ) from error
    _log(project_id, form, choices, written, person_id)
    return written


def _files(out: Path, form: Format, content: Content) -> Exported:
    places = export_places.named(out, WRITERS[form].files)
    with export_places.files(places) as parts:
        counted = WRITERS[form].write(content, parts)
    return _exported(form, out, places, counted)


def _folder(out: Path, form: Format, content: Content) -> Exported:
    with export_places.folder(out, called=form.value) as part:
        counted = WRITERS[form].write(content, (part,))
        said: dict[str, str | int] = {
            "format": form.value,
            "ratings": counted.ratings,
            "predictions": counted.predictions,
            "clips": counted.clips,
        }
        export_places.mark(part, said)
    return _exported(form, out, tuple(sorted(path for path in out.rglob("*") if path.is_file())), counted)


def _exported(form: Format, place: Path, files: tuple[Path, ...], counted: Counted) -> Exported:
    return Exported(
        form, place, files, counted.ratings, counted.predictions, clips=counted.clips, notes=counted.notes
    )


def _log(project_id: int, form: Format, choices: Choices, written: Exported, person_id: int | None) -> None:
    details = {
        "format": form.value,
        "names": choices.names,
        "history": choices.history,
        "ratings": written.ratings,
        "predictions": written.predictions,
        "clips": written.clips,
    }
    with writing() as session:
        audit.write(session, "project.export", f"project:{project_id}", person_id=person_id, details=details)


def _write_tables(
    kind: Callable[[Path, tuple[Column, ...]], TableFile], content: Content, places: tuple[Path, ...]
) -> Counted:
    with kind(places[0], RATING_COLUMNS) as table:
        ratings = table.write(export_tables.rating_rows(content))
    with kind(places[1], PREDICTION_COLUMNS) as table:
        predictions = table.write(export_tables.prediction_rows(content))
    return Counted(ratings, predictions)


def _tables(form: Format, kind: Callable[[Path, tuple[Column, ...]], TableFile]) -> Writer:
    names = tuple(f"{name}.{form.value}" for name in (RATINGS, PREDICTIONS))
    return Writer(names, partial(_write_tables, kind))


WRITERS: Final[dict[Format, Writer]] = {
    Format.CSV: _tables(Format.CSV, CsvTable),
    Format.PARQUET: _tables(Format.PARQUET, ParquetTable),
    Format.JSONL: _tables(Format.JSONL, JsonLinesTable),
    Format.HUGGINGFACE: Writer((), export_huggingface.write, holds_media=True),
    Format.LABEL_STUDIO: Writer((), export_label_studio.write),
    Format.EMOTIONML: Writer(("ratings.emotionml",), export_emotionml.write),
    Format.ELAN: Writer((), export_elan.write),
    Format.CROISSANT: Writer((), export_croissant.write),
}
