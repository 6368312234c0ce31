"""Browsers that are signed in: a cookie whose secret changes, and of which the server keeps the hash.

The cookie holds the sign-in's id and a secret, signed. From time to time the secret is replaced. Once the
browser has come with the new one, the old one is good for what was under way, a minute; whoever comes with it
later has a copy, so the sign-in ends for both.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from dashboard.services.media_store import secret
from db import audit, sign_ins
from db.columns import now
from db.session import reading, writing

LASTS: Final = timedelta(days=30)
"""SP 800-63B-4, 2.1.3: at the lowest level of assurance, one signs in anew every 30 days at the latest."""
IDLES: Final = timedelta(days=7)
"""Without a sign of life it ends earlier."""
ROTATES: Final = timedelta(minutes=15)
UNDER_WAY: Final = timedelta(minutes=1)
SEEN_EVERY: Final = timedelta(minutes=1)
"""Signs of life are written no more often than this."""
LEEWAY: Final = timedelta(days=1)
"""What lasts longer by more than this was begun by a clock that was ahead, and does not count."""
KEPT: Final = timedelta(days=30)
"""What has expired is deleted after this."""
ID_BYTES: Final = 16
TOKEN_BYTES: Final = 32
SALT: Final = "dailies.sign_in"


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose a request is.

    Attributes
    ----------
    id : str
        Of the sign-in.
    cookie : str or None
        What the browser is to keep from now on; ``None`` where it has it already.
    """

    id: str
    person_id: int
    cookie: str | None = None


def begin(person_id: int, *, at: datetime | None = None) -> str:
    """Sign a browser in as a person, under an id nobody knew before; returns the cookie."""
    moment = at or now()
    sign_in, token = secrets.token_urlsafe(ID_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    with writing() as session:
        sign_ins.forget(session, before=moment - KEPT)
        sign_ins.add(
            session,
            sign_in,
            person_id=person_id,
            token_hash=_hash(token),
            at=moment,
            expires_at=moment + LASTS,
        )
        audit.write(session, "sign_in.begin", f"person:{person_id}", person_id=person_id)
    return _cookie(sign_in, token)


def look(cookie: str | None, *, at: datetime | None = None, may_rotate: bool = True) -> Seen | None:
    """Who comes with a cookie; ``None`` for nobody.

    Parameters
    ----------
    may_rotate : bool
        Whether what is answered can hand the browser another cookie.
    """
    given = _parts(cookie)
    if given is None:
        return None
    moment = at or now()
    sign_in, token = given
    with reading() as session:
        person_id = _live(session, sign_in, moment)
        found = sign_ins.find(session, sign_in)
    if person_id is None or found is None:
        return None
    is_newest = hmac.compare_digest(found.token_hash, _hash(token))
    if not is_newest:
        was_last = hmac.compare_digest(found.previous_hash or "", _hash(token))
        is_under_way = found.taken_up_at is None or not _is_past(found.taken_up_at, UNDER_WAY, moment)
        if was_last and is_under_way:
            return Seen(sign_in, person_id)
        with writing() as session:
            sign_ins.end(session, sign_in, at=moment)
            audit.write(session, "sign_in.copied", f"person:{person_id}")
        return None
    if may_rotate and _is_past(found.rotated_at, ROTATES, moment):
        return _rotated(sign_in, person_id, found.token_hash, moment)
    if found.taken_up_at is None:
        with writing() as session:
            sign_ins.take_up(session, sign_in, at=moment)
    elif _is_past(found.seen_at, SEEN_EVERY, moment):
        with writing() as session:
            sign_ins.seen(session, sign_in, at=moment)
    return Seen(sign_in, person_id)


def id_in(cookie: str | None) -> str | None:
    """The sign-in that a cookie of this server names, whatever became of it."""
    given = _parts(cookie)
    return None if given is None else given[0]


def person_of(sign_in: str, *, at: datetime | None = None) -> int | None:
    """Who is signed in by it now; ``None`` once it has ended or the account is closed."""
    with reading() as session:
        return live(session, sign_in, at=at)


def live(session: Session, sign_in: str, *, at: datetime | None = None) -> int | None:
    """The same, in a transaction that is under way."""
    return _live(session, sign_in, at or now())


def end(sign_in: str, *, at: datetime | None = None) -> None:
    """Sign one browser out."""
    with writing() as session:
        found = sign_ins.find(session, sign_in)
        sign_ins.end(session, sign_in, at=at or now())
        if found is not None and found.ended_at is None:
            audit.write(session, "sign_in.end", f"person:{found.person_id}", person_id=found.person_id)


def end_everywhere(person_id: int, *, at: datetime | None = None) -> None:
    """Sign a person out of every browser."""
    with writing() as session:
        sign_ins.end_all(session, person_id, at=at or now())
        audit.write(session, "sign_in.end_all", f"person:{person_id}", person_id=person_id)


def _rotated(sign_in: str, person_id: int, token_hash: str, moment: datetime) -> Seen:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with writing() as session:
        is_mine = sign_ins.rotate(
            session, sign_in, token_hash=_hash(token), previous_hash=token_hash, at=moment
        )
    return Seen(sign_in, person_id, _cookie(sign_in, token) if is_mine else None)


def _live(session: Session, sign_in: str, moment: datetime) -> int | None:
    furthest = moment + LASTS + LEEWAY
    return sign_ins.person_of(session, sign_in, at=moment, seen_since=moment - IDLES, until=furthest)


def _is_past(then: datetime, span: timedelta, moment: datetime) -> bool:
    """Whether a span has gone by; what seems still to come was noted before the clock was put back."""
    return abs(moment - then) > span


def _parts(cookie: str | None) -> tuple[str, str] | None:
    if not cookie:
        return None
    try:
        sign_in, token = _signer().loads(cookie)
    except (BadSignature, UnicodeEncodeError, ValueError, TypeError):
        return None
    return str(sign_in), str(token)


def _cookie(sign_in: str, token: str) -> str:
    return str(_signer().dumps([sign_in, token]))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret(), salt=SALT)
