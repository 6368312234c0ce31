"""Passwords by NIST SP 800-63B-4 (2025), 3.1.1: long, of any characters, never one that is guessed early."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboard.services.refusals import worded
from engine.errors import DailiesError

SHORTEST: Final = 15
"""Characters: what SP 800-63B-4 asks of a password that is the only factor."""
LONGEST: Final = 256
"""Characters; at least 64 shall be taken, and more only costs time."""
LEAST_GUESSES_LOG10: Final = 9.0
"""Of zxcvbn (Wheeler, 2016): a phrase that a billion guesses find is as good as listed. This stands for the
list of common and expected passwords, whose entries are mostly shorter than any that is taken here."""
JUDGED: Final = 72
"""Characters that are judged: what follows makes no password weaker."""
MOST_STAND_INS: Final = 8
"""Different signs that may stand for letters (``4`` for ``a``): each way to read them is looked up in every
list, and with all twenty of them one password takes a processor for twenty seconds."""
OWN_WORDS: Final = ("dailies", "alignment", "delivery", "password", "rehearsal")
"""What people here are likely to think of."""
AT_ONCE: Final = 2
"""Hashes worked out at the same time: each takes 64 MiB, and a crowd at the door must not take them all."""

_hasher: Final = PasswordHasher()
_turns: Final = threading.BoundedSemaphore(AT_ONCE)


class PasswordError(DailiesError):
    """A password that is not taken."""


def normalised(password: str) -> str:
    """The same characters however they were typed (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def checked(password: str, *, about: Iterable[str] = ()) -> str:
    """A new password, normalised.

    Parameters
    ----------
    about : iterable of str
        The person's name and the like, which guessers know.

    Raises
    ------
    PasswordError
        If it is too short, too long, or found early by those who guess.
    """
    found = normalised(password)
    if len(found) < SHORTEST:
        raise worded(PasswordError, "sign_in.refusal.short", n=SHORTEST)
    if len(found) > LONGEST:
        raise worded(PasswordError, "sign_in.refusal.long", n=LONGEST)
    from zxcvbn import zxcvbn  # its lists of words take a moment to load

    words = [word for each in (*OWN_WORDS, *about) for word in {each, *each.split()} if word]
    judged = zxcvbn(_readable(found[:JUDGED].lower()), user_inputs=words, max_length=JUDGED)
    if len(set(found.lower())) < SHORTEST // 3 or float(judged["guesses_log10"]) < LEAST_GUESSES_LOG10:
        raise worded(PasswordError, "sign_in.refusal.guessable")
    return found


def _readable(password: str) -> str:
    """A password without the stand-ins that are too many; what is left is guessed no later than the whole."""
    from zxcvbn.matching import L33T_TABLE

    signs = {sign for each in L33T_TABLE.values() for sign in each}
    present = [sign for sign in dict.fromkeys(password) if sign in signs]
    return password.translate(dict.fromkeys(map(ord, present[MOST_STAND_INS:])))


def hashed(password: str) -> str:
    """What is stored of a password: its Argon2id hash (RFC 9106, 2021), salt and parameters included."""
    with _turns:
        return _hasher.hash(normalised(password))


def fits(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one of a hash; without a hash it takes as long to say no."""
    given = normalised(password)
    is_askable = len(given) <= LONGEST
    with _turns:
        try:
            fitting = _hasher.verify(password_hash or _nobodys(), given if is_askable else "")
        except (VerificationError, InvalidHashError):
            return False
    return fitting and password_hash is not None and is_askable


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with parameters weaker than today's."""
    return _hasher.check_needs_rehash(password_hash)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher.hash("the password of nobody at all")
