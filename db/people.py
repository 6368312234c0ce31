"""Queries on people and their part in projects."""

from __future__ import annotations

import secrets
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.errors import UnknownRowError
from db.prepared import Prepared, scalar
from db.records import MemberRecord, PersonRecord
from db.rows import build, columns_of, every, first, selecting
from db.tables import Membership, Person
from engine.vocabulary import Role

_BY_ID: Final = Prepared(
    PersonRecord, selecting(Person, PersonRecord).where(Person.id == bindparam("person_id"))
)
_ROLE: Final = select(Membership.role).where(
    Membership.project_id == bindparam("project_id"), Membership.person_id == bindparam("person_id")
)


def get_or_create(session: Session, name: str, *, simulated: bool = False) -> PersonRecord:
    """The person of that name (outer blanks do not count), added if there is none."""
    name = name.strip()
    found = first(session, selecting(Person, PersonRecord).where(Person.name == name), PersonRecord)
    if found is not None:
        return found
    person = Person(name=name, pseudonym=f"rater-{secrets.token_hex(6)}", simulated=simulated)
    session.add(person)
    session.flush()
    return by_id(session, person.id)


def by_id(session: Session, person_id: int) -> PersonRecord:
    """The person with that id.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    found = _BY_ID.first(session, person_id=person_id)
    if found is None:
        raise UnknownRowError(f"There is no person number {person_id}; choose one from the list.")
    return found


def everybody(session: Session, *, simulated: bool | None = None) -> tuple[PersonRecord, ...]:
    """All people by name; only simulated or only real ones if asked."""
    statement = selecting(Person, PersonRecord).order_by(Person.name)
    if simulated is not None:
        statement = statement.where(Person.simulated == simulated)
    return every(session, statement, PersonRecord)


def join(session: Session, project_id: int, person_id: int, role: Role) -> None:
    """Give a person a part in a project, or change the one they have."""
    membership = session.get(Membership, (project_id, person_id))
    if membership is None:
        session.add(Membership(project_id=project_id, person_id=person_id, role=role))
    else:
        membership.role = role
    session.flush()


def leave(session: Session, project_id: int, person_id: int) -> None:
    """End a person's part in a project; what they did there stays."""
    membership = session.get(Membership, (project_id, person_id))
    if membership is not None:
        session.delete(membership)
        session.flush()


def role_in(session: Session, project_id: int, person_id: int) -> Role | None:
    """A person's part in a project, ``None`` for a stranger."""
    role: Role | None = scalar(session, _ROLE, project_id=project_id, person_id=person_id)
    return role


def members(session: Session, project_id: int) -> tuple[MemberRecord, ...]:
    """Everybody with a part in a project, by name."""
    rows = session.execute(
        select(Membership.role, *columns_of(Person, PersonRecord))
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.project_id == project_id)
        .order_by(Person.name)
    )
    return tuple(MemberRecord(person=build(PersonRecord, row[1:]), role=row[0]) for row in rows)


def roles_of(session: Session, person_id: int) -> dict[int, Role]:
    """The parts a person has, by project."""
    rows = session.execute(
        select(Membership.project_id, Membership.role).where(Membership.person_id == person_id)
    )
    return {row[0]: row[1] for row in rows}
