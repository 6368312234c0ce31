"""What a person may do in a project, by their role; every service that needs it asks here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services.refusals import worded
from db import people
from db.session import reading
from engine.errors import DailiesError
from engine.vocabulary import Role


class Act(StrEnum):
    """Something a role allows."""

    RATE = "rate"
    SEE_MACHINE = "see_machine"
    """Predictions of clips one has not answered, thresholds, other people's answers."""
    ADJUDICATE = "adjudicate"
    EXPORT = "export"
    TEACH = "teach"
    """Fit and promote thresholds."""
    SET_UP = "set_up"
    """Import clips, set the protocol, guidelines, labels and gold answers."""
    GRADE = "grade"
    """See every student's takes, mark them, and fetch the grade book."""
    HAND_IN = "hand_in"
    MANAGE_PEOPLE = "manage_people"


class NotAllowedError(DailiesError):
    """Something a person's part in the project does not include."""


_INSTRUCTOR: Final = frozenset(Act) - {Act.MANAGE_PEOPLE}

ALLOWED: Final[Mapping[Role, frozenset[Act]]] = {
    Role.RATER: frozenset({Act.RATE}),
    Role.INSTRUCTOR: _INSTRUCTOR,
    Role.ADMIN: frozenset(Act),
    Role.STUDENT: frozenset({Act.HAND_IN}),
}


def role_of(project_id: int, person_id: int) -> Role | None:
    """A person's part in a project, ``None`` for a stranger."""
    with reading() as session:
        return people.role_in(session, project_id, person_id)


def may(role: Role | None, act: Act) -> bool:
    """Whether a role allows an act; a stranger may do nothing."""
    return role is not None and act in ALLOWED[role]


def may_anywhere(person_id: int, act: Act) -> bool:
    """Whether a person's part in any project allows an act."""
    with reading() as session:
        return any(may(role, act) for role in people.roles_of(session, person_id).values())


def ensure(project_id: int, person_id: int | None, act: Act) -> None:
    """As :func:`require`, in a transaction of its own: for what is read in none, or in several.

    Raises
    ------
    NotAllowedError
    """
    if person_id is not None:
        with reading() as session:
            require(session, project_id, person_id, act)


def require(session: Session, project_id: int, person_id: int | None, act: Act) -> None:
    """Refuse an act that a person's part in the project does not include.

    ``None`` stands for the application itself and the command line of the machine's owner.

    Raises
    ------
    NotAllowedError
        In one sentence that names the part it needs.
    """
    if person_id is None:
        return
    role = people.role_in(session, project_id, person_id)
    if may(role, act):
        return
    if role is None and act is Act.RATE:
        raise worded(NotAllowedError, "refusal.not_allowed_rate")
    needed = next(name for name in Role if may(name, act))
    part = "no part" if role is None else f"the part of a {role.value}"
    raise NotAllowedError(
        f"This takes the part of {'an' if needed is not Role.RATER else 'a'} {needed.value}; "
        f"you have {part} in the project. Ask who leads it."
    )
