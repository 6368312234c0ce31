"""Browsers that somebody has signed in by before: strangers' wrong guesses do not shut them out.

A browser keeps one cookie that names, signed, whom it has let in and a random name for itself to each of them
(OWASP, Slow Down Online Guessing Attacks with Device Cookies, 2021). It signs nobody in; it says in which row
somebody's tries are counted.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from itsdangerous import BadSignature, URLSafeTimedSerializer

from dashboard.services.media_store import secret

LASTS: Final = timedelta(days=365)
"""From the last time somebody signed in by it."""
MOST_PEOPLE: Final = 12
"""Of a computer that many use, those who signed in last: a cookie has 4 kB."""
NAME_BYTES: Final = 16
SALT: Final = "dailies.device"


def name_of(cookie: str | None, person_id: int) -> str | None:
    """What a browser is called to a person who has signed in by it; ``None`` where they have not."""
    return dict(_people(cookie)).get(person_id)


def remembered(cookie: str | None, person_id: int) -> str:
    """The cookie of a browser that has just let a person in."""
    known = _people(cookie)
    name = dict(known).get(person_id) or secrets.token_urlsafe(NAME_BYTES)
    others = [each for each in known if each[0] != person_id]
    return str(_signer().dumps([(person_id, name), *others][:MOST_PEOPLE]))


def _people(cookie: str | None) -> list[tuple[int, str]]:
    if not cookie:
        return []
    try:
        found = _signer().loads(cookie, max_age=int(LASTS.total_seconds()))
    except (BadSignature, UnicodeEncodeError):
        return []
    return [(int(person_id), str(name)) for person_id, name in found]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret(), salt=SALT)
