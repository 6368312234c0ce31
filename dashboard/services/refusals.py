"""Errors in the language of who is told of them.

A service may run for one person in a thread of another's, and the command line, a page and a route ask for
different languages: an error keeps the key of its message, and is worded again where it is shown.
"""

from __future__ import annotations

from typing import Final, TypeVar

from dashboard.services import messages
from db.errors import BUSY, StorageError, UnknownRowError
from engine.errors import DailiesError

E = TypeVar("E", bound=DailiesError)

UNWORDED: Final[tuple[tuple[type[DailiesError], str], ...]] = (
    (UnknownRowError, "refusal.gone"),
    (StorageError, "refusal.storage"),
)
"""What is said, in other languages than English, of errors raised where there are no messages; the first
that fits counts."""


def worded(kind: type[E], key: str, /, **values: object) -> E:
    """An error of a kind that says the message of ``key``, here in the language spoken now."""
    error = kind(messages.say(key, **values))
    error.wording = (key, values)
    return error


def told(error: DailiesError) -> str:
    """What a person is told about an error, in the language spoken now."""
    if error.wording is not None:
        key, values = error.wording
        return messages.say(key, **values)
    if messages.spoken() == messages.DEFAULT_LANGUAGE:
        return str(error)
    if str(error) == BUSY:
        return messages.say("refusal.busy")
    is_refused_row = isinstance(error, ValueError)
    for kind, key in UNWORDED:
        if isinstance(error, kind) and not is_refused_row:
            return messages.say(key)
    return messages.say("refusal.other", sentence=error)
