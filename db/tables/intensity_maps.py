"""Maps from the model's intensities to the raters' by version, and when which was in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import now, words_of
from db.records import IntensitySide
from db.tables.base import KEY_LENGTH, SHA256_LENGTH, Base
from engine.vocabulary import SystemName


class IntensityMap(Base):
    """A version of the map of one of the two intensities."""

    __tablename__ = "intensity_maps"
    __table_args__ = (UniqueConstraint("project_id", "side", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    side: Mapped[IntensitySide] = mapped_column(words_of(IntensitySide, name="side_known"))
    version: Mapped[str] = mapped_column(String(KEY_LENGTH))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("intensity_maps.id"), index=True)
    document: Mapped[dict[str, Any]]
    training_hash: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    training_count: Mapped[int]
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    gate_open: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    system: Mapped[SystemName] = mapped_column(words_of(SystemName, name="system_known"))
    weights_version: Mapped[str] = mapped_column(String(KEY_LENGTH))
    feature_schema: Mapped[str] = mapped_column(String(KEY_LENGTH))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class IntensityPromotion(Base):
    """A map put in force, or none where ``map_id`` is NULL; the newest of a project and side counts."""

    __tablename__ = "intensity_promotions"
    __table_args__ = (Index(None, "project_id", "side", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    side: Mapped[IntensitySide] = mapped_column(words_of(IntensitySide, name="side_known"))
    map_id: Mapped[int | None] = mapped_column(ForeignKey("intensity_maps.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
