"""What the store refuses, named for the fact."""

from __future__ import annotations

import re
from typing import Final

from engine.vocabulary import DailiesError


class StorageError(DailiesError):
    """The database or the media folder refuses: newer schema, full or read-only disk, unknown row."""


class NewerDatabaseError(StorageError):
    """The database was written by a newer Dailies than this one."""


class DamagedDatabaseError(StorageError):
    """Pages of the database file do not hold what they should."""


class UnknownRowError(StorageError, LookupError):
    """A clip, project, person, prediction, rating or policy that is not there."""


class RefusedValueError(StorageError, ValueError):
    """A value that a constraint of the database does not let in."""


class AlreadyThereError(StorageError):
    """A row that may exist once only and exists."""


CHECK_SENTENCES: Final = {
    "intensity_range": "An intensity lies between 0 and 1.",
    "expected_range": "The expected intensity lies between 0 and 1.",
    "expressed_range": "The expressed intensity lies between 0 and 1.",
    "directed_intensity_range": "The directed intensity lies between 0 and 1.",
    "watched_share_range": "The watched share lies between 0 and 1.",
    "selection_probability_range": "A selection probability lies above 0 and up to 1.",
    "delivery_range": "The delivery is a step from -2 (much too little) to 2 (much too much).",
    "active_time_range": "The active time is a number of seconds, 0 or more.",
    "says_something": "A rating says at least one thing: emotion, an intensity or the delivery.",
    "selections_probability_range": "The chance of a selection lies above 0 and is at most 1.",
    "even_probability_range": "The even chance of a selection lies above 0 and is at most 1.",
    "lock_complete": "A locked answer has both its time and its hash.",
    "duration_range": "A clip lasts more than 0 seconds.",
    "size_range": "A clip has a size of at least one byte and one pixel.",
    "sha256_length": "A SHA-256 has 64 hexadecimal digits.",
    "name_given": "A name has at least one letter.",
    "failed_says_why": "A failed clip needs a message that says why.",
}
"""What a person reads when the check of that name (without its table) refuses."""

UNIQUE_SENTENCES: Final = {
    "clips.project_id, clips.sha256": "This clip is already in the project.",
    "projects.name": "A project of that name exists already; choose another name.",
    "people.name": "A person of that name exists already; choose another name.",
    "accounts.name_key": "Somebody signs in under that name already; choose another.",
    "accounts.person_id": "This person has an account already.",
    "identities.issuer, identities.subject": "That sign-in belongs to somebody already.",
    "class_takes.clip_id": "This take was handed in already.",
    "selections.person_id, selections.clip_id": "That clip was chosen for this person before.",
    "ratings.idempotency_key": "This rating is stored already.",
    "ratings.supersedes_id": "That rating has been changed already; reload the clip and look at the newest.",
    "policies.project_id, policies.version": "A policy of that version exists already in the project.",
    "intensity_maps.project_id, intensity_maps.side, intensity_maps.version": "An intensity map of that "
    "version exists already in the project.",
}
"""What a person reads when a second row of the same columns is refused."""

BUSY: Final = "The database is busy with somebody else's work; nothing was stored. Try again."

FULL: Final = "database or disk is full"
DISK_ERROR: Final = "disk i/o error"
DAMAGED: Final = "The database file is damaged; stop the server and restore a backup."

AWAY: Final = "The database server cannot be reached; nothing was stored. Check that it runs and try again."

UNKNOWN_ROW: Final = "The row points to a clip, person, project or policy that is not there."

CONDITION_SENTENCES: Final = {
    FULL: "The disk is full; nothing was stored. Free some space and try again.",
    "readonly database": "The database may not be written to; nothing was stored. Check its permissions.",
    "unable to open database file": "The database file cannot be opened; check that its folder exists "
    "and may be written to (DAILIES_HOME, DAILIES_DATABASE_URL).",
    "file is not a database": "The database file is no SQLite database; check DAILIES_DATABASE_URL or "
    "restore a backup.",
    "malformed": DAMAGED,
    "database is locked": BUSY,
    DISK_ERROR: "The disk refuses to read or write; nothing was stored. Check the disk.",
}
"""What a person reads for a condition of the file or the disk, by a fragment of SQLite's message."""


