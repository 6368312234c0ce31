"""What systems say about clips."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import now, words_of
from db.tables.base import KEY_LENGTH, Base, between
from engine.vocabulary import Emotion, LineSource, SystemName


class Prediction(Base):
    """What one system said about one clip; the highest id is the newest of a clip."""

    __tablename__ = "predictions"
    __table_args__ = (
        Index(None, "clip_id", "id"),
        between("expected_intensity", 0, 1, name="expected_range"),
        between("expressed_intensity", 0, 1, name="expressed_range"),
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
    text_trust: Mapped[float | None]
    voice_trust: Mapped[float | None]
    face_trust: Mapped[float | None]
