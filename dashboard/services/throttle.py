"""How fast, and how often, somebody may guess: tries are counted in the database.

Whose tries are counted together, and what they may cost whom:

* A name from an address: each wrong try beyond a few doubles a wait, which nobody else is made to wait.
* A browser by which the person has signed in before (:mod:`dashboard.services.known_devices`): the same, in a
  row of its own, so that nobody's guesses elsewhere make the person wait there.
* An address, whoever is tried from it: a store of tries that refills, much larger than one forgetful person
  needs.
* A name, from everywhere: so many wrong tries in a row and its password is not heard any more. The last of
  them are kept for browsers the person has signed in by.

A try is counted before the password is looked at and taken back if it was right, so that guesses sent at
once count as well. A restart forgets nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services.media_store import secret
from dashboard.services.refusals import worded
from db import failed_sign_ins
from db.columns import now
from db.records import FailureKind, FailureRecord
from db.session import writing
from engine.errors import DailiesError

MOST_IN_A_ROW: Final = 100
"""SP 800-63B-4, 3.2.2: no more than 100 failures in a row on one account, wherever they come from."""
MOST_OF_STRANGERS: Final = 80
"""Of these, from browsers that its person has not signed in by: who is known always has tries left."""

FREE: Final = 4
"""Failures in a row that cost nothing; each one more doubles a wait, from one second."""
LONGEST: Final = timedelta(minutes=15)
FORGIVES: Final = timedelta(hours=1)
"""After each such time without a failure, one counts no more."""
_WORST: Final = FREE + math.ceil(math.log2(LONGEST.total_seconds())) + 1

ADDRESS_HOLDS: Final = 100
"""Wrong tries of an address at once: a class of thirty on its first day, three each, sits behind one."""
ADDRESS_REFILLS: Final = timedelta(seconds=30)
"""One try more after each such time; forgetful people are held by their own waits to one in 15 min each."""

KEPT: Final = {
    FailureKind.NAME: timedelta(days=30),
    FailureKind.PAIR: timedelta(days=2),
    FailureKind.DEVICE: timedelta(days=2),
    FailureKind.ADDRESS: timedelta(days=1),
}
"""What nobody has tried for so long is forgotten; failures of a name with an account never are."""


class TooManyTriesError(DailiesError):
    """Somebody guesses too fast, or too often."""


@dataclass(frozen=True, slots=True)
class Try:
    """Somebody about to say a password.

    Attributes
    ----------
    name_key : str
        As :func:`dashboard.services.accounts.name_key` gives it.
    address : str
        Where it comes from.
    device : str or None
        The browser, where the person of the name has signed in by it before.
    has_account : bool
        Whether the name has an account; what is answered does not depend on it.
    """

    name_key: str
    address: str
    device: str | None = None
    has_account: bool = False


def count(attempt: Try, *, at: datetime | None = None) -> None:
    """Count a try as failed, until :func:`take_back`.

    Raises
    ------
    TooManyTriesError
        If it has to wait; the same whether there is such a name or not. It is not counted then.
    """
    moment = at or now()
    with writing() as session:
        for kind, span in KEPT.items():
            failed_sign_ins.forget(session, kind, before=moment - span)
        name = failed_sign_ins.find(session, _key("name", attempt.name_key))
        in_a_row = 0 if name is None else name.failures
        if in_a_row >= (MOST_OF_STRANGERS if attempt.device is None else MOST_IN_A_ROW):
            raise worded(TooManyTriesError, "sign_in.refusal.shut")
        counted = [_slowed(session, attempt, moment)]
        if attempt.device is None:
            counted.append(_taken(session, attempt.address, moment))
        kind = FailureKind.ACCOUNT if attempt.has_account else FailureKind.NAME
        counted.append(FailureRecord(_key("name", attempt.name_key), kind, in_a_row + 1, moment, moment))
        for record in counted:
            failed_sign_ins.put(session, record)


def take_back(session: Session, attempt: Try) -> None:
    """Forget the failures of who got in: of their name, of it from here, and this one of the address."""
    forgive(session, attempt.name_key)
    failed_sign_ins.clear(session, _slow_key(attempt))
    if attempt.device is not None:
        return
    found = failed_sign_ins.find(session, _address_key(attempt.address))
    if found is not None:
        failed_sign_ins.put(session, replace(found, failures=max(0, found.failures - 1)))


def forgive(session: Session, name_key: str) -> None:
    """Forget the failures of a name, for example because it got another password."""
    failed_sign_ins.clear(session, _key("name", name_key))


def _slowed(session: Session, attempt: Try, moment: datetime) -> FailureRecord:
    """One failure more of a name from an address, or by a known browser.

    Raises
    ------
    TooManyTriesError
    """
    key = _slow_key(attempt)
    found = failed_sign_ins.find(session, key)
    if found is not None and moment < found.blocked_until <= moment + LONGEST:  # else the clock was put back
        _refuse(found.blocked_until - moment)
    earlier = 0 if found is None else found.failures - max(0, (moment - found.last_at) // FORGIVES)
    failures = min(max(0, earlier) + 1, _WORST)
    beyond = failures - FREE
    wait = timedelta(seconds=0 if beyond <= 0 else 2 ** (beyond - 1))
    kind = FailureKind.PAIR if attempt.device is None else FailureKind.DEVICE
    return FailureRecord(key, kind, failures, moment, moment + min(wait, LONGEST))


def _taken(session: Session, address: str, moment: datetime) -> FailureRecord:
    """One try taken from what an address holds.

    Raises
    ------
    TooManyTriesError
    """
    key = _address_key(address)
    found = failed_sign_ins.find(session, key)
    if found is None or found.last_at > moment:  # the clock was put back
        found = FailureRecord(
            key, FailureKind.ADDRESS, 0 if found is None else found.failures, moment, moment
        )
    refilled = (moment - found.last_at) // ADDRESS_REFILLS
    failures, since = max(0, found.failures - refilled), found.last_at + refilled * ADDRESS_REFILLS
    if failures >= ADDRESS_HOLDS:
        _refuse(since + ADDRESS_REFILLS - moment)
    return replace(found, failures=failures + 1, last_at=since if failures else moment)


def _refuse(wait: timedelta) -> None:
    raise worded(TooManyTriesError, "sign_in.refusal.wait", n=math.ceil(wait.total_seconds()))


def _slow_key(attempt: Try) -> str:
    if attempt.device is not None:
        return _key("device", f"{attempt.device}:{attempt.name_key}")
    return _key("pair", f"{_network(attempt.address)}:{attempt.name_key}")


def _address_key(address: str) -> str:
    return _key("address", _network(address))


def _key(kind: str, value: str) -> str:
    """Names that were tried may be passwords typed into the wrong field: only a keyed hash is kept."""
    return hmac.new(secret(), f"{kind}:{value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    """Whom an address stands for: of IPv6, one household has a whole /64."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
