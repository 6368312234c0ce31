"""Everything in the database into another one: from SQLite to PostgreSQL, and back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from db import audit, copying, projects
from db.copying import TableState
from db.errors import StorageError
from db.location import database_url
from db.session import writing


@dataclass(frozen=True, slots=True)
class Moved:
    """What came over.

    Attributes
    ----------
    tables : tuple of TableState
        Each the same on both sides.
    place : str
        The address of the other database, without its password.
    """

    tables: tuple[TableState, ...]
    place: str

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


def move(to: str, *, project: str | None = None) -> Moved:
    """Copy every row into an empty database and hold both against each other, row for row.

    Nobody writes to either database meanwhile. What was there stays there; the media stay in the data folder.

    Parameters
    ----------
    project : str, optional
        Copy the rows of this project alone, with the people they name, into a database in which their keys
        are free. The audit log stays: its lines are a chain of all projects'. The other database's own log
        tells what came, and with which last line of this one.

    Raises
    ------
    StorageError
        If the other database is this one, cannot be used, has rows, or does not take one as it is; or if the
        audit log of this one does not hold. Nothing is stored then.
    UnknownRowError
        If there is no such project.
    """
    place = _place(to)
    if place == _place(database_url()):
        raise StorageError(f"{place} is where the data are already; name another database.")
    with writing() as source, writing(to) as target:
        broken = audit.first_broken(source)
        if broken is not None:
            raise StorageError(
                f"Line {broken.id} of the audit log was tampered with; restore a backup from before that, "
                "then move."
            )
        if project is None:
            return Moved(copying.copy(source, target), place)
        wanted = projects.by_name(source, project)
        came = copying.copy_project(source, target, wanted.id)
        details = {"rows": sum(table.rows for table in came), "after": audit.extent(source)[1]}
        audit.write(target, "project.moved", f"project:{wanted.id}", details=details)
        return Moved(came, place)


def _place(address: str) -> str:
    try:
        return make_url(address).render_as_string(hide_password=True)
    except ArgumentError:
        raise StorageError(
            "That is no database address; it looks like postgresql://user:password@host/dailies or "
            "sqlite:////folder/dailies.db."
        ) from None
