"""Scripts as people have them: plain text, Fountain, CSV; read whole and checked before anything is stored.

Fountain is read by screenplain. What it takes for a speech is a line here; where a parenthetical stands
inside a speech, a new line begins with that direction. Its patterns look for the ends of remarks and notes
from each of their beginnings: what would keep it busy for hours is refused before, or taken out here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from screenplain.parsers import fountain
from screenplain.types import Dialog, DualDialog, Slug

from dashboard.services import table_header
from dashboard.services.lines_table import MAX_LINE_CHARACTERS, MAX_WORD_CHARACTERS, decoded
from dashboard.services.refusals import worded
from dashboard.services.table_files import undefused
from db.records import ScriptLineDraft
from engine.errors import TableError

SUFFIXES: Final = (".txt", ".fountain", ".spmd", ".csv")
LARGEST_BYTES: Final = 8 << 20
MOST_LINES: Final = 20_000
MOST_ROWS: Final = 100_000
LONGEST_ROW: Final = 2 * MAX_LINE_CHARACTERS
"""Characters of a row with its name, direction and marks."""
LONGEST_PARAGRAPH: Final = 20_000
"""Characters of Fountain's rows without an empty one between them: a monologue of half an hour."""
MOST_NOTES: Final = 200
"""Notes that begin in one such paragraph."""
MOST_DIRECTION: Final = 500
CUE: Final = re.compile(r"^\s*([^\s:：][^:：]{0,39}?)\s*(\([^)]*\))?\s*[:：]\s+(\S.*)$")
"""``NAME: words`` or ``NAME (softly): words``; a name has at most 40 characters."""
MOST_CUE_WORDS: Final = 4
CUED_SHARE: Final = 0.5
"""From this share of cued lines on a plain text is a dialogue; below, colons are punctuation."""
AFTER_NAME: Final = re.compile(r"\s*\([^)]*\)\s*$")
"""``(V.O.)``, ``(CONT'D)``: where a character is heard from, no part of the name."""
TEXT_COLUMNS: Final = ("line", "text")
SPEAKER_COLUMNS: Final = ("speaker", "character")


@dataclass(frozen=True, slots=True)
class ReadScript:
    """A script as it was read.

    Attributes
    ----------
    title : str
        As the file tells it, else the file's name.
    lines : tuple of ScriptLineDraft
        At least one.
    """

    title: str
    lines: tuple[ScriptLineDraft, ...]


