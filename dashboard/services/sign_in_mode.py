"""How people get in: by accounts of this server, by an identity provider, or by saying who they are."""

from __future__ import annotations

import ipaddress
from enum import StrEnum

from engine.errors import DailiesError


class SignIn(StrEnum):
    """Who says who somebody is."""

    ACCOUNTS = "accounts"
    """This server: by a name and a password."""
    OIDC = "oidc"
    """An identity provider, by OpenID Connect."""
    NONE = "none"
    """They themselves; only for people of one machine."""


class ModeError(DailiesError):
    """A way in that is not safe where the server listens."""


_in_force = [SignIn.ACCOUNTS]
_framed = [False]


def in_force() -> SignIn:
    """The way in of this process; accounts, until another is chosen."""
    return _in_force[0]


def use(mode: SignIn) -> None:
    """Choose the way in of this process, before anything is served."""
    _in_force[0] = mode


def is_named() -> bool:
    """Whether people name themselves, so that nothing can be kept from anybody."""
    return in_force() is SignIn.NONE


def frame(*, is_allowed: bool) -> None:
    """Say whether pages of other sites may show this server's in a frame, before anything is served."""
    _framed[0] = is_allowed


def is_framed() -> bool:
    """Whether a sign-in has to hold within a frame of another site too."""
    return _framed[0]


def checked(mode: SignIn | None, host: str, *, demo: bool) -> SignIn:
    """The way in that a server is asked for.

    Parameters
    ----------
    mode : SignIn or None
        ``None`` for the usual one: the demo signs its teacher in, all others take accounts.

    Raises
    ------
    ModeError
        If everybody could say who they are on an address that other machines reach.
    """
    if demo and mode not in (None, SignIn.NONE):
        raise ModeError("The demo signs its teacher in by itself; leave --sign-in out, or leave --demo out.")
    chosen = (SignIn.NONE if demo else SignIn.ACCOUNTS) if mode is None else mode
    if chosen is SignIn.NONE and not is_loopback(host):
        raise ModeError(
            f"Whoever reaches {host} could say they are anybody: the demo and --sign-in none serve this "
            "machine alone; use --host 127.0.0.1, or --sign-in accounts without --demo."
        )
    return chosen


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
