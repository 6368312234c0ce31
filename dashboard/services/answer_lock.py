"""The seal on a blind answer: a hash over the task, the answer and the moment, which anybody can check."""

from __future__ import annotations

import hashlib
import json

from db.errors import RefusedValueError
from db.records import RatingDraft


def lock_hash(answer: RatingDraft) -> str:
    """SHA-256 in hexadecimal over what was answered, about what, by whom and when.

    The text that is hashed is JSON with sorted names, no spaces and characters beyond ASCII escaped, so
    that it can be written again from an export.

    Raises
    ------
    RefusedValueError
        If the answer names no moment at which it was locked.
    """
    if answer.locked_at is None:
        raise RefusedValueError("Only a locked answer has a hash; this one names no moment.")
    said = {
        "clip": answer.clip_id,
        "person": answer.person_id,
        "channel": answer.channel.value,
        "occasion": answer.occasion,
        "delivery": None if answer.delivery is None else int(answer.delivery),
        "emotion": None if answer.emotion is None else answer.emotion.value,
        "expected": _number(answer.expected_intensity),
        "expressed": _number(answer.expressed_intensity),
        "comment": answer.comment,
        "locked_at": answer.locked_at.isoformat(),
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def is_intact(answer: RatingDraft) -> bool:
    """Whether a locked answer is still what was locked; an answer without a lock is not."""
    return answer.locked_at is not None and answer.lock_hash == lock_hash(answer)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)  # 1 and 1.0 are one answer and would be two texts
