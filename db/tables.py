"""The tables, as the code sees them; ``db/migrations`` builds them and a test holds the two equal.

What people and models said is append-only: ratings, predictions, policies, promotions, selections and
the audit log refuse UPDATE and DELETE by trigger, so a change is always a new row.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.columns import DeliveryStep, FiniteFloat, UtcDateTime, now, words_of
from db.records import ClipStatus, PolicyKind
from engine.vocabulary import Channel, Delivery, Emotion, LineSource, Phase, Protocol, Role, SystemName

APPEND_ONLY: Final = ("predictions", "ratings", "policies", "promotions", "audit_log", "selections")
"""Tables whose rows are never changed and never deleted."""

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

KEY_LENGTH: Final = 200
"""Longest name of a media file, an idempotency key or a version."""

SHA256_LENGTH: Final = 64


class Base(DeclarativeBase):
    """Every table; constraints are named, so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime, float: FiniteFloat, dict[str, Any]: JSON}  # noqa: RUF012 SQLAlchemy reads this plain dict


def _between(column: str, low: float, high: float, *, name: str) -> CheckConstraint:
    return CheckConstraint(f"{column} >= {low} AND {column} <= {high}", name=name)


class Person(Base):
    """Somebody who rates or decides."""

    __tablename__ = "people"
    __table_args__ = (CheckConstraint("length(name) >= 1", name="name_given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    pseudonym: Mapped[str] = mapped_column(String(32), unique=True)
    simulated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Project(Base):
    """A set of clips rated under one protocol."""

    __tablename__ = "projects"
    __table_args__ = (CheckConstraint("length(name) >= 1", name="name_given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    protocol: Mapped[Protocol] = mapped_column(words_of(Protocol, name="protocol_known"))
    language: Mapped[str] = mapped_column(String(35))
    demo: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Membership(Base):
    """A person's part in a project."""

    __tablename__ = "memberships"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    role: Mapped[Role] = mapped_column(words_of(Role, name="role_known"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class Clip(Base):
    """A clip, its line and how far its analysis is. ``number`` orders, ``id`` may stand in an address."""

    __tablename__ = "clips"
    __table_args__ = (
        UniqueConstraint("project_id", "sha256"),
        Index(None, "project_id", "number"),
        Index(None, "project_id", "status", "number"),
        Index(None, "status", "number"),
        CheckConstraint(f"length(sha256) = {SHA256_LENGTH}", name="sha256_length"),
        CheckConstraint("length(original_name) >= 1", name="name_given"),
        CheckConstraint("duration_s > 0", name="duration_range"),
        CheckConstraint("size_bytes > 0 AND width > 0 AND height > 0", name="size_range"),
        _between("directed_intensity", 0, 1, name="directed_intensity_range"),
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


class Prediction(Base):
    """What one system said about one clip; the highest id is the newest of a clip and system."""

    __tablename__ = "predictions"
    __table_args__ = (
        Index(None, "clip_id", "system", "id"),
        _between("expected_intensity", 0, 1, name="expected_range"),
        _between("expressed_intensity", 0, 1, name="expressed_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"))
    system: Mapped[SystemName] = mapped_column(words_of(SystemName, name="system_known"))
    weights_version: Mapped[str] = mapped_column(String(KEY_LENGTH))
    feature_schema: Mapped[str] = mapped_column(String(KEY_LENGTH))
    line: Mapped[str] = mapped_column(Text)
    line_source: Mapped[LineSource] = mapped_column(words_of(LineSource, name="line_source_known"))
    emotion: Mapped[Emotion | None] = mapped_column(words_of(Emotion, name="emotion_known"))
    expected_intensity: Mapped[float | None]
    expressed_intensity: Mapped[float | None]
    document: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


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


class Rating(Base):
    """One answer of one person; a changed mind is a new row that supersedes the old one."""

    __tablename__ = "ratings"
    __table_args__ = (
        Index(None, "clip_id", "person_id", "id"),
        Index(None, "person_id", "clip_id", "id"),
        CheckConstraint("length(idempotency_key) >= 1", name="key_given"),
        CheckConstraint(
            "delivery IS NOT NULL OR emotion IS NOT NULL OR expected_intensity IS NOT NULL "
            "OR expressed_intensity IS NOT NULL",
            name="says_something",
        ),
        _between("delivery", -2, 2, name="delivery_range"),
        _between("expected_intensity", 0, 1, name="expected_range"),
        _between("expressed_intensity", 0, 1, name="expressed_range"),
        _between("watched_share", 0, 1, name="watched_share_range"),
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


class AuditEntry(Base):
    """Who did what, each line chained to the one before by its hash."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    action: Mapped[str] = mapped_column(String(KEY_LENGTH))
    subject: Mapped[str] = mapped_column(String(KEY_LENGTH), index=True)
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(SHA256_LENGTH), unique=True)
    hash: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    created_at: Mapped[datetime]
