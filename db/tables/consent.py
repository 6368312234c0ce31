"""Consent of people who are filmed, its withdrawal, and tombstones of clips and scenes that were removed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import now, words_of
from db.records.consent import RemovalCause
from db.tables.base import KEY_LENGTH, SHA256_LENGTH, Base


class Consent(Base):
    """What a filmed person agreed to; the newest of a person in a project counts."""

    __tablename__ = "consents"
    __table_args__ = (
        Index(None, "project_id", "subject", "id"),
        CheckConstraint("length(subject) >= 1", name="subject_given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    subject: Mapped[str] = mapped_column(String(KEY_LENGTH))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    scopes: Mapped[list[Any]] = mapped_column(JSON)
    expires_at: Mapped[datetime | None]
    evidence: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class ConsentWithdrawal(Base):
    """A consent taken back; it counts against every consent given before."""

    __tablename__ = "consent_withdrawals"
    __table_args__ = (
        Index(None, "project_id", "subject", "id"),
        CheckConstraint("length(subject) >= 1", name="subject_given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    subject: Mapped[str] = mapped_column(String(KEY_LENGTH))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Tombstone(Base):
    """What stays of a clip that was removed."""

    __tablename__ = "tombstones"
    __table_args__ = (Index(None, "project_id", "created_at"),)

    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    cause: Mapped[RemovalCause] = mapped_column(words_of(RemovalCause, name="cause_known"))
    withdrawal_id: Mapped[int | None] = mapped_column(ForeignKey("consent_withdrawals.id"), index=True)
    files: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)


class SceneTombstone(Base):
    """What stays of a scene that was removed; its row and its utterances are gone."""

    __tablename__ = "scene_tombstones"
    __table_args__ = (
        Index(None, "project_id", "sha256"),
        CheckConstraint(f"length(sha256) = {SHA256_LENGTH}", name="sha256_length"),
    )

    scene_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    cause: Mapped[RemovalCause] = mapped_column(words_of(RemovalCause, name="cause_known"))
    withdrawal_id: Mapped[int | None] = mapped_column(ForeignKey("consent_withdrawals.id"), index=True)
    files: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)


class ReleasedTake(Base):
    """A clip of a project that is a class's take, released there to be rated; both show the same file."""

    __tablename__ = "released_takes"

    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"), primary_key=True)
    source_clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"), index=True)
    released_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
