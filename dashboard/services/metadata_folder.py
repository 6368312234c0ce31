"""A folder of clips with a metadata file, as ``datasets`` and many corpora have it.

``metadata.csv``, ``.jsonl`` or ``.parquet`` has a row for each clip with ``file_name`` and any of line (or
text, transcription …), actor (or speaker), language, genre, directed_emotion (or emotion, label),
directed_intensity.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from dashboard.services.foreign import BadRowsError
from dashboard.services.foreign_clips import KnownClips
from dashboard.services.foreign_records import BadCellError, ForeignRow, rows_of
from dashboard.services.importing import Source
from dashboard.services.lines_table import (
    MAX_LANGUAGE_CHARACTERS,
    MAX_LINE_CHARACTERS,
    MAX_WORD_CHARACTERS,
    LineRow,
    LinesTable,
    checked_name,
)
from dashboard.services.pseudonyms import Pseudonyms
from db import projects
from db.session import reading
from engine.errors import TableError
from engine.vocabulary import quoted

NAMES: Final = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
FOLDERS: Final = ("", "clips")
"""Where the file lies: beside the clips, or with them in the folder of that name, as our own export has."""

RATINGS: Final = ("ratings.parquet", "ratings.csv", "ratings.jsonl")
FILE_COLUMNS: Final = ("file_name", "sound_path", "file", "filename", "path", "clip")
LINE_COLUMNS: Final = ("line", "text", "transcription", "transcript", "sentence", "utterance")
ACTOR_COLUMNS: Final = ("actor", "actor_id", "speaker", "speaker_id")
EMOTION_COLUMNS: Final = ("directed_emotion", "emotion", "label")
MODEL_COLUMN: Final = "weights_version"
"""Where it is there, ``emotion`` is a model's and no direction."""


@dataclass(frozen=True, slots=True)
class MetadataFolder:
    """A folder that was read.

    Attributes
    ----------
    sources : tuple of Source
        The files that are new to the project.
    lines : LinesTable
        What is said of them.
    ratings : Path or None
        A table of answers beside them.
    already_there : int
        Clips that the project has: an export that came back.
    """

    sources: tuple[Source, ...]
    lines: LinesTable
    ratings: Path | None
    already_there: int


def find(folder: Path) -> Path | None:
    """The metadata file of a folder, ``None`` where it has none."""
    places = (folder / inner / name for inner in FOLDERS for name in NAMES)
    return next((place for place in places if place.is_file()), None)


def read(folder: Path, project_name: str) -> MetadataFolder:
    """Read and check a folder as a whole; nothing is stored.

    Raises
    ------
    BadRowsError
        If rows cannot be used, or name files that are not there.
    TableError
        If there is no metadata file, or it cannot be read.
    """
    table = find(folder)
    if table is None:
        raise TableError(f"{folder.name} has no {', '.join(NAMES)}; write one with a row for each clip.")
    known = _known_clips(project_name)
    rows: dict[str, LineRow] = {}
    sources: list[Source] = []
    bad: list[str] = []
    there = 0
    for row in rows_of(table):
        try:
            path = _file(row, table.parent)
            if path is None:
                continue  # its file did not leave with the export it comes from
            if known is not None and _is_known(known, row):
                there += 1
                continue
            line = _line(row, path.name)
            if line.clip in rows:
                raise BadCellError(f"{row.where}: {path.name} is named twice; leave one row for each clip.")
            rows[line.clip] = line
            sources.append(Source(name=path.name, open=lambda path=path: path.open("rb"), path=path))  # type: ignore[misc]
        except TableError as error:
            bad.append(str(error))
    if bad:
        raise BadRowsError(tuple(bad))
    beside = next((place for name in RATINGS if (place := table.parent / name).is_file()), None)
    return MetadataFolder(tuple(sources), LinesTable(table.name, rows), beside, there)


def _known_clips(project_name: str) -> KnownClips | None:
    with reading() as session:
        found = [each for each in projects.everything(session) if each.name == project_name.strip()]
        return KnownClips(session, found[0], Pseudonyms.of(found[0])) if found else None


def _is_known(known: KnownClips, row: ForeignRow) -> bool:
    clip_id = row.text("clip_id")
    return clip_id is not None and known.find([clip_id]) is not None


def _file(row: ForeignRow, folder: Path) -> Path | None:
    named = row.text(*FILE_COLUMNS[:2])
    if named is None and row.text("clip_id") is None:
        named = row.text(*FILE_COLUMNS)
        if named is None:
            raise BadCellError(f"{row.where}: no file is named; give its name in the column file_name.")
    if named is None:
        return None
    inside = PurePosixPath(named.replace("\\", "/"))
    if inside.is_absolute() or ".." in inside.parts:
        raise BadCellError(f"{row.where}: {quoted(named)} lies outside the folder; name a file in it.")
    path = folder / inside
    if not path.is_file():
        raise BadCellError(
            f"{row.where}: there is no file {quoted(named)} in the folder; add it or remove the row."
        )
    return path


def _line(row: ForeignRow, name: str) -> LineRow:
    line = " ".join((row.text(*LINE_COLUMNS) or "").split())
    words = {
        "actor": row.text(*ACTOR_COLUMNS),
        "language": row.text("language", "lang"),
        "genre": row.text("genre"),
    }
    longest = {"line": MAX_LINE_CHARACTERS, "language": MAX_LANGUAGE_CHARACTERS}
    for column, told in {"line": line, **words}.items():
        most = longest.get(column, MAX_WORD_CHARACTERS)
        if told is not None and len(told) > most:
            raise BadCellError(f"{row.where}: {column} is longer than {most} characters; shorten it.")
    has_model = row.text(MODEL_COLUMN) is not None
    return LineRow(
        clip=checked_name(name, where=row.where),
        line=line,
        directed_emotion=row.emotion(*EMOTION_COLUMNS[: 1 if has_model else None]),
        directed_intensity=row.number("directed_intensity", low=0, high=1),
        **words,
    )
