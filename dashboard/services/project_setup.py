"""What a project is called, which language it is in, and how people answer there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from babel import Locale
from babel.core import UnknownLocaleError

from dashboard.services.permissions import Act, ensure, require
from db import audit, project_marks, projects
from db.errors import AlreadyThereError, RefusedValueError
from db.records import ProjectRecord
from db.session import reading, writing
from engine.vocabulary import Protocol

NAME_LENGTH: Final = 80


@dataclass(frozen=True, slots=True)
class Basics:
    """The first facts of a project."""

    name: str
    language: str
    protocol: Protocol


def basics_of(project: ProjectRecord) -> Basics:
    """What a project says now."""
    return Basics(project.name, project.language, project.protocol)


def set_basics(project_id: int, wanted: Basics, *, person_id: int | None) -> ProjectRecord:
    """Change what differs, from the next task on; what was answered stays as it was answered.

    Raises
    ------
    AlreadyThereError
        If another project has the name.
    RefusedValueError
        If the name is empty or too long, or the language is none.
    NotAllowedError
        If the person may not set the project up.
    """
    name = " ".join(wanted.name.split())
    if not 1 <= len(name) <= NAME_LENGTH:
        raise RefusedValueError(f"A project's name has 1 to {NAME_LENGTH} letters, not {len(name)}.")
    language = _language(wanted.language)
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        project = projects.by_id(session, project_id)
        if name in {other.name for other in projects.everything(session) if other.id != project_id}:
            raise AlreadyThereError(f"There is a project {name!r} already; choose another name.")
        before, after = basics_of(project), Basics(name, language, wanted.protocol)
        if before == after:
            return project
        changed = projects.update(session, project_id, name=name, language=language, protocol=wanted.protocol)
        audit.write(
            session,
            "project.basics",
            f"project:{project_id}",
            person_id=person_id,
            details={
                field: [str(old), str(new)]
                for field, old, new in (
                    ("name", before.name, after.name),
                    ("language", before.language, after.language),
                    ("protocol", before.protocol.value, after.protocol.value),
                )
                if old != new
            },
        )
        return changed


def answers(project_id: int, *, person_id: int | None = None) -> int:
    """How many answers people have given in a project: what a change of protocol would set apart.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    ensure(project_id, person_id, Act.SET_UP)
    with reading() as session:
        return project_marks.of_project(session, project_id).ratings[0]


def _language(given: str) -> str:
    try:
        Locale.parse(given.strip(), sep="-")
    except (ValueError, UnknownLocaleError):
        raise RefusedValueError(
            f"{given.strip()!r} is no language; give its code, such as en, hi or ur."
        ) from None
    return given.strip()
