"""Who sits in front of the dashboard: named people, until accounts tell for certain."""

from __future__ import annotations

from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from dashboard.services.media_store import secret
from db import classes, people, session
from db.errors import UnknownRowError
from db.records import PersonRecord, ProjectRecord
from engine.errors import DailiesError
from engine.vocabulary import Role

DEMO_TEACHER: Final = "Demo teacher"
TICKET_SECONDS: Final = 300
"""How long the page's request to be remembered is good for."""


class TicketError(DailiesError):
    """A request to be remembered that no page of this server made."""


def known() -> tuple[PersonRecord, ...]:
    """Everybody who may sit here, by name; simulated raters never do."""
    with session.reading() as reading:
        return people.everybody(reading, simulated=False)


def welcome(name: str, project: ProjectRecord) -> PersonRecord:
    """The person of that name, with a part in the project; added where they are new.

    Who comes first leads the project, who comes later rates. In a class, who comes later has no part until
    whoever leads it puts them on its list.

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
            leads = any(
                member.role not in (Role.RATER, Role.STUDENT) and not member.person.simulated
                for member in people.members(writing, project.id)
            )
            if not leads:
                people.join(writing, project.id, person.id, Role.INSTRUCTOR)
            elif not classes.is_class(writing, project.id):
                people.join(writing, project.id, person.id, Role.RATER)
        return person


def ticket(person: PersonRecord) -> str:
    """What the page hands the browser so that it can ask to be remembered as ``person``."""
    return str(URLSafeTimedSerializer(secret(), salt="dailies.ticket").dumps(person.id))


def remembered(ticket: str) -> str:
    """The cookie that remembers who a ticket was made for.

    Raises
    ------
    TicketError
        If the ticket was not made here, or not just now.
    """
    try:
        person_id = URLSafeTimedSerializer(secret(), salt="dailies.ticket").loads(
            ticket, max_age=TICKET_SECONDS
        )
    except BadSignature:
        raise TicketError("This page is too old to say who you are; reload it.") from None
    return str(_cookies().dumps(person_id))


def person_of(cookie: str | None) -> PersonRecord | None:
    """Who a cookie remembers; ``None`` without one, or with one that is not from here."""
    if not cookie:
        return None
    try:
        person_id = _cookies().loads(cookie)
        with session.reading() as reading:
            return people.by_id(reading, person_id)
    except (BadSignature, UnknownRowError):
        return None


def id_of(cookie: str | None) -> int | None:
    """The number of whom a cookie remembers; see :func:`person_of`."""
    person = person_of(cookie)
    return None if person is None else person.id


def _cookies() -> URLSafeSerializer:
    return URLSafeSerializer(secret(), salt="dailies.visitor")
