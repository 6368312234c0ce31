"""CSV files of corpora, read as text and refused in one sentence."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from engine.errors import TableError


def rows_of(path: Path, *columns: str) -> list[dict[str, str]]:
    """The rows of a CSV that has at least these columns.

    UTF-8 is read first and Windows-1252 where that fails: both are in circulation.

    Raises
    ------
    TableError
        If the file is missing, is no text, or lacks a column.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise TableError(
            f"{path.name} is missing from {path.parent.name}/; unpack the corpus again."
        ) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise TableError(f"{path.name} is no text table; unpack the corpus again.")
    reader = csv.DictReader(
        io.StringIO(text, newline="")
    )  # lines end at line feeds, not at every control sign
    missing = [name for name in columns if name not in (reader.fieldnames or [])]
    if missing:
        raise TableError(
            f"{path.name} lacks the column {missing[0]}; the owners' table has {', '.join(columns)}."
        )
    try:
        rows = [{key: value or "" for key, value in row.items() if key} for row in reader]
    except csv.Error as error:
        raise TableError(
            f"{path.name} cannot be read as a table ({error}); unpack the corpus again."
        ) from None
    if not rows:
        raise TableError(f"{path.name} has no rows; unpack the corpus again.")
    return rows


def whole(path: Path, row: dict[str, str], column: str) -> int:
    """A whole number of a row.

    Raises
    ------
    TableError
        If it is none.
    """
    try:
        return int(row[column])
    except ValueError:
        raise TableError(
            f"{path.name} has {row[column]!r} in {column}, where a whole number belongs; unpack the "
            "corpus again."
        ) from None