UNSTORABLE: Final = "A text holds a character that cannot be stored (NUL); retype it."

SERVER_SENTENCES: Final = {
    "no space left on device": CONDITION_SENTENCES["database or disk is full"],
    "disk full": CONDITION_SENTENCES["database or disk is full"],
    "read-only transaction": CONDITION_SENTENCES["readonly database"],
    "lock timeout": BUSY,
    "deadlock detected": BUSY,
    "could not serialize": BUSY,
    "too many clients": BUSY,
    "remaining connection slots": BUSY,
    "password authentication failed": "The database server does not let this user in; check user and "
    "password in DAILIES_DATABASE_URL.",
    "no password supplied": "The database server asks for a password; give it in DAILIES_DATABASE_URL or a "
    ".pgpass file.",
    "permission denied": "This user of the database may not do that; nothing was stored. Make it the owner "
    "of Dailies' database.",
    'fatal:  database "': "The database server knows no such database; make it, or check "
    "DAILIES_DATABASE_URL.",
    'fatal:  role "': "The database server knows no such user; make it, or check DAILIES_DATABASE_URL.",
    "nul (0x00)": UNSTORABLE,
    "out of range": "A number is larger than can be stored.",
    "value too long": "A text is longer than can be stored; shorten it.",
    "connection": AWAY,
    "could not receive data": AWAY,
    "could not send data": AWAY,
}
"""What a person reads for a condition of a PostgreSQL server, by a fragment of its message."""

REFUSED_VALUES: Final = ("nul (0x00)", "out of range", "value too long")
"""Fragments of what is about a value, not about the server."""

SERVER_CONSTRAINT: Final = re.compile(r'violates (check|unique|foreign key|not-null) constraint(?: "(\w+)")?')


def refusal(message: str) -> StorageError | None:
    """Say in one sentence what a database's own ``message`` means; ``None`` if it is not known.

    Parameters
    ----------
    message : str
        The text of the driver's exception, of SQLite or of PostgreSQL. The lines behind its first, in which
        PostgreSQL shows the row, are told to nobody.
    """
    message = message.partition("\n")[0].strip()
    lower = message.lower()
    if "append-only" in lower:
        return StorageError(f"{message[:1].upper()}{message[1:].rstrip('.')}; add a new row instead.")
    if (violated := SERVER_CONSTRAINT.search(message)) is not None:
        return _server_refusal(violated[1], violated[2] or "", message)
    for name, sentence in CHECK_SENTENCES.items():
        if lower.startswith("check") and lower.endswith(name):
            return RefusedValueError(sentence)
    for columns, sentence in UNIQUE_SENTENCES.items():
        if columns in message:
            return AlreadyThereError(sentence)
    for fragment, sentence in CONDITION_SENTENCES.items():
        if fragment in lower:
            return DamagedDatabaseError(sentence) if sentence == DAMAGED else StorageError(sentence)
    if "foreign key" in lower:
        return UnknownRowError(UNKNOWN_ROW)
    if "constraint failed" in lower:
        return RefusedValueError(f"The database does not accept this row ({message}).")
    return None


def server_refusal(message: str) -> StorageError | None:
    """What :func:`refusal` says, and beside it what the conditions of a PostgreSQL server mean."""
    known = refusal(message)
    if known is not None:
        return known
    lower = message.lower()
    for fragment, sentence in SERVER_SENTENCES.items():
        if fragment in lower:
            return RefusedValueError(sentence) if fragment in REFUSED_VALUES else StorageError(sentence)
    return None


def _server_refusal(kind: str, name: str, message: str) -> StorageError:
    if kind == "foreign key":
        return UnknownRowError(UNKNOWN_ROW)
    for check, sentence in CHECK_SENTENCES.items():
        if kind == "check" and name.endswith(check):
            return RefusedValueError(sentence)
    for columns, sentence in UNIQUE_SENTENCES.items():
        if kind == "unique" and name == _unique_name(columns):
            return AlreadyThereError(sentence)
    return RefusedValueError(f"The database does not accept this row ({message}).")


def _unique_name(columns: str) -> str:
    """What :mod:`db.tables.base` calls a constraint, from how SQLite lists its columns."""
    named = [column.split(".") for column in columns.split(", ")]
    return "_".join(["uq", named[0][0], *(column for _, column in named)])
