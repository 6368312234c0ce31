"""Faces: which cues a rater sees, whose face counts, and how an actor who consented looks, in numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import now
from db.tables.base import KEY_LENGTH, Base


class CueAnswer(Base):
    """What a person says of the facial cues of one prediction; their newest counts."""

    __tablename__ = "cue_answers"
    __table_args__ = (
        Index(None, "prediction_id", "person_id", "id"),
        CheckConstraint("length(idempotency_key) >= 1", name="key_given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    answers: Mapped[dict[str, Any]]
    remark: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class FaceChoice(Base):
    """Whose face of a clip is to be read, where a face is named; the newest of a clip counts."""

    __tablename__ = "face_choices"
    __table_args__ = (
        Index(None, "clip_id", "id"),
        CheckConstraint("face >= 1", name="face_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    face: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class EnrolledFace(Base):
    """One picture of an actor as numbers that tell them apart; forgotten when consent is withdrawn."""

    __tablename__ = "enrolled_faces"
    __table_args__ = (
        Index(None, "project_id", "actor"),
        CheckConstraint("length(actor) >= 1", name="actor_given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    actor: Mapped[str] = mapped_column(String(KEY_LENGTH))
    vector: Mapped[list[Any]] = mapped_column(JSON)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
