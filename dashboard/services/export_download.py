"""An export as a person fetches it from the page: looked at first, then one zip file."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from dashboard.services import export_consent, export_tables
from dashboard.services.export import PREDICTIONS, RATINGS, WRITERS, export, format_named
from dashboard.services.export_content import UNSTATED_LICENCE, Choices, Content
from dashboard.services.export_tables import PREDICTION_COLUMNS, RATING_COLUMNS
from dashboard.services.permissions import Act, require
from dashboard.services.table_files import Row
from db import clips, projects, ratings
from db.session import reading

PREVIEW_ROWS: Final = 20
IN_MEMORY_BYTES: Final = 32 << 20
"""A larger zip file waits on disk."""

STORED_ENDINGS: Final = frozenset({".mp4", ".mov", ".webm", ".mkv", ".parquet", ".flac", ".m4a", ".mp3"})
"""Compressed already: packed as they are."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of one table of an export."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would leave.

    Attributes
    ----------
    answers : int
    comments : bool
        Whether an answer among those previewed says something in the rater's own words.
    files, bytes : int
        Clips whose files would leave, and how large they are together.
    without_consent : int
        Of them, those about which no consent is written down.
    kept_back : int
        Clips whose consent does not cover it: their files stay.
    tables : tuple of Preview
        Ratings and predictions.
    """

    answers: int
    comments: bool
    files: int
    bytes: int
    without_consent: int
    kept_back: int
    tables: tuple[Preview, Preview]


def preview(
    project_id: int,
    *,
    person_id: int | None = None,
    history: bool = False,
    names: bool = False,
    media: bool = False,
) -> Leaving:
    """What would leave, with the first rows of ratings and predictions.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    NotAllowedError
        If the person's part in the project does not include it.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.EXPORT)
        content = Content(session, projects.by_id(session, project_id), Choices(history, names, media))
        said = tuple(islice(export_tables.rating_rows(content), PREVIEW_ROWS))
        predicted = tuple(islice(export_tables.prediction_rows(content), PREVIEW_ROWS))
        answers = ratings.count(session, project_id, with_history=history)
        sizes = clips.sizes(session, project_id) if media else {}
        consents = export_consent.of_project(session, project_id) if media else {}
    kept_back = {clip for clip in sizes if clip in consents and not consents[clip].media_may_leave}
    comment = [column.name for column in RATING_COLUMNS].index("comment")
    return Leaving(
        answers=answers,
        comments=any(row[comment] for row in said),
        files=len(sizes) - len(kept_back),
        bytes=sum(size for clip, size in sizes.items() if clip not in kept_back),
        without_consent=len(sizes.keys() - consents.keys()),
        kept_back=len(kept_back),
        tables=(
            Preview(RATINGS, tuple(column.name for column in RATING_COLUMNS), said),
            Preview(PREDICTIONS, tuple(column.name for column in PREDICTION_COLUMNS), predicted),
        ),
    )


def holds_media(format_name: str) -> bool:
    """Whether the clips' files belong to a format unless somebody says otherwise."""
    return WRITERS[format_named(format_name)].holds_media


def packed(
    project_id: int,
    *,
    format_name: str,
    person_id: int | None = None,
    history: bool = False,
    names: bool = False,
    media: bool | None = None,
    licence: str = UNSTATED_LICENCE,
) -> BinaryIO:
    """Everything in one zip file, at its start; closing it removes it.

    Raises
    ------
    DailiesError
        If the export cannot be made, or the person's part in the project does not include it.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.EXPORT)
    with tempfile.TemporaryDirectory(prefix="dailies-export-") as folder:
        made = Path(folder) / "export"
        export(
            project_id,
            format_name=format_name,
            out=made,
            history=history,
            names=names,
            media=media,
            licence=licence,
            person_id=person_id,
        )
        packed_file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - the caller closes it
        with zipfile.ZipFile(packed_file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(path for path in made.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo.from_file(path, str(path.relative_to(made)))
                is_small = path.suffix.lower() in STORED_ENDINGS
                entry.compress_type = zipfile.ZIP_STORED if is_small else zipfile.ZIP_DEFLATED
                with path.open("rb") as file, archive.open(entry, "w", force_zip64=True) as place:
                    shutil.copyfileobj(file, place)
    packed_file.seek(0)
    return packed_file  # type: ignore[return-value]  # a spooled file is a BinaryIO in all but its base class
