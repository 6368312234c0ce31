"""Classes: what is set, what students hand in, what those who mark say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.vocabulary import Emotion


class Target(StrEnum):
    """What strength a take is to have."""

    SCRIPT = "script"
    """What the line itself demands."""
    STRONG = "strong"
    RESTRAINED = "restrained"


class GradePart(StrEnum):
    """In which part somebody gave a grade."""

    MARK = "mark"
    MODERATION = "moderation"
    """What settles two marks that differ."""


@dataclass(frozen=True, slots=True)
class SetWork:
    """What is set for a class.

    Attributes
    ----------
    lines : sequence of str
        One take is asked for each.
    emotion : Emotion or None
        Directed; ``None`` leaves it to the script.
    rubric : sequence of Mapping
        ``key``, ``name`` (empty for the criteria every rubric knows) and ``weight`` of each criterion.
    """

    title: str
    lines: Sequence[str]
    target: Target
    emotion: Emotion | None
    rubric: Sequence[Mapping[str, Any]]
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class SetWorkRecord:
    """Work that was set; ``released_at`` is when grades were given back to the students."""

    id: int
    project_id: int
    title: str
    instructions: str
    lines: Sequence[str]
    target: Target
    emotion: Emotion | None
    rubric: Sequence[Mapping[str, Any]]
    released_at: datetime | None
    created_by: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ClassTakeRecord:
    """A clip that a student handed in; the newest of a line counts. ``line_number`` counts from 1."""

    id: int
    assignment_id: int
    person_id: int
    clip_id: str
    line_number: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GradeRecord:
    """What one person said about one student's work; the newest of a marker and part counts.

    Attributes
    ----------
    scores : Mapping of str to int
        By the key of the criterion, 1 to 5.
    """

    id: int
    assignment_id: int
    student_id: int
    marker_id: int
    part: GradePart
    scores: Mapping[str, int]
    remark: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SecondMarkingRecord:
    """Somebody was asked to mark a student's work a second time."""

    assignment_id: int
    student_id: int
    marker_id: int
    requested_by: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TimedCommentRecord:
    """A remark about a moment of a take, ``at_s`` seconds from its start."""

    id: int
    clip_id: str
    author_id: int
    at_s: float
    text: str
    created_at: datetime
