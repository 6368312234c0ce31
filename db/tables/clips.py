"""Clips and how far their analysis is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import now, words_of
from db.records import ClipStatus
from db.tables.base import KEY_LENGTH, SHA256_LENGTH, Base, between
from engine.vocabulary import Emotion, LineSource


class Clip(Base):
    """A clip, its line and how far its analysis is. ``number`` orders, ``id`` may stand in an address."""

    __tablename__ = "clips"
    __table_args__ = (
        UniqueConstraint("project_id", "sha256"),
        Index(None, "project_id", "number"),
        Index(None, "project_id", "status", "number"),
        Index(None, "project_id", "actor"),
        Index(None, "project_id", "updated_at"),
        Index(None, "status", "number"),
        CheckConstraint(f"length(sha256) = {SHA256_LENGTH}", name="sha256_length"),
        CheckConstraint("length(original_name) >= 1", name="name_given"),
        CheckConstraint("duration_s > 0", name="duration_range"),
        CheckConstraint("size_bytes > 0 AND width > 0 AND height > 0", name="size_range"),
        between("directed_intensity", 0, 1, name="directed_intensity_range"),
        CheckConstraint("status <> 'failed' OR message IS NOT NULL", name="failed_says_why"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    original_name: Mapped[str] = mapped_column(Text)
    media_key: Mapped[str] = mapped_column(String(KEY_LENGTH), index=True)
    browser_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH), index=True)
    thumbnail_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH), index=True)
    size_bytes: Mapped[int]
    duration_s: Mapped[float | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    line: Mapped[str] = mapped_column(Text, default="")
    line_source: Mapped[LineSource] = mapped_column(words_of(LineSource, name="line_source_known"))
    actor: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    language: Mapped[str | None] = mapped_column(String(35))
    genre: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    directed_emotion: Mapped[Emotion | None] = mapped_column(words_of(Emotion, name="directed_emotion_known"))
    directed_intensity: Mapped[float | None]
    status: Mapped[ClipStatus] = mapped_column(words_of(ClipStatus, name="status_known"))
    message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
