"""Who has a way in: making, closing and opening accounts, and getting in by a name and a password."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import known_devices, passwords, sign_ins, throttle
from dashboard.services.permissions import Act, may
from dashboard.services.refusals import worded
from db import accounts, audit, people
from db import sign_ins as browsers
from db.columns import now
from db.errors import UnknownRowError
from db.records import AccountRecord, PersonRecord
from db.session import reading, writing
from engine.errors import DailiesError

LONGEST_NAME: Final = 80
OWN_PAGE: Final = "signed in"
"""As what a browser is known that somebody is signed in by: the password is asked of them once more."""


class SignInError(DailiesError):
    """A name and a password that do not open anything; which of them was wrong is not told."""


class AccountError(DailiesError):
    """An account that cannot be made or changed so."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An account as a list shows it."""

    person: PersonRecord
    is_admin: bool
    disabled_at: datetime | None


def name_key(name: str) -> str:
    """A name as it is compared: whatever its case, blanks and way of being typed."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def checked_name(name: str) -> str:
    """A name that somebody can be called by.

    Raises
    ------
    AccountError
        If it is empty, too long, or holds what cannot be seen.
    """
    found = " ".join(unicodedata.normalize("NFC", name).split())
    is_seen = all(unicodedata.category(sign) not in ("Cc", "Cs", "Co", "Cn") for sign in found)
    if not found or len(found) > LONGEST_NAME or not is_seen:
        raise worded(AccountError, "sign_in.refusal.name", n=LONGEST_NAME)
    return found


def sign_in(
    name: str, password: str, *, address: str, device: str | None = None, at: datetime | None = None
) -> str:
    """Get in; returns the cookie of the new sign-in.

    Parameters
    ----------
    device : str, optional
        The cookie by which :mod:`~dashboard.services.known_devices` knows the browser.

    Raises
    ------
    TooManyTriesError
        If this name has to wait here, or this address, or the name is not heard any more.
    SignInError
        If they do not fit: the same sentence, after the same time, whatever the reason.
    """
    key = name_key(name)[:LONGEST_NAME]
    with reading() as session:
        found = accounts.by_name(session, key)
    known = None if found is None else known_devices.name_of(device, found.person_id)
    attempt = throttle.Try(key, address, known, has_account=found is not None)
    throttle.count(attempt, at=at)
    fits = passwords.fits(None if found is None else found.password_hash, password)
    if found is None or not fits or found.disabled_at is not None:
        raise worded(SignInError, "sign_in.refusal.wrong")
    with writing() as session:
        throttle.take_back(session, attempt)
        if passwords.is_outdated(found.password_hash or ""):
            accounts.set_password(session, found.person_id, passwords.hashed(password))
    return sign_ins.begin(found.person_id, at=at)


def sign_in_vouched(*, issuer: str, subject: str, at: datetime | None = None) -> str | None:
    """Get in by an identity provider's word; the cookie of the new sign-in, ``None`` for nobody known."""
    with reading() as session:
        person_id = accounts.vouched(session, issuer=issuer, subject=subject)
        found = None if person_id is None else accounts.of_person(session, person_id)
    if found is None or found.disabled_at is not None:
        return None
    return sign_ins.begin(found.person_id, at=at)


def find(name: str) -> PersonRecord | None:
    """Who signs in under a name, ``None`` for nobody; for the machine's owner."""
    with reading() as session:
        found = accounts.by_name(session, name_key(name))
        return None if found is None else people.by_id(session, found.person_id)


def required(name: str) -> PersonRecord:
    """Who signs in under a name; for the machine's owner.

    Raises
    ------
    UnknownRowError
        If nobody does.
    """
    with reading() as session:
        return people.by_id(session, _named(session, name).person_id)


def name_of(person_id: int) -> str:
    """What a person is called."""
    with reading() as session:
        return people.by_id(session, person_id).name


def add(name: str, password: str | None, *, is_admin: bool = False) -> PersonRecord:
    """Give the person of that name, added where they are new, an account; by the machine's owner.

    Parameters
    ----------
    password : str or None
        ``None`` where an identity provider or an invitation is to open it.

    Raises
    ------
    AccountError, PasswordError
        If the name or the password is not taken, or the person has an account.
    """
    name = checked_name(name)
    stored = None if password is None else passwords.hashed(passwords.checked(password, about=(name,)))
    with writing() as session:
        person = people.get_or_create(session, name)
        open_account(session, person, password_hash=stored, is_admin=is_admin)
        return person


