"""Queries on browsers that are signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from db.prepared import Prepared, scalar
from db.records import SignInRecord
from db.rows import selecting
from db.tables import Account, SignIn

_BY_ID: Final = Prepared(
    SignInRecord, selecting(SignIn, SignInRecord).where(SignIn.id == bindparam("sign_in"))
)
_LIVE: Final = (
    select(SignIn.person_id)
    .join(Account, Account.person_id == SignIn.person_id)
    .where(
        SignIn.id == bindparam("sign_in"),
        SignIn.ended_at.is_(None),
        SignIn.expires_at > bindparam("at"),
        SignIn.expires_at <= bindparam("until"),
        SignIn.seen_at > bindparam("seen_since"),
        Account.disabled_at.is_(None),
    )
)


def add(
    session: Session, sign_in: str, *, person_id: int, token_hash: str, at: datetime, expires_at: datetime
) -> None:
    """Keep that a browser is signed in."""
    session.add(
        SignIn(
            id=sign_in,
            person_id=person_id,
            token_hash=token_hash,
            rotated_at=at,
            taken_up_at=at,
            created_at=at,
            seen_at=at,
            expires_at=expires_at,
        )
    )
    session.flush()


def find(session: Session, sign_in: str) -> SignInRecord | None:
    """The sign-in of that id, ended or not; ``None`` if there was none."""
    return _BY_ID.first(session, sign_in=sign_in)


def person_of(
    session: Session, sign_in: str, *, at: datetime, seen_since: datetime, until: datetime
) -> int | None:
    """Who is signed in by it; ``None`` once it has ended, expired, idled, or the account is closed.

    Parameters
    ----------
    until : datetime
        What expires later than this cannot have begun yet.
    """
    found: int | None = scalar(session, _LIVE, sign_in=sign_in, at=at, seen_since=seen_since, until=until)
    return found


def seen(session: Session, sign_in: str, *, at: datetime) -> None:
    """Keep that it was used."""
    _change(session, sign_in, seen_at=at)


def take_up(session: Session, sign_in: str, *, at: datetime) -> None:
    """Keep that the browser has come with the newest secret."""
    _change(session, sign_in, taken_up_at=at, seen_at=at)


def rotate(session: Session, sign_in: str, *, token_hash: str, previous_hash: str, at: datetime) -> bool:
    """Replace the secret; False where another request has done so since ``previous_hash`` was read."""
    done = session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in, SignIn.token_hash == previous_hash, SignIn.ended_at.is_(None))
        .values(
            token_hash=token_hash, previous_hash=previous_hash, rotated_at=at, taken_up_at=None, seen_at=at
        )
        .returning(SignIn.id)
    )
    return done.first() is not None


def end(session: Session, sign_in: str, *, at: datetime) -> None:
    """End one sign-in."""
    session.execute(update(SignIn).where(SignIn.id == sign_in, SignIn.ended_at.is_(None)).values(ended_at=at))


def end_all(session: Session, person_id: int, *, at: datetime, but: str | None = None) -> None:
    """End every sign-in of a person, on every device, but one if asked."""
    open_ones = update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    if but is not None:
        open_ones = open_ones.where(SignIn.id != but)
    session.execute(open_ones.values(ended_at=at))


def forget(session: Session, *, before: datetime) -> None:
    """Delete what expired before a moment."""
    session.execute(delete(SignIn).where(SignIn.expires_at < before))


def _change(session: Session, sign_in: str, **values: object) -> None:
    session.execute(update(SignIn).where(SignIn.id == sign_in).values(**values))
