"""Tables written row by row as CSV or JSON lines, whatever their length; see also ``parquet_table``."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

FORMULA_STARTS: Final = "=+@\t\r-"
"""A text beginning so is run as a formula by spreadsheets (OWASP, CSV injection)."""

RETURN: Final = "\r"

DEFUSED: Final = "'"
"""Leads such a text. One that begins with apostrophes before such a sign gets one more, so that taking one
away gives every text back."""

_LEADING: Final = frozenset(DEFUSED + FORMULA_STARTS)
_MAY_RUN: Final = re.compile(f"{DEFUSED}*[{FORMULA_STARTS}]")
_DEFUSED: Final = re.compile(f"{DEFUSED}+[{FORMULA_STARTS}]")

Value = str | int | float | bool | datetime | None
Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name and what its cells are (any may be ``None``)."""

    name: str
    kind: type[Any]


class TableFile(Protocol):
    """A table being written."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(self, rows: Iterable[Row]) -> int:
        """Append rows; how many they were."""
        ...


class CsvTable:
    """A CSV file in UTF-8: a header, empty cells for what is unknown, texts that are no formulas."""

    def __init__(self, path: Path, columns: tuple[Column, ...]) -> None:
        self._path = path
        self._columns = columns

    def __enter__(self) -> Self:
        self._file = self._path.open("w", encoding="utf-8", newline="", errors="backslashreplace")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._quoting = csv.writer(self._file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self._writer.writerow([column.name for column in self._columns])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, rows: Iterable[Row]) -> int:
        """Append rows; how many they were."""
        count = 0
        for row in rows:
            cells = [cell(value) for value in row]
            has_return = any(
                RETURN in each for each in cells
            )  # csv leaves it bare, and readers end a row there
            (self._quoting if has_return else self._writer).writerow(cells)
            count += 1
        return count


class JsonLinesTable:
    """One JSON object a line, in UTF-8; ``null`` for what is unknown."""

    def __init__(self, path: Path, columns: tuple[Column, ...]) -> None:
        self._path = path
        self._names = [column.name for column in columns]

    def __enter__(self) -> Self:
        self._file = self._path.open("w", encoding="utf-8", newline="\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, rows: Iterable[Row]) -> int:
        """Append rows; how many they were."""
        count = 0
        for row in rows:
            held = {name: plain(value) for name, value in zip(self._names, row, strict=True)}
            self._file.write(json.dumps(held, ensure_ascii=False, allow_nan=False) + "\n")
            count += 1
        return count


def plain(value: Value) -> Value:
    """A value as JSON holds it: moments as text, texts that are valid UTF-8."""
    return value.isoformat() if isinstance(value, datetime) else valid(value)


def cell(value: Value) -> str:
    """A value as the text of a CSV cell; a text that spreadsheets would run is led by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        may_run = value[:1] in _LEADING and _MAY_RUN.match(value)
        return DEFUSED + value if may_run else str(value)
    return repr(value)


def undefused(text: str) -> str:
    """The text that :func:`cell` was given."""
    return text[len(DEFUSED) :] if _DEFUSED.match(text) else text


def valid(value: Value) -> Value:
    """A value whose texts are UTF-8: a file name may hold bytes that are none, which few readers take."""
    if isinstance(value, str):
        return str(value).encode("utf-8", "backslashreplace").decode("utf-8")
    return value
