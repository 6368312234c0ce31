"""An export as a person fetches it from the page: looked at first, then one zip file."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from dashboard.services import export_tables
from dashboard.services.export import PREDICTIONS, RATINGS, export
from dashboard.services.export_tables import PREDICTION_COLUMNS, RATING_COLUMNS
from dashboard.services.permissions import Act, require
from dashboard.services.table_files import Row
from db import projects
from db.session import reading

PREVIEW_ROWS: Final = 20
IN_MEMORY_BYTES: Final = 32 << 20
"""A larger zip file waits on disk."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of one table of an export."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def preview(
    project_id: int, *, person_id: int | None = None, history: bool = False, names: bool = False
) -> tuple[Preview, Preview]:
    """The first rows that would leave: ratings and predictions.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    NotAllowedError
        If the person's part in the project does not include it.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.EXPORT)
        project = projects.by_id(session, project_id)
        ratings = export_tables.rating_rows(session, project, history=history, names=names)
        predictions = export_tables.prediction_rows(session, project)
        return (
            Preview(
                RATINGS, tuple(column.name for column in RATING_COLUMNS), tuple(islice(ratings, PREVIEW_ROWS))
            ),
            Preview(
                PREDICTIONS,
                tuple(column.name for column in PREDICTION_COLUMNS),
                tuple(islice(predictions, PREVIEW_ROWS)),
            ),
        )


def packed(
    project_id: int,
    *,
    format_name: str,
    person_id: int | None = None,
    history: bool = False,
    names: bool = False,
) -> BinaryIO:
    """Both tables in one zip file, at its start; closing it removes it.

    Raises
    ------
    DailiesError
        If the export cannot be made, or the person's part in the project does not include it.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.EXPORT)
    with tempfile.TemporaryDirectory(prefix="dailies-export-") as folder:
        written = export(
            project_id, format_name=format_name, out=Path(folder) / "tables", history=history, names=names
        )
        packed_file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - the caller closes it
        with zipfile.ZipFile(packed_file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in (written.ratings_file, written.predictions_file):
                with path.open("rb") as table, archive.open(path.name, "w", force_zip64=True) as place:
                    shutil.copyfileobj(table, place)
    packed_file.seek(0)
    return packed_file  # type: ignore[return-value]  # a spooled file is a BinaryIO in all but its base class
