"""Classes: work that is set, takes handed in, grades, and remarks about moments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import now, words_of
from db.records.classes import GradePart, Target
from db.tables.base import KEY_LENGTH, Base
from engine.vocabulary import Emotion


class ClassAssignment(Base):
    """Work set for a class, which is a project whose settings say so."""

    __tablename__ = "class_assignments"
    __table_args__ = (CheckConstraint("length(title) >= 1", name="title_given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    title: Mapped[str] = mapped_column(String(KEY_LENGTH))
    instructions: Mapped[str] = mapped_column(Text, default="")
    lines: Mapped[list[Any]] = mapped_column(JSON)
    target: Mapped[Target] = mapped_column(words_of(Target, name="target_known"))
    emotion: Mapped[Emotion | None] = mapped_column(words_of(Emotion, name="emotion_known"))
    rubric: Mapped[list[Any]] = mapped_column(JSON)
    released_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class ClassTake(Base):
    """A clip a student handed in; a clip belongs to one student's work at most."""

    __tablename__ = "class_takes"
    __table_args__ = (
        Index(None, "assignment_id", "person_id", "id"),
        CheckConstraint("line_number >= 1", name="line_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("class_assignments.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"), unique=True)
    line_number: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)


class ClassGrade(Base):
    """What one person said about a student's work; a changed mind is a new row."""

    __tablename__ = "class_grades"
    __table_args__ = (Index(None, "assignment_id", "student_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("class_assignments.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    marker_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    part: Mapped[GradePart] = mapped_column(words_of(GradePart, name="part_known"))
    scores: Mapped[dict[str, Any]]
    remark: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class SecondMarking(Base):
    """Who was asked to mark a student's work a second time."""

    __tablename__ = "second_markings"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("class_assignments.id"), primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    marker_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    requested_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class TimedComment(Base):
    """A remark about a moment of a take; it goes when its take does."""

    __tablename__ = "timed_comments"
    __table_args__ = (
        Index(None, "clip_id", "at_s"),
        CheckConstraint("at_s >= 0", name="time_range"),
        CheckConstraint("length(text) >= 1", name="text_given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clip_id: Mapped[str] = mapped_column(ForeignKey("clips.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    at_s: Mapped[float]
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
