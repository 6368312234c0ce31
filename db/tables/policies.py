"""Thresholds by version, and when which was in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import now, words_of
from db.records import PolicyKind
from db.tables.base import KEY_LENGTH, SHA256_LENGTH, Base
from engine.vocabulary import SystemName


class Policy(Base):
    """A version of a project's thresholds."""

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("project_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    version: Mapped[str] = mapped_column(String(KEY_LENGTH))
    kind: Mapped[PolicyKind] = mapped_column(words_of(PolicyKind, name="kind_known"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("policies.id"), index=True)
    document: Mapped[dict[str, Any]]
    training_hash: Mapped[str | None] = mapped_column(String(SHA256_LENGTH))
    training_count: Mapped[int] = mapped_column(default=0)
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    gate_open: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    system: Mapped[SystemName | None] = mapped_column(words_of(SystemName, name="system_known"))
    weights_version: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    feature_schema: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Promotion(Base):
    """A policy put in force; the newest promotion of a project names the one in force now."""

    __tablename__ = "promotions"
    __table_args__ = (Index(None, "project_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
