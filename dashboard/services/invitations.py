"""Links by which people get in: made by who leads, good once and for a while, kept as a hash alone."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import accounts, members, passwords, sign_ins
from dashboard.services.accounts import AccountError
from dashboard.services.permissions import Act, NotAllowedError, require
from dashboard.services.refusals import worded
from db import accounts as stored_accounts
from db import audit, invitations, people, projects
from db.columns import now
from db.errors import RefusedValueError, UnknownRowError
from db.records import InvitationRecord, PersonRecord
from db.session import reading, writing
from engine.errors import DailiesError
from engine.vocabulary import Role

LASTS: Final = timedelta(days=7)
LONGEST: Final = timedelta(days=60)
FIRST_LASTS: Final = timedelta(hours=24)
TOKEN_BYTES: Final = 32


class InvitationError(DailiesError):
    """A link that was used, has expired, or never was; which, is not told."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link offers to whoever opens it.

    Attributes
    ----------
    project, inviter : str or None
        Names; ``None`` for the first link of a server.
    person : PersonRecord or None
        Whom it is for; ``None`` where they say their name.
    """

    project: str | None
    role: Role | None
    inviter: str | None
    person: PersonRecord | None
    makes_admin: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """An invitation that nobody has used yet; its link cannot be shown again."""

    id: int
    role: Role | None
    person: str | None
    expires_at: datetime


def invite(
    project_id: int,
    role: Role,
    *,
    person_id: int | None,
    member_id: int | None = None,
    lasts: timedelta = LASTS,
    at: datetime | None = None,
) -> str:
    """Make a link that gives a part in a project; returns its secret, which is shown once.

    Parameters
    ----------
    member_id : int, optional
        Somebody who is known here and has no account, such as a student on a class's list.

    Raises
    ------
    NotAllowedError
        If the part of the one who invites does not reach so far.
    RefusedValueError
        If there is no such part here, the time is too long, or the person has an account.
    """
    moment = at or now()
    if not timedelta(0) < lasts <= LONGEST:
        raise worded(RefusedValueError, "sign_in.refusal.lasts", n=LONGEST.days)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        members.require_part(session, project_id, role)
        own = Role.ADMIN if person_id is None else people.role_in(session, project_id, person_id)
        if not members.may_give(own, role):
            raise NotAllowedError("Only an admin makes an admin or ends one's part; ask one.")
        if member_id is not None and not _is_invitable(session, project_id, member_id, person_id):
            raise worded(RefusedValueError, "sign_in.refusal.has_account")
        made = invitations.add(
            session,
            token_hash=_hash(token),
            expires_at=moment + lasts,
            project_id=project_id,
            role=role,
            person_id=member_id,
            made_by=person_id,
        )
        audit.write(
            session,
            "invitation.make",
            f"project:{project_id}",
            person_id=person_id,
            details={"invitation": made.id, "role": role.value},
        )
    return token


def first_link(*, at: datetime | None = None) -> str | None:
    """The secret of a link that makes an admin; ``None`` where there is one already."""
    moment = at or now()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with writing() as session:
        if stored_accounts.any_admin(session):
            return None
        invitations.withdraw_first_links(session)
        invitations.add(session, token_hash=_hash(token), expires_at=moment + FIRST_LASTS, makes_admin=True)
    return token


def look(token: str, *, at: datetime | None = None) -> Offer:
    """What a link offers.

    Raises
    ------
    InvitationError
        If it offers nothing any more.
    """
    with reading() as session:
        found = _usable(session, token, at or now())
        return Offer(
            project=None if found.project_id is None else projects.by_id(session, found.project_id).name,
            role=found.role,
            inviter=None if found.made_by is None else people.by_id(session, found.made_by).name,
            person=None if found.person_id is None else people.by_id(session, found.person_id),
            makes_admin=found.makes_admin,
        )


def accept(token: str, name: str, password: str, *, at: datetime | None = None) -> str:
    """Use a link up: an account under a new name, and the part it gives; returns the sign-in's cookie.

    Raises
    ------
    InvitationError
        If it offers nothing any more.
    AccountError, PasswordError, AlreadyThereError
        If the name is somebody's, or name or password are not taken; the link is still good then.
    """
    moment = at or now()
    offer = look(token, at=moment)
    called = accounts.checked_name(name if offer.person is None else offer.person.name)
    stored = passwords.hashed(passwords.checked(password, about=(called,)))
    with writing() as session:
        found = _usable(session, token, moment)
        person = _invited(session, found, called)
        accounts.open_account(session, person, password_hash=stored, is_admin=found.makes_admin)
        _take_part(session, found, person.id, moment)
    return sign_ins.begin(person.id, at=moment)


def accept_as(token: str, person_id: int, *, at: datetime | None = None) -> None:
    """Use a link up by somebody who has an account: they get the part it gives.

    Raises
    ------
    InvitationError
        If it offers nothing any more, or is for somebody else.
    """
    moment = at or now()
    with writing() as session:
        found = _usable(session, token, moment)
        if found.person_id not in (None, person_id) or found.makes_admin:
            raise worded(InvitationError, "sign_in.refusal.invitation")
        _take_part(session, found, person_id, moment)


def accept_vouched(
    token: str, name: str, *, issuer: str, subject: str, at: datetime | None = None
) -> PersonRecord:
    """Use a link up by somebody whom an identity provider vouches for; there is no password.

    Raises
    ------
    InvitationError, AccountError, AlreadyThereError
    """
    moment = at or now()
    with writing() as session:
        found = _usable(session, token, moment)
        person = _invited(session, found, accounts.checked_name(name))
        accounts.open_account(session, person, password_hash=None, is_admin=found.makes_admin)
        stored_accounts.vouch(session, person.id, issuer=issuer, subject=subject)
        _take_part(session, found, person.id, moment)
        return person


def listing(project_id: int, *, person_id: int | None, at: datetime | None = None) -> tuple[Listed, ...]:
    """The invitations of a project that can still be used, newest first.

    Raises
    ------
    NotAllowedError
        If the person may not set the project up.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.SET_UP)
        return tuple(
            Listed(
                each.id,
                each.role,
                None if each.person_id is None else people.by_id(session, each.person_id).name,
                each.expires_at,
            )
            for each in invitations.open_ones(session, project_id, at=at or now())
        )


