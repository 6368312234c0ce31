"""Lots drawn for checks: a keyed hash, so that nobody foresees one and a reload draws the same again."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from dashboard.services.media_store import secret

HASHED_BYTES: Final = 8
SALT: Final = b"dailies.check"


def lot(*about: object) -> float:
    """A number in [0, 1), evenly spread over whatever it is drawn for.

    Parameters
    ----------
    *about
        Names and numbers; the same ones draw the same lot.
    """
    text = ":".join(str(each) for each in about)
    drawn = hmac.new(secret(), SALT + text.encode(), hashlib.sha256)
    return float(int.from_bytes(drawn.digest()[:HASHED_BYTES]) / (1 << 8 * HASHED_BYTES))
