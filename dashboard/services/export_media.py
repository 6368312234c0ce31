"""The clips' own files in an export: without tags, under the names the rows use."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from dashboard.services import media_store
from dashboard.services.export_content import ClipRow
from dashboard.services.process_limits import Apart
from engine.errors import DailiesError
from engine.media.untagged import copy_untagged


class MediaFolder:
    """A folder of clips beside the tables, each read in a process of its own.

    Parameters
    ----------
    folder : Path
        Made with the first clip.

    Attributes
    ----------
    copied : int
        How many files lie in it.
    notes : list of str
        Why clips stayed here, a sentence each.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._apart = Apart()
        self.copied = 0
        self.notes: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._apart.__exit__()

    def put(self, row: ClipRow) -> str | None:
        """Copy a clip's file; its name in the folder, ``None`` where it does not leave."""
        name = row.file_name
        if not row.consent.media_may_leave:
            self.notes.append(f"{name} stays here: the consent given does not cover giving it away.")
            return None
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._apart.do(copy_untagged, media_store.path_of(row.stored.media_key), self._folder / name)
        except DailiesError as error:
            (self._folder / name).unlink(missing_ok=True)
            self.notes.append(f"{name} stays here: {error}")
            return None
        self.copied += 1
        return name
