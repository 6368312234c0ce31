"""Who sits in front of the dashboard: named people, until accounts tell for certain."""

from __future__ import annotations

from typing import Final

from db import people, session
from db.records import PersonRecord, ProjectRecord
from engine.vocabulary import Role

DEMO_TEACHER: Final = "Demo teacher"


def known() -> tuple[PersonRecord, ...]:
    """Everybody who may sit here, by name; simulated raters never do."""
    with session.reading() as reading:
        return people.everybody(reading, simulated=False)


def welcome(name: str, project: ProjectRecord) -> PersonRecord:
    """The person of that name, with a part in the project; added where they are new.

    Raises
    ------
    StorageError
        If the database refuses.
    """
    with session.reading() as reading:
        for person in people.everybody(reading, simulated=False):
            if person.name == name and people.role_in(reading, project.id, person.id) is not None:
                return person
    with session.writing() as writing:
        person = people.get_or_create(writing, name)
        if people.role_in(writing, project.id, person.id) is None:
            people.join(writing, project.id, person.id, Role.INSTRUCTOR)
        return person
