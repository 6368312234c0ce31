"""What the lead of a project decides: gold answers, guidelines, label sets, adjudications."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import DeliveryStep, now, words_of
from db.records.work import Purpose
from db.tables.base import Base, between
from engine.vocabulary import Channel, Delivery, Emotion


class Gold(Base):
    """The known answer to a clip; the newest of a clip and channel counts."""

    __tablename__ = "gold"
    __table_args__ = (Index(None, "clip_id", "channel", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"))
    channel: Mapped[Channel] = mapped_column(words_of(Channel, name="channel_known"))
    purpose: Mapped[Purpose] = mapped_column(words_of(Purpose, name="purpose_known"))
    accepts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    feedback: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Guideline(Base):
    """The text raters go by, in one language."""

    __tablename__ = "guidelines"
    __table_args__ = (
        UniqueConstraint("project_id", "language", "version"),
        CheckConstraint("version >= 1", name="version_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    version: Mapped[int]
    language: Mapped[str] = mapped_column(String(35))
    text: Mapped[str] = mapped_column(Text)
    examples: Mapped[list[Any]] = mapped_column(JSON, default=list)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class LabelSet(Base):
    """The emotions a project asks for, with names and definitions by language."""

    __tablename__ = "label_sets"
    __table_args__ = (
        UniqueConstraint("project_id", "version"),
        CheckConstraint("version >= 1", name="version_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    version: Mapped[int]
    document: Mapped[dict[str, Any]]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Adjudication(Base):
    """What somebody decided about a clip people disagree on; the newest of a clip and channel counts."""

    __tablename__ = "adjudications"
    __table_args__ = (
        Index(None, "clip_id", "channel", "id"),
        CheckConstraint("length(reason) >= 1", name="reason_given"),
        between("delivery", -2, 2, name="delivery_range"),
        between("expected_intensity", 0, 1, name="expected_range"),
        between("expressed_intensity", 0, 1, name="expressed_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"))
    channel: Mapped[Channel] = mapped_column(words_of(Channel, name="channel_known"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    delivery: Mapped[Delivery | None] = mapped_column(DeliveryStep)
    emotion: Mapped[Emotion | None] = mapped_column(words_of(Emotion, name="emotion_known"))
    expected_intensity: Mapped[float | None]
    expressed_intensity: Mapped[float | None]
    reason: Mapped[str] = mapped_column(Text)
    considered: Mapped[list[Any]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)
