"""Queries on invitations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from db.errors import UnknownRowError
from db.records import InvitationRecord
from db.rows import every, first, selecting
from db.tables import Invitation
from engine.vocabulary import Role


def add(
    session: Session,
    *,
    token_hash: str,
    expires_at: datetime,
    project_id: int | None = None,
    role: Role | None = None,
    person_id: int | None = None,
    makes_admin: bool = False,
    made_by: int | None = None,
) -> InvitationRecord:
    """Keep an invitation."""
    row = Invitation(
        token_hash=token_hash,
        expires_at=expires_at,
        project_id=project_id,
        role=role,
        person_id=person_id,
        makes_admin=makes_admin,
        made_by=made_by,
    )
    session.add(row)
    session.flush()
    return by_id(session, row.id)


def by_id(session: Session, invitation_id: int) -> InvitationRecord:
    """The invitation with that id.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    found = first(
        session,
        selecting(Invitation, InvitationRecord).where(Invitation.id == invitation_id),
        InvitationRecord,
    )
    if found is None:
        raise UnknownRowError("There is no such invitation; make a new one.")
    return found


def by_token(session: Session, token_hash: str) -> InvitationRecord | None:
    """The invitation of a link, ``None`` without one."""
    statement = selecting(Invitation, InvitationRecord).where(Invitation.token_hash == token_hash)
    return first(session, statement, InvitationRecord)


def open_ones(session: Session, project_id: int, *, at: datetime) -> tuple[InvitationRecord, ...]:
    """Those of a project that can still be used, newest first."""
    statement = selecting(Invitation, InvitationRecord).where(
        Invitation.project_id == project_id, Invitation.used_at.is_(None), Invitation.expires_at > at
    )
    return every(session, statement.order_by(Invitation.id.desc()), InvitationRecord)


def use(session: Session, invitation_id: int, *, person_id: int, at: datetime) -> bool:
    """Use an invitation up; False where somebody was faster, or it has expired."""
    done = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.used_at.is_(None), Invitation.expires_at > at)
        .values(used_at=at, used_by=person_id)
        .returning(Invitation.id)
    )
    return done.first() is not None


def withdraw(session: Session, invitation_id: int) -> None:
    """Delete an invitation that nobody has used."""
    session.execute(delete(Invitation).where(Invitation.id == invitation_id, Invitation.used_at.is_(None)))


def withdraw_first_links(session: Session) -> None:
    """Delete the unused links that make an admin."""
    session.execute(delete(Invitation).where(Invitation.makes_admin.is_(True), Invitation.used_at.is_(None)))
