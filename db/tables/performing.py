"""What is performed: scripts and their lines, takes, scenes cut into utterances."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import now, words_of
from db.records.performing import CutBy, SceneStatus, UtteranceStatus
from db.tables.base import KEY_LENGTH, SHA256_LENGTH, Base, between
from engine.vocabulary import Emotion


class Script(Base):
    """A text to perform, of one project."""

    __tablename__ = "scripts"
    __table_args__ = (
        Index(None, "project_id", "id"),
        CheckConstraint("length(title) >= 1", name="title_given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    title: Mapped[str] = mapped_column(String(KEY_LENGTH))
    created_at: Mapped[datetime] = mapped_column(default=now)


class ScriptLine(Base):
    """A line of a script, in its place, and what it demands once it was read."""

    __tablename__ = "script_lines"
    __table_args__ = (
        UniqueConstraint("script_id", "position"),
        Index(None, "read_with", "id"),
        CheckConstraint("length(text) >= 1", name="text_given"),
        CheckConstraint("position >= 1", name="position_range"),
        between("expected_intensity", 0, 1, name="expected_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"))
    position: Mapped[int]
    speaker: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text, default="")
    heading: Mapped[str] = mapped_column(Text, default="")
    expected_intensity: Mapped[float | None]
    emotion: Mapped[Emotion | None] = mapped_column(words_of(Emotion, name="emotion_known"))
    read_with: Mapped[str | None] = mapped_column(String(KEY_LENGTH))


class Take(Base):
    """A clip that somebody performed here; the clip carries the file and the line."""

    __tablename__ = "takes"
    __table_args__ = (
        Index(None, "person_id", "project_id", "id"),
        CheckConstraint("length(recording_key) >= 1", name="key_given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    recording_key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    script_line_id: Mapped[int | None] = mapped_column(ForeignKey("script_lines.id"), index=True)
    assignment_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Scene(Base):
    """A long clip that is read line by line. ``number`` orders, ``id`` may stand in an address."""

    __tablename__ = "scenes"
    __table_args__ = (
        Index(None, "project_id", "number"),
        Index(None, "status", "number"),
        CheckConstraint(f"length(sha256) = {SHA256_LENGTH}", name="sha256_length"),
        CheckConstraint("length(original_name) >= 1", name="name_given"),
        CheckConstraint("duration_s > 0", name="duration_range"),
        CheckConstraint("status <> 'failed' OR message IS NOT NULL", name="failed_says_why"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    script_id: Mapped[int | None] = mapped_column(ForeignKey("scripts.id"), index=True)
    original_name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    media_key: Mapped[str] = mapped_column(String(KEY_LENGTH), index=True)
    browser_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH), index=True)
    duration_s: Mapped[float | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    cut_by: Mapped[CutBy] = mapped_column(words_of(CutBy, name="cut_by_known"))
    status: Mapped[SceneStatus] = mapped_column(words_of(SceneStatus, name="scene_status_known"))
    stopped: Mapped[bool] = mapped_column(default=False)
    message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Utterance(Base):
    """What one person says in a scene without another in between; ``document`` is its analysis."""

    __tablename__ = "utterances"
    __table_args__ = (
        UniqueConstraint("scene_number", "position"),
        Index(None, "scene_number", "status", "position"),
        CheckConstraint("start_s >= 0 AND end_s > start_s", name="span_range"),
        between("expected_intensity", 0, 1, name="expected_range"),
        between("expressed_intensity", 0, 1, name="expressed_range"),
        CheckConstraint("status <> 'failed' OR message IS NOT NULL", name="failed_says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scene_number: Mapped[int] = mapped_column(ForeignKey("scenes.number"))
    position: Mapped[int]
    start_s: Mapped[float]
    end_s: Mapped[float]
    line: Mapped[str] = mapped_column(Text, default="")
    given_speaker: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    heard_speaker: Mapped[int | None]
    status: Mapped[UtteranceStatus] = mapped_column(words_of(UtteranceStatus, name="utterance_status_known"))
    message: Mapped[str | None] = mapped_column(Text)
    expected_intensity: Mapped[float | None]
    expressed_intensity: Mapped[float | None]
    document: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class ScenePerson(Base):
    """Somebody who is filmed in a scene, named as in the register of consents."""

    __tablename__ = "scene_people"
    __table_args__ = (CheckConstraint("length(subject) >= 1", name="subject_given"),)

    scene_number: Mapped[int] = mapped_column(ForeignKey("scenes.number"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