def invitable(project_id: int, *, person_id: int | None) -> tuple[PersonRecord, ...]:
    """People with a part in a project who have no account yet and whom the one who asks may invite, by name.

    Raises
    ------
    NotAllowedError
        If the person may not set the project up.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.SET_UP)
        return tuple(
            each.person
            for each in people.members(session, project_id)
            if not each.person.simulated and _is_invitable(session, project_id, each.person.id, person_id)
        )


def withdraw(invitation_id: int, *, person_id: int | None) -> None:
    """Make a link that nobody has used worthless.

    Raises
    ------
    NotAllowedError
        If the person may not set the project up.
    UnknownRowError
        If there is no such invitation.
    """
    with writing() as session:
        found = invitations.by_id(session, invitation_id)
        if found.project_id is None:
            raise UnknownRowError("There is no such invitation; make a new one.")
        require(session, found.project_id, person_id, Act.SET_UP)
        invitations.withdraw(session, invitation_id)
        audit.write(
            session,
            "invitation.withdraw",
            f"project:{found.project_id}",
            person_id=person_id,
            details={"invitation": invitation_id},
        )


def _usable(session: Session, token: str, moment: datetime) -> InvitationRecord:
    found = invitations.by_token(session, _hash(token))
    is_good = found is not None and found.used_at is None and moment < found.expires_at
    if found is None or not is_good or not _still_may(session, found):
        raise worded(InvitationError, "sign_in.refusal.invitation")
    return found


def _still_may(session: Session, found: InvitationRecord) -> bool:
    """Whether who invited may still do so: a link is worth nothing once its maker's part has ended."""
    if found.made_by is None or found.project_id is None or found.role is None:
        return True
    account = stored_accounts.of_person(session, found.made_by)
    is_closed = account is not None and account.disabled_at is not None
    if found.person_id is not None and not _is_invitable(
        session, found.project_id, found.person_id, found.made_by
    ):
        return False
    return not is_closed and members.may_give(
        people.role_in(session, found.project_id, found.made_by), found.role
    )


def _invited(session: Session, found: InvitationRecord, name: str) -> PersonRecord:
    if found.person_id is not None:
        return people.by_id(session, found.person_id)
    wanted = accounts.name_key(name)
    if any(accounts.name_key(person.name) == wanted for person in people.everybody(session)):
        raise worded(AccountError, "sign_in.refusal.name_taken")
    return people.get_or_create(session, name)


def _take_part(session: Session, found: InvitationRecord, person_id: int, moment: datetime) -> None:
    if not invitations.use(session, found.id, person_id=person_id, at=moment):
        raise worded(InvitationError, "sign_in.refusal.invitation")
    has_part = found.project_id and people.role_in(session, found.project_id, person_id) is not None
    is_theirs = found.person_id is not None  # a link for whoever has it lowers nobody's part
    if found.project_id is not None and found.role is not None and (is_theirs or not has_part):
        people.join(session, found.project_id, person_id, found.role)
    audit.write(
        session,
        "invitation.accept",
        f"project:{found.project_id}",
        person_id=person_id,
        details={"invitation": found.id},
    )


def _is_invitable(session: Session, project_id: int, member_id: int, inviter_id: int | None) -> bool:
    """Whether somebody may be handed a link to an account that is to be a known person's.

    Whoever opens it has all of that person's parts: the one who invites must be able to give each of them.
    """
    parts = people.roles_of(session, member_id)
    if project_id not in parts or stored_accounts.of_person(session, member_id) is not None:
        return False
    return inviter_id is None or all(
        members.may_give(people.role_in(session, place, inviter_id), role) for place, role in parts.items()
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
