"""Queries on accounts and on whom identity providers vouch for."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from db.prepared import Prepared
from db.records import AccountRecord, PersonRecord
from db.rows import build, columns_of, selecting
from db.tables import Account, Identity, Person

_OF_PERSON: Final = Prepared(
    AccountRecord, selecting(Account, AccountRecord).where(Account.person_id == bindparam("person_id"))
)
_BY_NAME: Final = Prepared(
    AccountRecord, selecting(Account, AccountRecord).where(Account.name_key == bindparam("name_key"))
)


def add(
    session: Session, person_id: int, *, name_key: str, password_hash: str | None, is_admin: bool = False
) -> AccountRecord:
    """Give a person a way in."""
    session.add(
        Account(person_id=person_id, name_key=name_key, password_hash=password_hash, is_admin=is_admin)
    )
    session.flush()
    found = of_person(session, person_id)
    assert found is not None
    return found


def of_person(session: Session, person_id: int) -> AccountRecord | None:
    """A person's account, ``None`` without one."""
    return _OF_PERSON.first(session, person_id=person_id)


def by_name(session: Session, name_key: str) -> AccountRecord | None:
    """The account that signs in under a folded name, ``None`` without one."""
    return _BY_NAME.first(session, name_key=name_key)


def everybody(session: Session) -> tuple[tuple[PersonRecord, AccountRecord], ...]:
    """Everybody with an account, by name."""
    people, accounts = columns_of(Person, PersonRecord), columns_of(Account, AccountRecord)
    rows = session.execute(
        select(*people, *accounts).join(Account, Account.person_id == Person.id).order_by(Person.name)
    )
    split = len(people)
    return tuple((build(PersonRecord, row[:split]), build(AccountRecord, row[split:])) for row in rows)


def any_admin(session: Session) -> bool:
    """Whether anybody looks after the server."""
    usable = (Account.is_admin.is_(True), Account.disabled_at.is_(None))
    return bool(session.scalar(select(func.count()).select_from(Account).where(*usable)))


def set_password(session: Session, person_id: int, password_hash: str) -> None:
    """Replace a person's password."""
    _change(session, person_id, password_hash=password_hash)


def set_disabled(session: Session, person_id: int, at: datetime | None) -> None:
    """Close an account at a moment, or open it again."""
    _change(session, person_id, disabled_at=at)


def vouch(session: Session, person_id: int, *, issuer: str, subject: str) -> None:
    """Remember whom an identity provider means by a subject."""
    session.add(Identity(issuer=issuer, subject=subject, person_id=person_id))
    session.flush()


def vouched(session: Session, *, issuer: str, subject: str) -> int | None:
    """Whom an identity provider means by a subject, ``None`` for nobody known."""
    found: int | None = session.scalar(
        select(Identity.person_id).where(Identity.issuer == issuer, Identity.subject == subject)
    )
    return found


def _change(session: Session, person_id: int, **values: object) -> None:
    session.execute(update(Account).where(Account.person_id == person_id).values(**values))
