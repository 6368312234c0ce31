"""LINES.csv: which clip says which line, and what else is known about it.

The table is read and checked as a whole before anything is done with it.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dashboard.services import table_header
from dashboard.services.table_files import undefused
from engine.errors import TableError, UnknownNameError
from engine.vocabulary import Emotion, emotion_named

REQUIRED: Final = ("clip", "line")
OPTIONAL: Final = ("actor", "language", "genre", "project", "directed_emotion", "directed_intensity")
MAX_TABLE_BYTES: Final = 64 << 20
MAX_NAME_BYTES: Final = 255  # what a file system lets a name be
MAX_LINE_CHARACTERS: Final = 2000
MAX_WORD_CHARACTERS: Final = 200  # actor, genre, project
TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Have what follows shown in another direction, so that a name reads as another (Unicode TR 36, 3.4)."""
MAX_LANGUAGE_CHARACTERS: Final = 35  # the longest registered language tag (RFC 5646)
SHOWN_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class LineRow:
    """What LINES.csv says of one clip; ``None`` where it says nothing."""

    clip: str
    line: str
    actor: str | None = None
    language: str | None = None
    genre: str | None = None
    project: str | None = None
    directed_emotion: Emotion | None = None
    directed_intensity: float | None = None


@dataclass(frozen=True, slots=True)
class LinesTable:
    """A checked LINES.csv.

    Attributes
    ----------
    name : str
        The file's name, for sentences.
    rows : Mapping[str, LineRow]
        By file name in Unicode's composed form (macOS decomposes names).
    notes : tuple of str
        What was left out, in words.
    """

    name: str
    rows: Mapping[str, LineRow]
    notes: tuple[str, ...] = ()

    def row_of(self, file_name: str) -> LineRow | None:
        """The row of a clip by its file name."""
        return self.rows.get(composed(file_name))


def composed(name: str) -> str:
    """A file name in Unicode's composed form, so that names from different systems compare equal."""
    return unicodedata.normalize("NFC", name)


def read_lines(path: Path) -> LinesTable:
    """Read and check a LINES.csv.

    Raises
    ------
    TableError
        If it cannot be read, lacks a column, or a row cannot be used; the sentence names the line.
    """
    try:
        if path.is_dir():
            raise TableError(f"{path.name} is a directory; give a CSV file with the columns clip,line.")
        if path.stat().st_size > MAX_TABLE_BYTES:
            raise TableError(f"{path.name} is larger than {MAX_TABLE_BYTES >> 20} MB; split it.")
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, TableError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise TableError(f"{_shown(path.name)} cannot be read: {reason}; check the path.") from None
    return parse_lines(content, name=path.name)


def parse_lines(content: bytes, *, name: str) -> LinesTable:
    """Check the bytes of a LINES.csv, as :func:`read_lines`; ``name`` is for the sentences."""
    text = decoded(content, name)
    if not text.strip():
        raise TableError(f"{name} is empty; it needs the columns clip,line and a row for each clip.")
    header = text.lstrip().split("\n", 1)[0]
    delimiter = next((mark for mark in ",;\t" if mark in header), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns, unknown = _columns(next(reader), name)
        rows = _rows(reader, columns, name)
    except csv.Error as error:
        raise TableError(
            f"{name}, line {reader.line_num}: {error}; save it as CSV with UTF-8 text."
        ) from None
    if not rows:
        raise TableError(f"{name} has a header and no rows; add a row for each clip.")
    notes = (f"{name}: the columns {table_header.shown(unknown)} mean nothing here and were left out.",)
    return LinesTable(name=name, rows=rows, notes=notes if unknown else ())


def checked_name(name: str, *, where: str) -> str:
    """A file name that names nothing but a file, composed.

    Raises
    ------
    TableError
        If it is empty, too long, or holds a folder, a drive or a control character.
    """
    shown = _shown(name)
    if not name:
        raise TableError(f"{where}: the clip has no name; give the name of its file.")
    if any(mark in name for mark in "/\\") or name in {".", ".."} or name[1:2] == ":":
        raise TableError(f"{where}: {shown!r} is a path; clip is a file name without folders.")
    if any(unicodedata.category(mark) in {"Cc", "Cs"} or mark in TURNING for mark in name):
        raise TableError(f"{where}: {shown!r} holds control characters; rename the file.")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise TableError(
            f"{where}: the name {shown!r} is longer than {MAX_NAME_BYTES} bytes; rename the file."
        )
    return composed(name)


def decoded(content: bytes, name: str) -> str:
    """The text of a file in UTF-8 or UTF-16.

    Raises
    ------
    TableError
        If it is neither; the sentence names the line.
    """
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TableError(f"{name}, line {line}: this is not UTF-8 text; save it as CSV in UTF-8.") from None


def _columns(header: list[str], name: str) -> tuple[list[str], list[str]]:
    columns = [column.strip().lower() for column in header]
    table_header.check(columns, file=name)
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise TableError(
            f"{name} lacks the column {' and '.join(missing)}; it needs clip,line "
            f"and may have {', '.join(OPTIONAL)}."
        )
    return columns, [column for column in columns if column and column not in REQUIRED + OPTIONAL]


def _rows(reader: Iterator[list[str]], columns: list[str], name: str) -> dict[str, LineRow]:
    rows: dict[str, LineRow] = {}
    for cells in reader:
        if not any(undefused(cell.strip()) for cell in cells):
            continue
        where = f"{name}, line {reader.line_num}"  # type: ignore[attr-defined] # csv.reader has it
        if len(cells) != len(columns):
            raise TableError(
                f"{where}: {len(cells)} cells where the header has {len(columns)}; "
                "put texts that hold commas in quotes."
            )
        row = _row(dict(zip(columns, (undefused(cell.strip()) for cell in cells), strict=True)), where)
        if row.clip in rows:
            raise TableError(f"{where}: {_shown(row.clip)!r} is listed twice; leave one row for each clip.")
        rows[row.clip] = row
    return rows


def _row(cells: Mapping[str, str], where: str) -> LineRow:
    line = " ".join(cells["line"].split())
    if len(line) > MAX_LINE_CHARACTERS:
        raise TableError(f"{where}: the line is longer than {MAX_LINE_CHARACTERS} characters; shorten it.")
    words = {name: cells.get(name) or None for name in ("actor", "language", "genre", "project")}
    for column, value in words.items():
        if value is not None and len(value) > MAX_WORD_CHARACTERS:
            raise TableError(
                f"{where}: {column} is longer than {MAX_WORD_CHARACTERS} characters; shorten it."
            )
    return LineRow(
        clip=checked_name(cells["clip"], where=where),
        line=line,
        directed_emotion=_emotion(cells.get("directed_emotion", ""), where),
        directed_intensity=_intensity(cells.get("directed_intensity", ""), where),
        **words,
    )


def _emotion(cell: str, where: str) -> Emotion | None:
    if not cell:
        return None
    try:
        return emotion_named(cell)
    except UnknownNameError as error:
        raise TableError(f"{where}: {error}") from None


def _intensity(cell: str, where: str) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= 1.0:
        raise TableError(f"{where}: directed_intensity is {_shown(cell)!r}; it is a number from 0 to 1.")
    return value


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
