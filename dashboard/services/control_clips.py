"""Which clips show a person no prediction although the protocol would: the control of its pull.

The choice is a keyed hash: nobody can foresee it, it is the same at every look, and it has nothing to do
with what the machine says.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from dashboard.services.media_store import secret
from dashboard.services.rating_protocol import RatingProtocol
from db.records import ProjectRecord
from engine.vocabulary import Channel, Protocol

HASHED_BYTES: Final = 8
SALT: Final = b"dailies.control"


def is_control(
    project: ProjectRecord, rules: RatingProtocol, *, clip_id: str, person_id: int, channel: Channel
) -> bool:
    """Whether a clip is a control for a person.

    Only the full clip can be one, and only where the protocol would show the prediction at all.
    """
    if channel is not Channel.FULL or project.protocol is Protocol.BLIND_ONLY:
        return False
    return _lot(project.id, clip_id, person_id) < rules.control_share


def _lot(project_id: int, clip_id: str, person_id: int) -> float:
    """A number in [0, 1), evenly spread over clips and people."""
    drawn = hmac.new(secret(), SALT + f"{project_id}:{clip_id}:{person_id}".encode(), hashlib.sha256)
    return int.from_bytes(drawn.digest()[:HASHED_BYTES]) / float(2 ** (8 * HASHED_BYTES))
