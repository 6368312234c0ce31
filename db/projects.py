"""Queries on projects."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Select, bindparam
from sqlalchemy.orm import Session

from db.errors import UnknownRowError
from db.prepared import Prepared
from db.records import Json, ProjectRecord
from db.rows import every, first, selecting
from db.tables import Project
from engine.vocabulary import Protocol

STOPPED_SETTING: Final = "analysis_stopped"
"""Where a project's settings say that its waiting clips are left alone."""

_BY_ID: Final = Prepared(
    ProjectRecord, selecting(Project, ProjectRecord).where(Project.id == bindparam("project_id"))
)


def get_or_create(
    session: Session,
    name: str,
    *,
    protocol: Protocol = Protocol.ASSISTED,
    language: str = "en",
    demo: bool = False,
    settings: Json | None = None,
) -> ProjectRecord:
    """The project of that name (outer blanks do not count), added if there is none.

    The options serve a new project only; an existing one is returned as it is.
    """
    name = name.strip()
    found = first(session, _all().where(Project.name == name), ProjectRecord)
    if found is not None:
        return found
    project = Project(
        name=name, protocol=protocol, language=language, demo=demo, settings=dict(settings or {})
    )
    session.add(project)
    session.flush()
    return by_id(session, project.id)


def by_name(session: Session, name: str) -> ProjectRecord:
    """The project of that name.

    Raises
    ------
    UnknownRowError
        If there is none, with the names there are.
    """
    found = first(session, _all().where(Project.name == name.strip()), ProjectRecord)
    if found is None:
        names = ", ".join(project.name for project in everything(session)) or "none yet"
        raise UnknownRowError(f"There is no project {name!r}; there are: {names}.")
    return found


def by_id(session: Session, project_id: int) -> ProjectRecord:
    """The project with that id.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    found = _BY_ID.first(session, project_id=project_id)
    if found is None:
        raise UnknownRowError(f"There is no project number {project_id}; choose one from the list.")
    return found


def everything(session: Session) -> tuple[ProjectRecord, ...]:
    """All projects by name."""
    return every(session, _all().order_by(Project.name), ProjectRecord)


def update(
    session: Session, project_id: int, *, name: str, language: str, protocol: Protocol
) -> ProjectRecord:
    """Change a project's first facts."""
    by_id(session, project_id)
    row = session.get_one(Project, project_id)
    row.name, row.language, row.protocol = name, language, protocol
    session.flush()
    return by_id(session, project_id)


def update_settings(session: Session, project_id: int, settings: Json) -> ProjectRecord:
    """Replace a project's settings as a whole."""
    by_id(session, project_id)
    session.get_one(Project, project_id).settings = dict(settings)
    session.flush()
    return by_id(session, project_id)


def set_analysis_stopped(session: Session, project_id: int, *, stopped: bool) -> ProjectRecord:
    """Leave a project's waiting clips alone, or have them taken up again."""
    settings = by_id(session, project_id).settings
    return update_settings(session, project_id, {**settings, STOPPED_SETTING: stopped})


def _all() -> Select[tuple[object, ...]]:
    return selecting(Project, ProjectRecord)