def read_script(content: bytes, *, name: str) -> ReadScript:
    """Read a script by the ending of its file's name.

    Raises
    ------
    TableError
        If the ending is unknown, the text is not UTF-8, too long, or holds no line to say.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise worded(TableError, "refusal.script_kind", kinds=", ".join(SUFFIXES))
    if len(content) > LARGEST_BYTES:
        raise worded(TableError, "refusal.script_large", n=LARGEST_BYTES >> 20)
    text = decoded(content, name)
    title = PurePath(name).stem
    if suffix == ".csv":
        lines = list(_of_table(text, name))
    elif suffix == ".txt":
        lines = list(_of_plain(_rows(text, name)))
    else:
        rows = _rows(_without_boneyards(text), name)
        _check_paragraphs(rows, name)
        play = fountain.parse_lines(rows)
        title = _title(play) or title
        lines = list(_of_screenplay(play))
    lines = [_checked(line, place, name) for place, line in enumerate(lines, start=1)]
    if not lines:
        raise worded(TableError, "refusal.script_empty", name=name)
    if len(lines) > MOST_LINES:
        raise worded(TableError, "refusal.script_lines", n=MOST_LINES)
    return ReadScript(title[:MAX_WORD_CHARACTERS], tuple(lines))


def read_typed(text: str, *, title: str) -> ReadScript:
    """Read a script that somebody typed or pasted, as plain text.

    Raises
    ------
    TableError
        If it holds no line to say.
    """
    read = read_script(text.encode(), name="typed.txt")
    return ReadScript(title.strip()[:MAX_WORD_CHARACTERS] or read.lines[0].text[:40], read.lines)


def _rows(text: str, name: str) -> list[str]:
    rows = text.splitlines()
    if len(rows) > MOST_ROWS:
        raise worded(TableError, "refusal.script_lines", n=MOST_ROWS)
    for place, row in enumerate(rows, start=1):
        if len(row) > LONGEST_ROW:
            raise worded(TableError, "refusal.script_long", name=name, place=place, n=LONGEST_ROW)
    return rows


def _without_boneyards(text: str) -> str:
    """A Fountain text without what its writer has put between ``/*`` and ``*/``."""
    kept, place = [], 0
    while (opened := text.find("/*", place)) >= 0 and (closed := text.find("*/", opened + 2)) >= 0:
        kept.append(text[place:opened])
        place = closed + 2
    return "".join([*kept, text[place:]])


def _check_paragraphs(rows: list[str], name: str) -> None:
    length = notes = 0
    for place, row in enumerate(rows, start=1):
        length, notes = (length + len(row), notes + row.count("[[")) if row.strip() else (0, 0)
        if length > LONGEST_PARAGRAPH or notes > MOST_NOTES:
            raise worded(TableError, "refusal.script_long", name=name, place=place, n=LONGEST_PARAGRAPH)


def _of_plain(rows: list[str]) -> Iterator[ScriptLineDraft]:
    spoken = [row for row in rows if row.strip()]
    cued = [found for row in spoken if (found := _cue(row))]
    if len(cued) < CUED_SHARE * len(spoken):
        yield from (ScriptLineDraft(row.strip()) for row in spoken)
        return
    held: ScriptLineDraft | None = None
    for row in rows:
        cue = _cue(row)
        if held is not None and (cue or not row.strip()):
            yield held
            held = None
        if cue:
            held = cue
        elif row.strip() and held is not None:
            held = ScriptLineDraft(f"{held.text} {row.strip()}", held.speaker, held.direction)
        elif row.strip():
            yield ScriptLineDraft(row.strip())
    if held is not None:
        yield held


def _cue(row: str) -> ScriptLineDraft | None:
    found = CUE.match(" ".join(row.split()))  # of many blanks the pattern would try every share
    if found is None or len(found[1].split()) > MOST_CUE_WORDS:
        return None
    return ScriptLineDraft(found[3].strip(), found[1].strip(), (found[2] or "").strip("()"))


def _of_screenplay(play: Any) -> Iterator[ScriptLineDraft]:
    heading = ""
    for part in play:
        if isinstance(part, Slug):
            heading = str(part.line)
        elif isinstance(part, Dialog):
            yield from _of_speech(part, heading)
        elif isinstance(part, DualDialog):
            yield from _of_speech(part.left, heading)
            yield from _of_speech(part.right, heading)


def _of_speech(speech: Any, heading: str) -> Iterator[ScriptLineDraft]:
    speaker = AFTER_NAME.sub("", str(speech.character)).strip() or None
    direction, words = "", []
    for is_direction, text in speech.blocks:
        said = str(text).strip()
        if not is_direction:
            words.append(said)
            continue
        if words:
            yield ScriptLineDraft(" ".join(words), speaker, direction, heading)
            direction, words = "", []
        direction = f"{direction} {said.strip('()')}".strip()
    if words:
        yield ScriptLineDraft(" ".join(words), speaker, direction, heading)


def _title(play: Any) -> str:
    found: list[str] = next((lines for key, lines in play.title_page.items() if key.lower() == "title"), [])
    return " ".join(" ".join(found).replace("*", "").replace("_", "").split())


def _of_table(text: str, name: str) -> Iterator[ScriptLineDraft]:
    header = text.lstrip().split("\n", 1)[0]
    delimiter = next((mark for mark in ",;\t" if mark in header), ",")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise worded(TableError, "refusal.script_csv", name=name, why=str(error)) from None
    columns = [column.strip().lower() for column in rows[0]] if rows else []
    table_header.check(columns, file=name)
    said = next((column for column in TEXT_COLUMNS if column in columns), None)
    if said is None:
        raise worded(TableError, "refusal.script_columns", name=name)
    speaker = next((column for column in SPEAKER_COLUMNS if column in columns), None)
    for number, cells in enumerate(rows[1:], start=2):
        if len(cells) > len(columns):
            raise worded(TableError, "refusal.csv_cells", name=name, row=number)
        row = dict(zip(columns, (undefused(cell.strip()) for cell in cells), strict=False))
        if row.get(said):
            yield ScriptLineDraft(
                row[said],
                (row.get(speaker) if speaker else None) or None,
                row.get("direction", ""),
                row.get("scene", ""),
            )


def _checked(line: ScriptLineDraft, place: int, name: str) -> ScriptLineDraft:
    text = " ".join(line.text.split())
    if len(text) > MAX_LINE_CHARACTERS:
        raise worded(TableError, "refusal.script_long", name=name, place=place, n=MAX_LINE_CHARACTERS)
    speaker = None if line.speaker is None else " ".join(line.speaker.split())[:MAX_WORD_CHARACTERS] or None
    return ScriptLineDraft(text, speaker, line.direction[:MOST_DIRECTION], line.heading[:MOST_DIRECTION])
