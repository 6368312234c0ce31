"""The work of rating: assignments, drafts, withdrawals, flags, and what surrounds an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import now, words_of
from db.records.work import Purpose, SkipReason
from db.tables.base import KEY_LENGTH, Base, between
from engine.vocabulary import Channel


class Assignment(Base):
    """A task handed to a person; the place among the clip's raters is theirs until ``expires_at``."""

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("person_id", "clip_id", "channel", "occasion"),
        Index(None, "clip_id", "channel", "expires_at"),
        Index(None, "person_id", "id"),
        Index(None, "person_id", "expires_at", "id"),
        Index(None, "expires_at"),
        Index(
            "ix_assignments_left_out",
            "person_id",
            "skipped_at",
            "id",
            sqlite_where=text("skipped_at IS NOT NULL"),
            postgresql_where=text("skipped_at IS NOT NULL"),
        ),
        CheckConstraint("occasion >= 1", name="occasion_range"),
        CheckConstraint("(skipped_at IS NULL) = (skip_reason IS NULL)", name="skip_complete"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    channel: Mapped[Channel] = mapped_column(words_of(Channel, name="channel_known"))
    occasion: Mapped[int] = mapped_column(default=1)
    purpose: Mapped[Purpose] = mapped_column(words_of(Purpose, name="purpose_known"))
    control: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    skipped_at: Mapped[datetime | None]
    skip_reason: Mapped[SkipReason | None] = mapped_column(words_of(SkipReason, name="skip_reason_known"))
    skip_note: Mapped[str] = mapped_column(Text, default="")


class Draft(Base):
    """A half-finished answer, overwritten as it grows and dropped when the answer is stored."""

    __tablename__ = "drafts"
    __table_args__ = (
        Index(None, "clip_id"),
        CheckConstraint("revision >= 1", name="revision_range"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(words_of(Channel, name="channel_known"), primary_key=True)
    occasion: Mapped[int] = mapped_column(primary_key=True, default=1)
    content: Mapped[dict[str, Any]]
    revision: Mapped[int]
    tab: Mapped[str] = mapped_column(String(KEY_LENGTH), default="")
    saved_at: Mapped[datetime] = mapped_column(default=now)


class Sighting(Base):
    """A prediction that was handed to the page of a task; written before the page gets it."""

    __tablename__ = "sightings"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"), primary_key=True, index=True)
    channel: Mapped[Channel] = mapped_column(words_of(Channel, name="channel_known"), primary_key=True)
    occasion: Mapped[int] = mapped_column(primary_key=True, default=1)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), primary_key=True, index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Withdrawal(Base):
    """An answer its rater took back; it stays stored and counts nowhere."""

    __tablename__ = "withdrawals"

    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class RatingCircumstances(Base):
    """How a clip was watched before one answer, and under which guideline."""

    __tablename__ = "rating_circumstances"
    __table_args__ = (CheckConstraint("replays >= 0 AND hidden_s >= 0", name="counts_range"),)

    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"), primary_key=True)
    intervals_s: Mapped[list[Any]] = mapped_column(JSON, default=list)
    replays: Mapped[int] = mapped_column(default=0)
    fastest: Mapped[float | None]
    hidden_s: Mapped[float] = mapped_column(default=0.0)
    elapsed_s: Mapped[float | None]
    guideline_id: Mapped[int | None] = mapped_column(ForeignKey("guidelines.id"), index=True)
    interface_language: Mapped[str] = mapped_column(String(35), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Flag(Base):
    """Something a rater wants the lead to look at."""

    __tablename__ = "flags"
    __table_args__ = (CheckConstraint("length(reason) >= 1", name="reason_given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    reason: Mapped[str] = mapped_column(String(KEY_LENGTH))
    note: Mapped[str] = mapped_column(Text, default="")
    resolves_id: Mapped[int | None] = mapped_column(ForeignKey("flags.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Trace(Base):
    """Intensity traced while a clip played."""

    __tablename__ = "traces"
    __table_args__ = (
        Index(None, "clip_id", "person_id"),
        CheckConstraint("rate_hz > 0", name="rate_range"),
        between("lag_s", 0, 10, name="lag_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    channel: Mapped[Channel] = mapped_column(words_of(Channel, name="channel_known"))
    rate_hz: Mapped[float]
    lag_s: Mapped[float]
    levels: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=now)


class ChannelMedia(Base):
    """The file of one channel of a clip: the picture without sound, the voice without picture."""

    __tablename__ = "channel_media"

    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(words_of(Channel, name="channel_known"), primary_key=True)
    media_key: Mapped[str] = mapped_column(String(KEY_LENGTH), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
