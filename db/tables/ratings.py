"""What people answer, and what the queue chose for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import DeliveryStep, now, words_of
from db.records.work import Purpose
from db.tables.base import KEY_LENGTH, SHA256_LENGTH, Base, between
from engine.vocabulary import Channel, Delivery, Emotion, Phase


class Rating(Base):
    """One answer of one person; a changed mind is a new row that supersedes the old one."""

    __tablename__ = "ratings"
    __table_args__ = (
        Index(None, "clip_id", "person_id", "id"),
        Index(None, "person_id", "clip_id", "id"),
        Index(None, "person_id", "id"),
        Index(
            "uq_ratings_first_answer",
            "person_id",
            "clip_id",
            "channel",
            "occasion",
            unique=True,
            sqlite_where=text("supersedes_id IS NULL"),
            postgresql_where=text("supersedes_id IS NULL"),
        ),
        CheckConstraint("length(idempotency_key) >= 1", name="key_given"),
        CheckConstraint(
            "delivery IS NOT NULL OR emotion IS NOT NULL OR expected_intensity IS NOT NULL "
            "OR expressed_intensity IS NOT NULL",
            name="says_something",
        ),
        between("delivery", -2, 2, name="delivery_range"),
        between("expected_intensity", 0, 1, name="expected_range"),
        between("expressed_intensity", 0, 1, name="expressed_range"),
        between("watched_share", 0, 1, name="watched_share_range"),
        CheckConstraint("active_time_s >= 0", name="active_time_range"),
        CheckConstraint(
            "selection_probability > 0 AND selection_probability <= 1", name="selection_probability_range"
        ),
        CheckConstraint("(locked_at IS NULL) = (lock_hash IS NULL)", name="lock_complete"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("ratings.id"), unique=True)
    phase: Mapped[Phase] = mapped_column(words_of(Phase, name="phase_known"))
    channel: Mapped[Channel] = mapped_column(words_of(Channel, name="channel_known"))
    delivery: Mapped[Delivery | None] = mapped_column(DeliveryStep)
    emotion: Mapped[Emotion | None] = mapped_column(words_of(Emotion, name="emotion_known"))
    expected_intensity: Mapped[float | None]
    expressed_intensity: Mapped[float | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    prediction_id: Mapped[int | None] = mapped_column(ForeignKey("predictions.id"), index=True)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policies.id"), index=True)
    prediction_shown: Mapped[bool]
    confirmed: Mapped[bool]
    watched_share: Mapped[float | None]
    active_time_s: Mapped[float | None]
    simulated: Mapped[bool]
    locked_at: Mapped[datetime | None]
    lock_hash: Mapped[str | None] = mapped_column(String(SHA256_LENGTH))
    selection_probability: Mapped[float | None]
    occasion: Mapped[int] = mapped_column(default=1, server_default="1")
    purpose: Mapped[Purpose] = mapped_column(
        words_of(Purpose, name="purpose_known", checked=False),
        default=Purpose.ORDINARY,
        server_default="ordinary",
    )
    created_at: Mapped[datetime] = mapped_column(default=now)


class Selection(Base):
    """A clip the queue chose for a person; the highest id is to be shown last."""

    __tablename__ = "selections"
    __table_args__ = (
        UniqueConstraint("person_id", "clip_id"),
        CheckConstraint("probability > 0 AND probability <= 1", name="probability_range"),
        CheckConstraint("even_probability > 0 AND even_probability <= 1", name="even_probability_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    probability: Mapped[float]
    even_probability: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(default=now)
