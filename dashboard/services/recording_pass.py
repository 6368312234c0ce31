"""A signed pass that says who records in which project; a browser hands it in with every piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

from dashboard.services.media_store import secret
from dashboard.services.refusals import worded
from dashboard.services.task_pass import PassError

SALT: Final = "dailies.recording"


@dataclass(frozen=True, slots=True)
class Performer:
    """Who records, and in which project."""

    project_id: int
    person_id: int


def issue(performer: Performer) -> str:
    """The pass of one person in one project."""
    return str(_signer().dumps([performer.project_id, performer.person_id]))


def read(given: str) -> Performer:
    """Whom a pass was issued for.

    Raises
    ------
    PassError
        If it was changed, or issued by another server.
    """
    try:
        project_id, person_id = _signer().loads(given)
    except (BadSignature, UnicodeEncodeError):
        raise worded(PassError, "refusal.pass") from None
    return Performer(project_id, person_id)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret(), salt=SALT)
