"""Consent of people who are filmed, its withdrawal, and what stays of a clip that was removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConsentScope(StrEnum):
    """What a filmed person agrees to."""

    ANALYSIS = "analysis"
    """The models measure the performance."""
    RATING = "rating"
    """People of the project watch and rate it."""
    EXPORT = "export"
    """It leaves in a data set."""
    TRAINING = "training"
    """Models and thresholds learn from it."""


class RemovalCause(StrEnum):
    """Why a clip was removed."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """What a filmed person agreed to; the newest of a person in a project counts.

    Attributes
    ----------
    subject : str
        Who is filmed, as the clips' ``actor`` says.
    person_id : int or None
        The same as somebody who takes part, such as a student.
    expires_at : datetime or None
        ``None``: until it is withdrawn.
    evidence : str
        Where what they signed lies.
    """

    id: int
    project_id: int
    subject: str
    person_id: int | None
    scopes: Sequence[str]
    expires_at: datetime | None
    evidence: str
    recorded_by: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentWithdrawalRecord:
    """A filmed person took their consent back."""

    id: int
    project_id: int
    subject: str
    person_id: int | None
    reason: str
    recorded_by: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FilmedClip:
    """Whom a clip that is still there shows.

    Attributes
    ----------
    student_id : int or None
        Whose take of a class it is.
    """

    id: str
    project_id: int
    actor: str | None
    created_at: datetime
    student_id: int | None


@dataclass(frozen=True, slots=True)
class TombstoneRecord:
    """What stays of a clip that was removed: that there was one, when it went, and why."""

    clip_id: str
    project_id: int
    cause: RemovalCause
    withdrawal_id: int | None
    files: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SceneTombstoneRecord:
    """What stays of a scene that was removed.

    Attributes
    ----------
    sha256 : str
        Of its file, so that it does not come back unnoticed.
    """

    scene_id: str
    project_id: int
    sha256: str
    cause: RemovalCause
    withdrawal_id: int | None
    files: int
    created_at: datetime
