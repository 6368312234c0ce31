"""Making projects, and what can be set about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dashboard.services import accounts
from dashboard.services.judging import CONTEXT_COLUMNS, ensure_fixed
from dashboard.services.permissions import Act, NotAllowedError, require
from dashboard.services.refusals import worded
from dashboard.services.taught_answers import REVISED_SETTING
from db import audit, classes, people, projects
from db.errors import AlreadyThereError
from db.records import PersonRecord, ProjectRecord
from db.session import reading, writing
from engine.errors import UnknownNameError
from engine.vocabulary import Protocol, Role

CONTEXT_SETTING: Final = "context_columns"
DEFAULT_CONTEXT: Final = ("emotion", "genre")
"""What thresholds may depend on unless a project says otherwise; never what
:data:`~engine.verdict.levels.PROTECTED_TRAITS` names."""


def create(
    name: str,
    *,
    person_id: int | None = None,
    protocol: Protocol = Protocol.ASSISTED,
    language: str = "en",
    demo: bool = False,
    is_class: bool = False,
) -> ProjectRecord:
    """Make a project with the fixed thresholds in force; the person becomes its instructor.

    Parameters
    ----------
    is_class : bool
        Make it a class: who comes later is no rater, and takes are seen by those who teach and by whoever
        made them.

    Raises
    ------
    AlreadyThereError
        If there is a project of that name.
    RefusedValueError
        If the name is empty.
    NotAllowedError
        If the person neither leads a project nor looks after the server.
    """
    with writing() as session:
        if not accounts.is_maker(session, person_id):
            raise worded(NotAllowedError, "sign_in.refusal.maker")
        if name.strip() in {project.name for project in projects.everything(session)}:
            raise AlreadyThereError(f"There is a project {name.strip()!r} already; choose another name.")
        project = projects.get_or_create(
            session,
            name,
            protocol=protocol,
            language=language,
            demo=demo,
            settings={classes.CLASS_SETTING: True} if is_class else None,
        )
        ensure_fixed(session, project.id)
        if person_id is not None:
            people.join(session, project.id, person_id, Role.INSTRUCTOR)
        audit.write(
            session, "project.create", f"project:{project.id}", person_id=person_id, details={"name": name}
        )
        return project


def get_or_create(name: str, *, person_id: int | None = None, demo: bool = False) -> ProjectRecord:
    """The project of that name, made with the usual settings if there is none."""
    with reading() as session:
        found = [project for project in projects.everything(session) if project.name == name.strip()]
    if found:
        return found[0]
    try:
        return create(name, person_id=person_id, demo=demo)
    except AlreadyThereError:  # somebody else made it in between
        return by_name(name)


def by_name(name: str) -> ProjectRecord:
    """The project of that name.

    Raises
    ------
    UnknownRowError
        If there is none, with the names there are.
    """
    with reading() as session:
        return projects.by_name(session, name)


def listing() -> tuple[ProjectRecord, ...]:
    """All projects by name; for the machine's owner, and where people name themselves."""
    with reading() as session:
        return projects.everything(session)


def person(name: str, *, simulated: bool = False) -> PersonRecord:
    """The person of that name, added if there is none."""
    with writing() as session:
        return people.get_or_create(session, name, simulated=simulated)


def context_columns(project: ProjectRecord) -> tuple[str, ...]:
    """What the thresholds of a project may depend on."""
    return tuple(project.settings.get(CONTEXT_SETTING, DEFAULT_CONTEXT))


def set_context_columns(project_id: int, columns: Sequence[str], *, person_id: int | None) -> ProjectRecord:
    """Choose what the thresholds of a project may depend on from the next training on.

    Raises
    ------
    UnknownNameError
        If a column is none of :data:`~dashboard.services.judging.CONTEXT_COLUMNS`.
    """
    unknown = [name for name in columns if name not in CONTEXT_COLUMNS]
    if unknown:
        raise UnknownNameError(
            f"Thresholds cannot depend on {unknown[0]!r}; choose from {', '.join(CONTEXT_COLUMNS)}."
        )
    with writing() as session:
        require(session, project_id, person_id, Act.TEACH)
        project = projects.by_id(session, project_id)
        settings = {**project.settings, CONTEXT_SETTING: list(columns)}
        audit.write(
            session,
            "project.context",
            f"project:{project_id}",
            person_id=person_id,
            details={"columns": list(columns)},
        )
        return projects.update_settings(session, project_id, settings)


def set_training_on_revised(project_id: int, *, wanted: bool, person_id: int | None) -> ProjectRecord:
    """Choose whether answers changed after the reveal teach from the next training on; off at first."""
    with writing() as session:
        require(session, project_id, person_id, Act.TEACH)
        settings = {**projects.by_id(session, project_id).settings, REVISED_SETTING: wanted}
        audit.write(
            session,
            "project.train_on_revised",
            f"project:{project_id}",
            person_id=person_id,
            details={"wanted": wanted},
        )
        return projects.update_settings(session, project_id, settings)
