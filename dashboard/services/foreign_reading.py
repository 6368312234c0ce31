"""Read a file of answers or predictions, whatever tool wrote it: the columns say which one it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from dashboard.services import foreign_corpora as corpora
from dashboard.services import foreign_label_studio as label_studio
from dashboard.services import foreign_ratings as own
from dashboard.services import table_header
from dashboard.services.foreign import ForeignTable
from dashboard.services.foreign_records import SUFFIXES, BadCellError, ForeignRow, document, rows_of
from engine.errors import TableError

T = TypeVar("T")

KNOWN: Final = (
    "answers (clip, rater and delivery, verdict or rated_emotion), predictions (clip, weights_version, "
    "expected_intensity …), Label Studio's JSON, CREMA-D's responses or votes, MELD's lines"
)


def is_table(path: Path) -> bool:
    """Whether a file is called as such tables are."""
    return path.suffix.lower() in SUFFIXES


def read(path: Path) -> ForeignTable:
    """Read a file as a whole; rows that cannot be used are told, not raised.

    Raises
    ------
    TableError
        If the file cannot be read, or is none of what is known here.
    """
    sha256 = _sha256(path)
    if path.suffix.lower() == ".json" and label_studio.fits(document(path)):
        answers, bad = label_studio.answers(path)
        return ForeignTable(path.name, sha256, "Label Studio", answers=answers, bad=bad)
    rows = tuple(rows_of(path))
    columns = {name for row in rows for name in row.cells}
    if not rows:
        raise TableError(f"{path.name} has no rows; export it again.")
    bad: list[str] = []
    if corpora.are_responses(columns) or corpora.are_votes(columns):
        are_single = corpora.are_responses(columns)
        reading = corpora.response if are_single else corpora.votes
        return ForeignTable(
            path.name,
            sha256,
            "CREMA-D",
            answers=tuple(
                each for part in _each(rows, lambda row: tuple(reading(row)), bad) for each in part
            ),
            facts=tuple({each.clips: each for each in _each(rows, corpora.cremad_facts, [])}.values()),
            bad=tuple(bad),
            notes=() if are_single else (corpora.VOTES_NOTE,),
        )
    if corpora.are_lines(columns):
        found = _each(rows, lambda row: tuple(corpora.meld_answer(row)), bad)
        return ForeignTable(
            path.name,
            sha256,
            "MELD",
            answers=tuple(each for part in found for each in part),
            facts=tuple(_each(rows, corpora.meld_facts, [])),
            bad=tuple(bad),
        )
    if columns & set(own.RATER_COLUMNS):
        found_answers = tuple(_each(rows, own.answer_of, bad))
        return ForeignTable(path.name, sha256, "answers", answers=found_answers, bad=tuple(bad))
    if columns & set(own.CLIP_COLUMNS) and columns & set(own.PREDICTED_COLUMNS):
        said = tuple(_each(rows, own.prediction_of, bad))
        return ForeignTable(path.name, sha256, "predictions", predictions=said, bad=tuple(bad))
    shown = table_header.shown(sorted(columns))
    raise TableError(f"{path.name} has the columns {shown}, which are none known here: {KNOWN}.")


def _each(rows: Iterable[ForeignRow], reading: Callable[[ForeignRow], T], bad: list[str]) -> list[T]:
    found = []
    for row in rows:
        try:
            found.append(reading(row))
        except BadCellError as error:
            bad.append(str(error))
    return found


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise TableError(f"{path.name} cannot be read: {error.strerror or error}; check the path.") from error
