"""A project with a clip and raters, made in a data folder of its own: what the rows write into."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

HOME_VARIABLE = "DAILIES_HOME"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where ratings go: the data folder, the project, the clip and who rates it."""

    home: Path
    project_id: int
    clip_id: str
    raters: tuple[int, ...]

    @property
    def database(self) -> Path:
        """The database's file."""
        from db.location import DATABASE_FILE

        return self.home / DATABASE_FILE


@contextmanager
def data_folder(place: Path | None = None) -> Iterator[Path]:
    """A data folder of its own, used by this process and those it starts, until the block ends."""
    from db import session

    before = os.environ.get(HOME_VARIABLE)
    session.close()
    with TemporaryDirectory(prefix="dailies-reliability-", ignore_cleanup_errors=True) as folder:
        os.environ[HOME_VARIABLE] = str(place or folder)
        try:
            yield Path(place or folder)
        finally:
            session.close()
            if before is None:
                del os.environ[HOME_VARIABLE]
            else:
                os.environ[HOME_VARIABLE] = before


def made_desk(home: Path, *, raters: int) -> Desk:
    """Make the project; its database is closed afterwards, so that processes can be forked."""
    from dashboard.services import projects
    from db import clips, people, session
    from db.records import ClipDraft, ClipStatus
    from engine.vocabulary import Role

    project = projects.create("Reliability")
    key = sha256(b"take").hexdigest()
    with session.writing() as opened:
        draft = ClipDraft(key, "take.mp4", key, size_bytes=1, duration_s=4.0, status=ClipStatus.READY)
        clip = clips.add(opened, project.id, draft)
        found = tuple(people.get_or_create(opened, f"Rater {number}").id for number in range(raters))
        for rater in found:
            people.join(opened, project.id, rater, Role.RATER)
    session.close()
    return Desk(home, project.id, clip.id, found)
