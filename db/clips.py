"""Queries on clips: adding, finding, paging, claiming for analysis."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Final

from sqlalchemy import Select, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session

from db import ratings
from db.columns import now
from db.errors import UnknownRowError
from db.prepared import Prepared
from db.projects import STOPPED_SETTING
from db.rated_clips import count_to_be_rated, to_be_rated
from db.records import ClipDetails, ClipDraft, ClipRecord, ClipStatus, Page
from db.rows import every, first, selecting
from db.tables import Clip, Project, Rating, Take

PAGE_SIZE: Final = 50
ID_BYTES: Final = 16
"""128 random bits: an address cannot be guessed."""

_BY_ID: Final = Prepared(ClipRecord, selecting(Clip, ClipRecord).where(Clip.id == bindparam("clip_id")))


def add(session: Session, project_id: int, draft: ClipDraft) -> ClipRecord:
    """Store a clip.

    Raises
    ------
    AlreadyThereError
        If the project has a clip of the same SHA-256 (raised when the transaction is flushed).
    """
    clip = Clip(id=secrets.token_urlsafe(ID_BYTES), project_id=project_id, **asdict(draft))
    session.add(clip)
    session.flush()
    return get(session, clip.id)


def get(session: Session, clip_id: str) -> ClipRecord:
    """The clip with that id.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    found = find(session, clip_id)
    if found is None:
        raise UnknownRowError(
            f"There is no clip {clip_id!r}; it may have been removed. Open the list of clips."
        )
    return found


def find(session: Session, clip_id: str) -> ClipRecord | None:
    """The clip with that id, ``None`` without one."""
    return _BY_ID.first(session, clip_id=clip_id)


def by_sha256(session: Session, project_id: int, sha256: str) -> ClipRecord | None:
    """The project's clip with that content."""
    return first(session, _all().where(Clip.project_id == project_id, Clip.sha256 == sha256), ClipRecord)


def by_media_key(session: Session, key: str) -> ClipRecord | None:
    """A clip whose original, browser copy or still is stored under ``key``."""
    stored = or_(Clip.media_key == key, Clip.browser_key == key, Clip.thumbnail_key == key)
    return first(session, _all().where(stored).order_by(Clip.number), ClipRecord)


def list_page(
    session: Session,
    project_id: int,
    *,
    status: ClipStatus | None = None,
    text: str = "",
    after: int = 0,
    limit: int = PAGE_SIZE,
) -> Page[ClipRecord]:
    """Clips of a project in the order they came, ``limit`` at a time.

    Parameters
    ----------
    status : ClipStatus, optional
        Only clips that are so far.
    text : str, optional
        Only clips whose file name, line or actor contains it.
    after : int
        ``next_key`` of the page before.
    """
    statement = _all().where(Clip.project_id == project_id, Clip.number > after)
    if status is not None:
        statement = statement.where(Clip.status == status)
    if text.strip():
        wanted = text.strip()
        statement = statement.where(
            or_(
                Clip.original_name.icontains(wanted, autoescape=True),
                Clip.line.icontains(wanted, autoescape=True),
                Clip.actor.icontains(wanted, autoescape=True),
            )
        )
    found = every(session, statement.order_by(Clip.number).limit(limit + 1), ClipRecord)
    items = found[:limit]
    return Page(items=items, next_key=items[-1].number if len(found) > limit else None)


def every_of_project(session: Session, project_id: int) -> tuple[ClipRecord, ...]:
    """All clips of a project in the order they came."""
    return every(session, _all().where(Clip.project_id == project_id).order_by(Clip.number), ClipRecord)


def has_picture(session: Session, project_id: int) -> bool:
    """Whether any clip of a project is known to have a picture."""
    wanted = exists().where(Clip.project_id == project_id, Clip.width.is_not(None))
    return bool(session.scalar(select(wanted)))


def sizes(session: Session, project_id: int) -> Mapping[str, int]:
    """How large each clip's original is, bytes, by clip id."""
    rows = session.execute(select(Clip.id, Clip.size_bytes).where(Clip.project_id == project_id))
    return {row[0]: row[1] for row in rows}


def counts(session: Session, project_id: int) -> Mapping[ClipStatus, int]:
    """How many clips of a project are how far; every status is there."""
    rows = session.execute(
        select(Clip.status, func.count()).where(Clip.project_id == project_id).group_by(Clip.status)
    )
    found = {row[0]: row[1] for row in rows}
    return {status: found.get(status, 0) for status in ClipStatus}


def open_of_projects(session: Session, project_ids: Collection[int]) -> Mapping[str, ClipStatus]:
    """The clips of some projects that wait for the analysis or are in it, by id."""
    unended = (ClipStatus.QUEUED, ClipStatus.ANALYSING)
    rows = session.execute(
        select(Clip.id, Clip.status).where(Clip.project_id.in_(project_ids), Clip.status.in_(unended))
    )
    return {row[0]: row[1] for row in rows}


def count_everywhere(session: Session) -> Mapping[ClipStatus, int]:
    """How many clips of all projects together are how far; every status is there."""
    rows = session.execute(select(Clip.status, func.count()).group_by(Clip.status))
    found = {row[0]: row[1] for row in rows}
    return {status: found.get(status, 0) for status in ClipStatus}


