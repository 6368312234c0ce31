"""Who sits in front of a page that is signed in, and what they have a part in: all that the frame draws by.

Every rerun of every page asks; it is one look at one state of the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.services import accounts, sign_ins
from db import people, projects
from db.records import PersonRecord, ProjectRecord
from db.session import reading
from engine.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Standing:
    """A person and their parts.

    Attributes
    ----------
    person : PersonRecord
    projects : tuple of ProjectRecord
        Those they have a part in, by name; all of them for who looks after the server.
    roles : Mapping[int, Role]
        Their parts, by project.
    may_make : bool
        Whether they may make projects.
    """

    person: PersonRecord
    projects: tuple[ProjectRecord, ...]
    roles: Mapping[int, Role]
    may_make: bool


def of_sign_in(sign_in: str | None) -> Standing | None:
    """Who is signed in by it now; ``None`` for nobody, or once it has ended or the account is closed."""
    if sign_in is None:
        return None
    with reading() as session:
        person_id = sign_ins.live(session, sign_in)
        if person_id is None:
            return None
        roles = people.roles_of(session, person_id)
        every = projects.everything(session)
        sees_all = accounts.is_admin(session, person_id)
        return Standing(
            person=people.by_id(session, person_id),
            projects=tuple(project for project in every if sees_all or project.id in roles),
            roles=roles,
            may_make=accounts.is_maker(session, person_id),
        )