def open_account(
    session: Session, person: PersonRecord, *, password_hash: str | None, is_admin: bool = False
) -> None:
    """Give a person an account in a transaction under way.

    Raises
    ------
    AccountError
        If the person has one, or is simulated.
    AlreadyThereError
        If somebody signs in under that name, written another way.
    """
    if person.simulated or accounts.of_person(session, person.id) is not None:
        raise worded(AccountError, "sign_in.refusal.has_account")
    accounts.add(
        session, person.id, name_key=name_key(person.name), password_hash=password_hash, is_admin=is_admin
    )
    audit.write(
        session, "account.open", f"person:{person.id}", person_id=person.id, details={"admin": is_admin}
    )


def listing() -> tuple[Listed, ...]:
    """Everybody with an account, by name; for the machine's owner."""
    with reading() as session:
        return tuple(
            Listed(person, account.is_admin, account.disabled_at)
            for person, account in accounts.everybody(session)
        )


def disable(name: str, *, at: datetime | None = None) -> None:
    """Close an account and sign its person out everywhere, at once.

    Raises
    ------
    UnknownRowError
        If nobody of that name has an account.
    """
    moment = at or now()
    with writing() as session:
        account = _named(session, name)
        accounts.set_disabled(session, account.person_id, moment)
        browsers.end_all(session, account.person_id, at=moment)
        audit.write(session, "account.disable", f"person:{account.person_id}")


def enable(name: str) -> None:
    """Open a closed account again.

    Raises
    ------
    UnknownRowError
        If nobody of that name has an account.
    """
    with writing() as session:
        account = _named(session, name)
        accounts.set_disabled(session, account.person_id, None)
        audit.write(session, "account.enable", f"person:{account.person_id}")


def set_password(name: str, password: str, *, at: datetime | None = None) -> None:
    """Replace a password; whoever was signed in with the old one is not any more.

    Raises
    ------
    PasswordError
        If it is not taken.
    UnknownRowError
        If nobody of that name has an account.
    """
    stored = passwords.hashed(passwords.checked(password, about=(name,)))
    with writing() as session:
        account = _named(session, name)
        _replace(session, account, stored, at or now())


def change_own(person_id: int, old: str, new: str, *, address: str, at: datetime | None = None) -> str:
    """Replace one's own password, knowing the old one; returns the cookie of the sign-in that stays.

    Raises
    ------
    SignInError
        If the old one is wrong.
    PasswordError
        If the new one is not taken.
    TooManyTriesError
        If somebody guesses.
    """
    with reading() as session:
        account, name = accounts.of_person(session, person_id), people.by_id(session, person_id).name
    if account is None:
        raise worded(SignInError, "sign_in.refusal.wrong")
    stored = passwords.checked(new, about=(name,))
    attempt = throttle.Try(account.name_key, address, OWN_PAGE, has_account=True)
    throttle.count(attempt, at=at)
    if not passwords.fits(account.password_hash, old) or account.disabled_at is not None:
        raise worded(SignInError, "sign_in.refusal.wrong")
    with writing() as session:
        throttle.take_back(session, attempt)
        _replace(session, account, passwords.hashed(stored), at or now())
    return sign_ins.begin(person_id, at=at)


def is_admin(session: Session, person_id: int | None) -> bool:
    """Whether somebody looks after the server; ``None`` is the machine's owner, who does."""
    if person_id is None:
        return True
    found = accounts.of_person(session, person_id)
    return found is not None and found.is_admin and found.disabled_at is None


def is_maker(session: Session, person_id: int | None) -> bool:
    """Whether somebody may make projects: who leads one, or looks after the server."""
    if person_id is None or is_admin(session, person_id):
        return True
    return any(may(role, Act.SET_UP) for role in people.roles_of(session, person_id).values())


def _replace(session: Session, account: AccountRecord, password_hash: str, moment: datetime) -> None:
    accounts.set_password(session, account.person_id, password_hash)
    browsers.end_all(session, account.person_id, at=moment)
    throttle.forgive(session, account.name_key)
    audit.write(session, "account.password", f"person:{account.person_id}", person_id=account.person_id)


def _named(session: Session, name: str) -> AccountRecord:
    found = accounts.by_name(session, name_key(name))
    if found is None:
        raise UnknownRowError(f"Nobody of the name {name!r} has an account; see: users list.")
    return found
