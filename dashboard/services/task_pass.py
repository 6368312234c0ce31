"""A signed pass that says whose answer to which task a browser may store.

The page hands it to the form, the form hands it back with every draft and answer: they find their
way even when the page's own session is long gone, and nobody can answer in another's name.
"""

from __future__ import annotations

from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

from dashboard.services.media_store import secret
from dashboard.services.refusals import worded
from db.records import TaskKey
from engine.errors import DailiesError
from engine.vocabulary import Channel

SALT: Final = "dailies.task"


class PassError(DailiesError):
    """A pass that this server did not issue."""


def issue(task: TaskKey) -> str:
    """The pass to one task of one person."""
    return str(_signer().dumps([task.clip_id, task.person_id, task.channel.value, task.occasion]))


def read(given: str) -> TaskKey:
    """The task a pass was issued for.

    Raises
    ------
    PassError
        If it was changed, or issued by another server.
    """
    try:
        clip_id, person_id, channel, occasion = _signer().loads(given)
    except (BadSignature, UnicodeEncodeError):
        raise worded(PassError, "refusal.pass") from None
    return TaskKey(clip_id, person_id, Channel(channel), occasion)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret(), salt=SALT)
