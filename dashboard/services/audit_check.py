"""Whether the audit log is as it was written."""

from __future__ import annotations

from dataclasses import dataclass

from db import audit
from db.session import reading


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What became of the chain.

    Attributes
    ----------
    lines : int
    last_hash : str
        Of the newest line; kept elsewhere, it shows later that no line has been cut off at the end.
    broken_line : int or None
        The number of the first line that does not fit the one before it, or what it says itself.
    lines: int
    last_hash: str
    has_known : bool
        Whether the line that was the last at an earlier check is still there.
    """

    lines: int
    last_hash: str
    broken_line: int | None
    has_known: bool


def verify(*, known_hash: str | None = None) -> AuditCheck:
    """Work out every line's hash anew and hold it against the chain.

    Parameters
    ----------
    known_hash : str, optional
        ``last_hash`` of an earlier check. A chain that was cut off holds in itself; this shows it.
    """
    with reading() as session:
        broken = audit.first_broken(session)
        lines, last_hash = audit.extent(session)
        has_known = known_hash is None or audit.has_hash(session, known_hash)
    return AuditCheck(lines, last_hash, None if broken is None else broken.id, has_known)
