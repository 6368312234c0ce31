"""Accounts, browsers that are signed in, invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.vocabulary import Role


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """A person's way in.

    Attributes
    ----------
    name_key : str
        The name somebody signs in with, folded; unique.
    password_hash : str or None
        ``None`` where only an identity provider opens it.
    is_admin : bool
        Whether the person looks after the whole server.
    """

    person_id: int
    name_key: str
    password_hash: str | None
    is_admin: bool
    disabled_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignInRecord:
    """A browser that is signed in.

    Attributes
    ----------
    token_hash, previous_hash : str
        SHA-256 of the secret in its cookie, and of the one before.
    taken_up_at : datetime or None
        When the browser first came with the newest secret; ``None`` as long as it has not.
    """

    id: str
    person_id: int
    token_hash: str
    previous_hash: str | None
    rotated_at: datetime
    taken_up_at: datetime | None
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationRecord:
    """A link by which somebody gets in, once.

    Attributes
    ----------
    project_id, role : int, Role or None
        The part it gives; ``None`` where it gives none.
    person_id : int or None
        Whom it is for; ``None`` where whoever has it says their name.
    makes_admin : bool
        Whether it is the first link of a server.
    """

    id: int
    token_hash: str
    project_id: int | None
    role: Role | None
    person_id: int | None
    makes_admin: bool
    made_by: int | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_by: int | None


class FailureKind(StrEnum):
    """Whose failures to sign in are counted together; it says how long they are kept."""

    NAME = "name"
    """A name that has no account."""
    ACCOUNT = "account"
    """A name that has one."""
    PAIR = "pair"
    """A name from an address."""
    DEVICE = "device"
    """A person by a browser that has let them in before."""
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """How often somebody failed, and until when they are not heard."""

    key: str
    kind: FailureKind
    failures: int
    last_at: datetime
    blocked_until: datetime
