"""Which rows are a project's: its own, those that hang on them, and the people they name.

Accounts, sign-ins, invitations and the audit log are the server's, not a project's.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ColumnElement, ForeignKey, Table, or_, select, true
from sqlalchemy.orm import Session

from db.tables import Account, AuditEntry, Base, FailedSignIn, Identity, Invitation, Person, Project, SignIn

OF_THE_SERVER: Final = frozenset(
    kind.__tablename__ for kind in (Account, AuditEntry, FailedSignIn, Identity, Invitation, SignIn)
)


def tables() -> tuple[Table, ...]:
    """Every table that holds rows of a project, each behind those that its rows point to."""
    return tuple(table for table in Base.metadata.sorted_tables if table.name not in OF_THE_SERVER)


def conditions(project_id: int) -> dict[str, ColumnElement[bool]]:
    """By table, what tells the rows of a project from others'."""
    found: dict[str, ColumnElement[bool]] = {Project.__tablename__: Project.id == project_id}
    for table in tables():
        if table.name in found or table.name == Person.__tablename__:
            continue
        found[table.name] = _hangs_on(table, found)
    found[Person.__tablename__] = _named_in(found)
    return found


def _hangs_on(table: Table, found: dict[str, ColumnElement[bool]]) -> ColumnElement[bool]:
    """That a row points, and has to point, to a row of the project; most tables name the project itself."""
    owners = [
        (column, key)
        for column in table.columns
        for key in column.foreign_keys
        if not column.nullable and _pointed_at(key) in found
    ]
    owners.sort(key=lambda pair: _pointed_at(pair[1]) != Project.__tablename__)
    column, key = owners[0]
    return column.in_(select(key.column).where(found[_pointed_at(key)]))


def _named_in(found: dict[str, ColumnElement[bool]]) -> ColumnElement[bool]:
    named = [
        Person.id.in_(select(column).where(found[table.name], column.is_not(None)))
        for table in tables()
        if table.name in found
        for column in _people_in(table)
    ]
    return or_(*named) if named else ~true()


def _people_in(table: Table) -> list[Column[int]]:
    return [
        column
        for column in table.columns
        for key in column.foreign_keys
        if _pointed_at(key) == Person.__tablename__
    ]


def _pointed_at(key: ForeignKey) -> str:
    """The name of the table that a column points to."""
    return key.target_fullname.partition(".")[0]


def pointing_out(session: Session, project_id: int) -> str | None:
    """The name of a table of which a row of the project points to another project's; ``None`` for none.

    Such a row cannot be anywhere without the other project.
    """
    found = conditions(project_id)
    for table in tables():
        for column in table.columns:
            for key in column.foreign_keys:
                there = _pointed_at(key)
                if there not in found or there == Person.__tablename__:
                    continue
                own = select(key.column).where(found[there])
                out = select(column).where(found[table.name], column.is_not(None), column.not_in(own))
                if session.execute(out.limit(1)).first() is not None:
                    return table.name
    return None
