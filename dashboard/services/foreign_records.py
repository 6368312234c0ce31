"""The rows of a file, whatever it is: CSV, JSON Lines, a JSON list, Parquet; each with where it stood."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.services import table_header
from dashboard.services.table_files import undefused
from engine.errors import TableError, UnknownNameError
from engine.vocabulary import Emotion, emotion_named

SUFFIXES: Final = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet"})
MAX_BYTES: Final = 1 << 30
SHOWN_CHARACTERS: Final = 60
LONGEST_FIELD: Final = 1 << 20

TRUE: Final = frozenset({"true", "1", "1.0", "yes"})
FALSE: Final = frozenset({"false", "0", "0.0", "no"})


class BadCellError(TableError):
    """A cell that cannot be used; the sentence names the line."""


@dataclass(frozen=True, slots=True)
class ForeignRow:
    """One row: its cells by column name in lower case; what is empty is not there."""

    where: str
    cells: Mapping[str, Any]

    def text(self, *names: str) -> str | None:
        """The first of these columns that says something, as text."""
        for name in names:
            value = self.cells.get(name)
            if value is not None:
                return value if isinstance(value, str) else _as_text(value)
        return None

    def number(self, *names: str, low: float = -math.inf, high: float = math.inf) -> float | None:
        """The first of these columns that says something, as a number.

        Raises
        ------
        BadCellError
            If it is no finite number from ``low`` to ``high``.
        """
        for name in names:
            value = self.cells.get(name)
            if value is None:
                continue
            try:
                number = math.nan if isinstance(value, bool) else float(value)
            except (TypeError, ValueError):
                number = math.nan
            if not (math.isfinite(number) and low <= number <= high):
                wanted = "a number" if math.isinf(high) else f"a number from {low:g} to {high:g}"
                raise self.refusal(name, f"it must be {wanted}")
            return number
        return None

    def truth(self, name: str, *, otherwise: bool) -> bool:
        """A column as yes or no.

        Raises
        ------
        BadCellError
            If it is neither.
        """
        told = (self.text(name) or "").strip().lower()
        if told in TRUE:
            return True
        if told in FALSE:
            return False
        if not told:
            return otherwise
        raise self.refusal(name, "it must be true or false")

    def emotion(self, *names: str) -> Emotion | None:
        """The first of these columns that says something, as an emotion.

        Raises
        ------
        BadCellError
            If it is none that is known here.
        """
        for name in names:
            told = self.text(name)
            if told is not None:
                try:
                    return emotion_named(told)
                except UnknownNameError as error:
                    raise BadCellError(f"{self.where}: {error}") from None
        return None

    def moment(self, name: str) -> datetime | None:
        """A column as a moment; one without a zone is taken to be UTC.

        Raises
        ------
        BadCellError
            If it is none.
        """
        value = self.cells.get(name)
        if value is None:
            return None
        if not isinstance(value, datetime):
            try:
                value = datetime.fromisoformat(str(value))
            except ValueError:
                raise self.refusal(name, "it must be a date and time such as 2026-05-01T12:00:00Z") from None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value

    def refusal(self, name: str, wanted: str) -> BadCellError:
        """What is wrong with a cell, in a sentence."""
        given = str(self.cells.get(name, ""))
        shown = given if len(given) <= SHOWN_CHARACTERS else given[:SHOWN_CHARACTERS] + "…"
        return BadCellError(f"{self.where}: {name} is {shown!r}; {wanted}.")


def rows_of(path: Path) -> Iterator[ForeignRow]:
    """The rows of a file.

    Raises
    ------
    TableError
        If it cannot be read, or is none of these kinds.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise TableError(f"{path.name} is no table; give a {', '.join(sorted(SUFFIXES))} file.")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TableError(f"{path.name} is larger than {MAX_BYTES >> 20} MB; split it.")
        yield from _READERS[suffix](path)
    except OSError as error:
        raise TableError(f"{path.name} cannot be read: {error.strerror or error}; check the path.") from error
    except UnicodeDecodeError:
        raise TableError(f"{path.name} is not UTF-8 text; save it again in UTF-8.") from None
    except (csv.Error, pa.ArrowException) as error:
        raise TableError(f"{path.name} cannot be read ({error}); export it again.") from None


def document(path: Path) -> Any:
    """A JSON file as a whole.

    Raises
    ------
    TableError
        If it is none.
    """
    try:
        with path.open(encoding="utf-8-sig") as opened:
            return json.load(opened, parse_constant=lambda _name: None)
    except (ValueError, RecursionError) as error:
        raise TableError(f"{path.name} is no JSON in UTF-8 ({error}); export it again.") from None
    except OSError as error:
        raise TableError(f"{path.name} cannot be read: {error.strerror or error}; check the path.") from error


def _csv(path: Path) -> Iterator[ForeignRow]:
    csv.field_size_limit(LONGEST_FIELD)
    with path.open(encoding="utf-8-sig", newline="") as opened:
        header = opened.readline()
        opened.seek(0)
        delimiter = next((mark for mark in ",;\t" if mark in header), ",")
        reader = csv.reader(opened, delimiter=delimiter)
        names = [name.strip().lower() for name in next(reader, [])]
        if not any(names):
            raise TableError(
                f"{path.name} is empty; it needs a line of column names and a row for each answer."
            )
        table_header.check(names, file=path.name)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            where = f"{path.name}, line {reader.line_num}"
            if len(cells) != len(names):
                raise TableError(
                    f"{where}: {len(cells)} cells where the header has {len(names)}; "
                    "put texts that hold commas in quotes."
                )
            held = {name: undefused(cell) for name, cell in zip(names, cells, strict=True) if cell and name}
            yield ForeignRow(where, held)


def _json_lines(path: Path) -> Iterator[ForeignRow]:
    with path.open(encoding="utf-8-sig") as opened:
        for number, line in enumerate(opened, start=1):
            if line.strip():
                where = f"{path.name}, line {number}"
                try:
                    held = json.loads(line, parse_constant=lambda _name: None)
                except (ValueError, RecursionError):  # a number of thousands of digits is no JSON error
                    raise TableError(f"{where} is no JSON object; write one object a line.") from None
                yield _row(where, held)


def _json(path: Path) -> Iterator[ForeignRow]:
    held = document(path)
    if not isinstance(held, list):
        raise TableError(f"{path.name} is no list of objects; export it again as a list.")
    for number, each in enumerate(held, start=1):
        yield _row(f"{path.name}, object {number}", each)


def _parquet(path: Path) -> Iterator[ForeignRow]:
    number = 0
    with pq.ParquetFile(path) as opened:
        for batch in opened.iter_batches():
            for held in batch.to_pylist():
                number += 1
                yield _row(f"{path.name}, row {number}", held)


def _row(where: str, held: Any) -> ForeignRow:
    if not isinstance(held, dict):
        raise TableError(f"{where} is no object with named values; write one for each answer.")
    return ForeignRow(
        where, {str(name).strip().lower(): value for name, value in held.items() if _says(value)}
    )


def _says(value: Any) -> bool:
    return value is not None and value != "" and not (isinstance(value, float) and math.isnan(value))


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


_READERS: Final = {
    ".csv": _csv,
    ".tsv": _csv,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    ".parquet": _parquet,
}
