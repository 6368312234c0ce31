"""The lines of a scene: cut by times or by subtitles, and found again in its script."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import PurePath
from typing import Final

from dashboard.services import table_header
from dashboard.services.line_words import line_key
from dashboard.services.lines_table import MAX_LINE_CHARACTERS, MAX_WORD_CHARACTERS, decoded
from dashboard.services.refusals import worded
from dashboard.services.table_files import undefused
from db.records import CutBy, ScriptLineRecord, UtteranceDraft
from engine.errors import TableError

SUBTITLES: Final = (".srt", ".vtt", ".ass", ".ssa")
TIMES: Final = (".csv",)
LARGEST_BYTES: Final = 8 << 20
MOST_UTTERANCES: Final = 3000
"""Half an hour at a hundred lines a minute."""
ALIKE: Final = 0.6
"""Share of letters in common from which what was said is a line of the script."""
AHEAD: Final = 12
"""How many lines of the script may be left out or skipped."""
LONGEST_CUE: Final = 10_000
"""Characters of one subtitle with its marks: to read marks takes time with the square of it."""
CLOCK: Final = re.compile(r"^(?:(\d+):)?(\d{1,3}):(\d{1,2}(?:[.,]\d+)?)$")
SPEAKER: Final = re.compile(r"^\s*-?\s*([^\s:：][^:：]{0,39}?)\s*[:：]\s+(\S.*)$", re.DOTALL)
MOST_SPEAKER_WORDS: Final = 4
VOICE_TAG: Final = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")


def read_cuts(content: bytes, *, name: str) -> tuple[CutBy, tuple[UtteranceDraft, ...]]:
    """Read when each line of a scene is said, from subtitles or a table ``start,end,line,speaker``.

    Raises
    ------
    TableError
        If it cannot be read, or a row's times cannot be used; the sentence names the row.
    """
    suffix = PurePath(name).suffix.lower()
    if len(content) > LARGEST_BYTES:
        raise worded(TableError, "refusal.script_large", n=LARGEST_BYTES >> 20)
    if suffix in SUBTITLES:
        kind, found = CutBy.SUBTITLES, _of_subtitles(decoded(content, name), name)
    elif suffix in TIMES:
        kind, found = CutBy.TIMES, _of_table(decoded(content, name), name)
    else:
        raise worded(TableError, "refusal.cuts_kind", kinds=", ".join(SUBTITLES + TIMES))
    if not found:
        raise worded(TableError, "refusal.cuts_empty", name=name)
    if len(found) > MOST_UTTERANCES:
        raise worded(TableError, "refusal.cuts_many", n=MOST_UTTERANCES)
    return kind, tuple(sorted(found, key=lambda each: each.start_s))


def with_script(
    utterances: Sequence[UtteranceDraft], script: Sequence[ScriptLineRecord]
) -> tuple[UtteranceDraft, ...]:
    """Find utterances in a script, in its order: who speaks, and where nothing is written what is said.

    Utterances without words take the script's lines one for one if there are as many of each.
    """
    if not script:
        return tuple(utterances)
    if not any(utterance.line for utterance in utterances):
        if len(utterances) != len(script):
            return tuple(utterances)
        return tuple(
            replace(each, line=line.text, given_speaker=line.speaker)
            for each, line in zip(utterances, script, strict=True)
        )
    named, place = [], 0
    for utterance in utterances:
        found = _found(utterance.line, script[place : place + AHEAD])
        if found is None:
            named.append(utterance)
            continue
        place += found
        named.append(replace(utterance, given_speaker=utterance.given_speaker or script[place].speaker))
        place += 1
    return tuple(named)


def _found(said: str, script: Sequence[ScriptLineRecord]) -> int | None:
    """Which of some lines is meant, the first of those that are as alike."""
    key = line_key(said)
    alike = [SequenceMatcher(None, key, line_key(line.text), autojunk=False).ratio() for line in script]
    best = max(range(len(alike)), key=lambda index: alike[index], default=None)
    return best if key and best is not None and alike[best] >= ALIKE else None


def _of_subtitles(text: str, name: str) -> list[UtteranceDraft]:
    if any(len(row) > LONGEST_CUE for row in text.splitlines()):
        raise _too_long(name)
    import pysubs2

    try:
        subtitles = pysubs2.SSAFile.from_string(text, keep_unknown_html_tags=True)
    except (pysubs2.Pysubs2Error, ValueError, IndexError) as error:
        raise worded(TableError, "refusal.cuts_format", name=name, why=str(error)) from None
    found = []
    for event in subtitles:
        if event.is_comment or event.end <= event.start:
            continue
        if len(event.text) > LONGEST_CUE:
            raise _too_long(name)
        tagged = VOICE_TAG.search(event.text)
        words = " ".join(re.sub(r"<[^>]+>", " ", event.plaintext).split())
        speaker = event.name or (tagged[1].strip() if tagged else None)
        if not speaker and (cue := SPEAKER.match(words)) and len(cue[1].split()) <= MOST_SPEAKER_WORDS:
            speaker, words = cue[1], cue[2]
        found.append(_draft(event.start / 1000, event.end / 1000, words, speaker))
    return found


def _too_long(name: str) -> TableError:
    return worded(
        TableError, "refusal.cuts_format", name=name, why=f"a text is longer than {LONGEST_CUE} characters"
    )


def _of_table(text: str, name: str) -> list[UtteranceDraft]:
    header = text.lstrip().split("\n", 1)[0]
    delimiter = next((mark for mark in ",;\t" if mark in header), ",")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise worded(TableError, "refusal.script_csv", name=name, why=str(error)) from None
    columns = [column.strip().lower() for column in rows[0]] if rows else []
    table_header.check(columns, file=name)
    if "start" not in columns or "end" not in columns:
        raise worded(TableError, "refusal.cuts_columns", name=name)
    found = []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(undefused(cell.strip()) for cell in cells):
            continue
        if len(cells) > len(columns):
            raise worded(TableError, "refusal.csv_cells", name=name, row=number)
        row = dict(zip(columns, (undefused(cell.strip()) for cell in cells), strict=False))
        start, end = _seconds(row.get("start", "")), _seconds(row.get("end", ""))
        if start is None or end is None or end <= start:
            raise worded(TableError, "refusal.cuts_times", name=name, row=number)
        found.append(_draft(start, end, row.get("line", ""), row.get("speaker")))
    return found


def _seconds(cell: str) -> float | None:
    """Seconds, or ``m:ss`` or ``h:mm:ss``; ``None`` for anything else."""
    clock = CLOCK.match(cell)
    if clock is not None:
        return 3600 * float(clock[1] or 0) + 60 * float(clock[2]) + float(clock[3].replace(",", "."))
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _draft(start_s: float, end_s: float, line: str, speaker: str | None) -> UtteranceDraft:
    words = " ".join(line.split())[:MAX_LINE_CHARACTERS]
    named = " ".join((speaker or "").split())[:MAX_WORD_CHARACTERS]
    return UtteranceDraft(start_s, end_s, words, named or None)
