"""Who may sign in, who is signed in, who is invited, and how often somebody failed to get in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import now, words_of
from db.records.accounts import FailureKind
from db.tables.base import KEY_LENGTH, SHA256_LENGTH, Base
from engine.vocabulary import Role

HASH_LENGTH = 255
"""Longest stored hash of a password, its algorithm and parameters included."""


class Account(Base):
    """A person's way in; without a password only an identity provider can open it."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("name_key"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    name_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    password_hash: Mapped[str | None] = mapped_column(String(HASH_LENGTH))
    is_admin: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Identity(Base):
    """Somebody whom an identity provider vouches for; one person may have several."""

    __tablename__ = "identities"

    issuer: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    subject: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class SignIn(Base):
    """A browser that is signed in; of its secret only the hash is kept."""

    __tablename__ = "sign_ins"
    __table_args__ = (CheckConstraint("length(token_hash) = 64", name="token_hash_length"),)

    id: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    previous_hash: Mapped[str | None] = mapped_column(String(SHA256_LENGTH))
    rotated_at: Mapped[datetime] = mapped_column(default=now)
    taken_up_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class Invitation(Base):
    """A link by which somebody gets an account and a part, once."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("length(token_hash) = 64", name="token_hash_length"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True)
    role: Mapped[Role | None] = mapped_column(words_of(Role, name="role_known"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    makes_admin: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)


class FailedSignIn(Base):
    """How often somebody failed; names, addresses and browsers are kept as hashes."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (Index(None, "kind", "last_at"),)

    key: Mapped[str] = mapped_column(String(SHA256_LENGTH), primary_key=True)
    kind: Mapped[FailureKind] = mapped_column(
        words_of(FailureKind, name="kind_known", checked=False), server_default="name"
    )
    failures: Mapped[int]
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime]