def next_unrated(session: Session, project_id: int, person_id: int, *, after: int = 0) -> ClipRecord | None:
    """The first ready clip behind number ``after`` that the person has not rated, then from the start.

    Returns
    -------
    ClipRecord or None
        ``None`` when they have rated every ready clip.
    """
    rated = exists().where(Rating.clip_id == Clip.id, Rating.person_id == person_id, ratings.standing())
    unrated = _ready(project_id).where(~rated).order_by(Clip.number)
    return first(session, unrated.where(Clip.number > after), ClipRecord) or first(
        session, unrated, ClipRecord
    )


def first_ready(session: Session, project_id: int) -> ClipRecord | None:
    """The first clip of a project that can be rated."""
    return first(session, _ready(project_id).order_by(Clip.number), ClipRecord)


def neighbours(session: Session, clip: ClipRecord) -> tuple[str | None, str | None]:
    """Ids of the clips to be rated before and behind ``clip``."""
    ready = select(Clip.id).where(Clip.project_id == clip.project_id, to_be_rated())
    before = ready.where(Clip.number < clip.number).order_by(Clip.number.desc()).limit(1)
    behind = ready.where(Clip.number > clip.number).order_by(Clip.number).limit(1)
    return session.scalar(before), session.scalar(behind)


def position(session: Session, clip: ClipRecord) -> int:
    """The clip's place among the project's ready clips, from 1."""
    return 1 + count_to_be_rated(session, clip.project_id, below=clip.number)


def set_status(
    session: Session, clip_id: str, status: ClipStatus, *, message: str | None = None
) -> ClipRecord:
    """Say how far a clip is; a failed one needs a ``message`` that says why, a withdrawn one stays so."""
    return _change(session, clip_id, {"status": status, "message": message})


def update_details(session: Session, clip_id: str, details: ClipDetails) -> ClipRecord:
    """Replace what a person may correct; the prediction stays until the clip is analysed again."""
    return _change(session, clip_id, asdict(details))


def rename(session: Session, clip_id: str, name: str) -> ClipRecord:
    """Give a clip another name than that of the file it came as."""
    return _change(session, clip_id, {"original_name": name})


def set_media(
    session: Session,
    clip_id: str,
    *,
    browser_key: str | None = None,
    thumbnail_key: str | None = None,
    duration_s: float | None = None,
    width: int | None = None,
    height: int | None = None,
) -> ClipRecord:
    """Say what was found out about a clip's file; what is not given stays."""
    given = {
        "browser_key": browser_key,
        "thumbnail_key": thumbnail_key,
        "duration_s": duration_s,
        "width": width,
        "height": height,
    }
    return _change(session, clip_id, {name: value for name, value in given.items() if value is not None})


def claim_queued(session: Session) -> ClipRecord | None:
    """Take the clip that has waited longest and mark it as being analysed.

    A take goes before clips that were imported: whoever performed it waits in front of the page. Any
    project's may be taken, but for those whose analysis somebody has stopped.
    """
    stopped = select(Project.id).where(Project.settings[STOPPED_SETTING].as_boolean().is_(True))
    waiting = _all().where(Clip.status == ClipStatus.QUEUED, Clip.project_id.not_in(stopped))
    performed = exists().where(Take.clip_id == Clip.id)
    clip = None
    for some in (waiting.where(performed), waiting):
        oldest = some.order_by(Clip.number).with_for_update(skip_locked=True, of=Clip)
        clip = clip or first(session, oldest, ClipRecord)
    return None if clip is None else set_status(session, clip.id, ClipStatus.ANALYSING)


def requeue_interrupted(session: Session) -> int:
    """Queue again what was being analysed when the server went down; how many clips that were."""
    interrupted = select(Clip.id).where(Clip.status == ClipStatus.ANALYSING)
    ids = session.scalars(interrupted).all()
    session.execute(
        update(Clip).where(Clip.id.in_(ids)).values(status=ClipStatus.QUEUED, message=None, updated_at=now())
    )
    return len(ids)


def queue_all(session: Session, project_id: int) -> int:
    """Queue every clip of a project that is ready or has failed; how many clips that were."""
    rested = (Clip.project_id == project_id, Clip.status.in_((ClipStatus.READY, ClipStatus.FAILED)))
    count = session.scalar(select(func.count()).select_from(Clip).where(*rested)) or 0
    session.execute(
        update(Clip).where(*rested).values(status=ClipStatus.QUEUED, message=None, updated_at=now())
    )
    return count


def _change(session: Session, clip_id: str, changes: Mapping[str, object]) -> ClipRecord:
    get(session, clip_id)
    there = (Clip.id == clip_id, Clip.status != ClipStatus.WITHDRAWN)
    session.execute(update(Clip).where(*there).values(updated_at=now(), **changes))
    return get(session, clip_id)


def _all() -> Select[tuple[object, ...]]:
    return selecting(Clip, ClipRecord)


def _ready(project_id: int) -> Select[tuple[object, ...]]:
    return _all().where(Clip.project_id == project_id, to_be_rated())
