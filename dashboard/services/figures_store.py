"""The folder of worked-out figures: each file whole or not there, few of them, none needed.

A file is named by its project and by the hash of what it was worked out from. A file that cannot be read
counts as missing, so that its figures are worked out again.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from dashboard.services import background, figures_basis, figures_file, page_figures
from dashboard.services.background import Lane
from dashboard.services.figures_basis import FiguresBasis
from dashboard.services.page_figures import PageFigures
from dashboard.services.permissions import Act, ensure
from dashboard.services.refusals import worded
from db.errors import StorageError
from db.location import data_folder
from engine.errors import TableError

FOLDER: Final = "figures"
MOST_OF_PROJECT: Final = 4
"""Going back to the version before finds its figures again."""

MOST_FILES: Final = 60
MOST_READ: Final = 8
KEY_DIGITS: Final = 32

log = logging.getLogger(__name__)
Kept = tuple[FiguresBasis, PageFigures]


def name_of(project_id: int) -> str:
    """The name of a project's figures among the background's work."""
    return f"figures:{project_id}"


def begin(project_id: int, *, person_id: int | None = None) -> None:
    """Work the figures out again, after a training that goes on; an import does not delay them.

    Where only other thresholds judge than before, all but the monitor stays as it was.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    ensure(project_id, person_id, Act.TEACH)

    def act(report: page_figures.Report) -> str:
        basis = figures_basis.basis_of(project_id)
        if basis is None:
            raise worded(StorageError, "thresholds.figures.untrained")
        kept = find(basis)
        if kept is not None and replace(kept[0], in_force=basis.in_force) == basis:
            keep(basis, page_figures.with_drift(kept[1], project_id))
        else:
            keep(basis, page_figures.work_out(project_id, report=report))
        return basis.key

    background.start(name_of(project_id), act, lane=Lane.THRESHOLDS)


def find(basis: FiguresBasis) -> Kept | None:
    """The figures of that basis, else the newest of its project, else ``None``."""
    for path in (_path(basis), *_of_project(basis)):
        with suppress(OSError):
            stamp = path.stat()
            kept = _read(path, stamp.st_mtime_ns, stamp.st_size)
            if kept is not None and kept[0].project == basis.project:
                return kept
    return None


def keep(basis: FiguresBasis, figures: PageFigures) -> None:
    """Store figures, and drop the oldest where there are too many.

    Raises
    ------
    StorageError
        If the folder cannot be written to.
    """
    path = _path(basis)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".", suffix=".part", delete=False
        ) as part:
            try:
                part.write(figures_file.to_json(basis, figures))
                part.flush()
                os.fsync(part.fileno())
                Path(part.name).replace(path)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise worded(StorageError, "thresholds.figures.not_kept", why=error.strerror) from error
    _drop_oldest(basis)


def _drop_oldest(basis: FiguresBasis) -> None:
    every = _newest_first("*.json")
    for path in (*_of_project(basis)[MOST_OF_PROJECT:], *every[MOST_FILES:]):
        path.unlink(missing_ok=True)


@lru_cache(maxsize=MOST_READ)
def _read(path: Path, _changed_ns: int, _size: int) -> Kept | None:
    try:
        return figures_file.from_json(path.read_text(encoding="utf-8"))
    except (TableError, UnicodeDecodeError) as error:
        log.warning("%s is not used: %s", path.name, error)
        return None


def _path(basis: FiguresBasis) -> Path:
    return data_folder() / FOLDER / f"{basis.project}-{basis.key[:KEY_DIGITS]}.json"


def _of_project(basis: FiguresBasis) -> list[Path]:
    return _newest_first(f"{basis.project}-*.json")


def _newest_first(pattern: str) -> list[Path]:
    found = []
    for path in (data_folder() / FOLDER).glob(pattern):
        with suppress(OSError):  # another process may have dropped it
            found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found, reverse=True)]
