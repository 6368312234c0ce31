"""How fast somebody may guess: tries are counted by name and by address, in the database.

A try is counted before the password is looked at and taken back if it was right, so that guesses sent at
once count as well. A restart forgets nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services.media_store import secret
from dashboard.services.refusals import worded
from db import failed_sign_ins
from db.columns import now
from db.records import FailureRecord
from db.session import writing
from engine.errors import DailiesError


@dataclass(frozen=True, slots=True)
class Patience:
    """What is allowed of one kind of key.

    Attributes
    ----------
    free : int
        Failures in a row that cost nothing.
    longest : timedelta
        The longest wait; each failure beyond the free ones doubles it, from one second.
    most : int or None
        Failures in a row after which the password is not heard any more.
    """

    free: int
    longest: timedelta
    most: int | None


OF_NAME: Final = Patience(free=4, longest=timedelta(minutes=15), most=100)
"""SP 800-63B-4, 3.2.2: no more than 100 failures in a row on one account."""
OF_ADDRESS: Final = Patience(free=30, longest=timedelta(minutes=5), most=None)
"""A whole class may sit behind one address."""
KEPT: Final = timedelta(days=30)
"""What nobody has tried for so long starts anew."""
FORGOTTEN: Final = timedelta(hours=24)
"""Failures of an address older than this do not count any more."""


class TooManyTriesError(DailiesError):
    """Somebody guesses too fast, or too often."""


def count(name_key: str, address: str, *, at: datetime | None = None) -> None:
    """Count a try of a name from an address as failed, until :func:`take_back`.

    Raises
    ------
    TooManyTriesError
        If it has to wait; the same whether there is such a name or not.
    """
    moment = at or now()
    with writing() as session:
        failed_sign_ins.forget(session, before=moment - KEPT)
        keys = ((_key("name", name_key), OF_NAME), (_key("address", _network(address)), OF_ADDRESS))
        for key, patience in keys:
            _refuse(failed_sign_ins.find(session, key), patience, moment)
        for key, patience in keys:
            _count(session, key, patience, moment)


def take_back(session: Session, name_key: str, address: str) -> None:
    """Forget the failures of a name that got in, and one of its address."""
    failed_sign_ins.clear(session, _key("name", name_key))
    key = _key("address", _network(address))
    found = failed_sign_ins.find(session, key)
    if found is not None:
        fewer = FailureRecord(key, max(0, found.failures - 1), found.last_at, found.last_at)
        failed_sign_ins.put(session, fewer)


def forgive(session: Session, name_key: str) -> None:
    """Forget the failures of a name, for example because it got another password."""
    failed_sign_ins.clear(session, _key("name", name_key))


def _refuse(found: FailureRecord | None, patience: Patience, moment: datetime) -> None:
    if found is None:
        return
    if patience.most is not None and found.failures >= patience.most:
        raise worded(TooManyTriesError, "sign_in.refusal.shut")
    if moment < found.blocked_until <= moment + patience.longest:  # further off, the clock was put back
        seconds = math.ceil((found.blocked_until - moment).total_seconds())
        raise worded(TooManyTriesError, "sign_in.refusal.wait", n=seconds)


def _count(session: Session, key: str, patience: Patience, moment: datetime) -> None:
    found = failed_sign_ins.find(session, key)
    is_old = found is None or (patience.most is None and moment - found.last_at > FORGOTTEN)
    failures = 1 if found is None or is_old else found.failures + 1
    beyond = failures - patience.free
    wait = 0 if beyond <= 0 else min(2 ** min(beyond - 1, 30), _seconds(patience.longest))
    failed_sign_ins.put(session, FailureRecord(key, failures, moment, moment + timedelta(seconds=wait)))


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


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
