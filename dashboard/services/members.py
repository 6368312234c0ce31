"""Who has which part in a project, and changing it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from dashboard.services import accounts
from dashboard.services.permissions import Act, NotAllowedError, may, require
from db import audit, people, projects
from db.classes import CLASS_SETTING
from db.errors import RefusedValueError
from db.records import MemberRecord, ProjectRecord
from db.session import reading, writing
from engine.vocabulary import Role


def listing(project_id: int, *, person_id: int | None) -> tuple[MemberRecord, ...]:
    """The people of a project by name; simulated raters are left out.

    Raises
    ------
    NotAllowedError
        If the person may not set the project up.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.SET_UP)
        return tuple(each for each in people.members(session, project_id) if not each.person.simulated)


def parts_in(project: ProjectRecord) -> tuple[Role, ...]:
    """The parts there are in a project: a class has students in place of raters."""
    left_out = Role.RATER if project.settings.get(CLASS_SETTING) else Role.STUDENT
    return tuple(role for role in Role if role is not left_out)


def require_part(session: Session, project_id: int, role: Role) -> None:
    """Refuse a part that there is not in a project.

    Raises
    ------
    RefusedValueError
    """
    if role not in parts_in(projects.by_id(session, project_id)):
        raise RefusedValueError("There is no such part here: a class has students in place of raters.")


def may_give(giver: Role | None, role: Role) -> bool:
    """Whether a part may be given by somebody: nobody gives more than they have."""
    if role is Role.ADMIN:
        return may(giver, Act.MANAGE_PEOPLE)
    return may(giver, Act.SET_UP)


def give(project_id: int, member_id: int, role: Role, *, person_id: int) -> None:
    """Give somebody another part in a project; a project always keeps one who leads it.

    Raises
    ------
    NotAllowedError
        If the giver's own part does not reach so far.
    RefusedValueError
        If nobody would be left to lead, or the person has no part in the project.
    """
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        require_part(session, project_id, role)
        members = {each.person.id: each for each in people.members(session, project_id)}
        if member_id not in members:
            raise RefusedValueError("That person has no part in this project; have them open it first.")
        before, own = members[member_id].role, members[person_id].role
        if before is role:
            return
        if not (may_give(own, role) and may_give(own, before)):
            raise NotAllowedError("Only an admin makes an admin or ends one's part; ask one.")
        leads = [
            each for each in members.values() if may(each.role, Act.SET_UP) and not each.person.simulated
        ]
        if not may(role, Act.SET_UP) and [each.person.id for each in leads] == [member_id]:
            raise RefusedValueError(
                "Nobody would be left to lead the project; let somebody else lead it first."
            )
        people.join(session, project_id, member_id, role)
        audit.write(
            session,
            "project.part",
            f"project:{project_id}",
            person_id=person_id,
            details={"person": member_id, "from": before.value, "to": role.value},
        )


def take_in(project_id: int, member_id: int, role: Role) -> None:
    """Give somebody a part in a project, whether they have one or not; for the machine's owner.

    Raises
    ------
    RefusedValueError
        If there is no such part in the project.
    """
    with writing() as session:
        require_part(session, project_id, role)
        people.join(session, project_id, member_id, role)
        audit.write(
            session, "project.part", f"project:{project_id}", details={"person": member_id, "to": role.value}
        )


def take_over(project_id: int, *, person_id: int) -> None:
    """Have who looks after the server lead a project in which they had no part.

    Raises
    ------
    NotAllowedError
        If the person does not look after the server.
    """
    with writing() as session:
        if not accounts.is_admin(session, person_id):
            require(session, project_id, person_id, Act.MANAGE_PEOPLE)
        people.join(session, project_id, person_id, Role.ADMIN)
        audit.write(
            session,
            "project.take_over",
            f"project:{project_id}",
            person_id=person_id,
            details={"to": Role.ADMIN.value},
        )
