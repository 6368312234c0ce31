"""Clips and how far their analysis has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.vocabulary import Emotion, LineSource


class ClipStatus(StrEnum):
    """How far the analysis of a clip has come."""

    QUEUED = "queued"
    ANALYSING = "analysing"
    READY = "ready"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    """Its media were removed for good; the row is what stays."""


@dataclass(frozen=True, slots=True)
class ClipDraft:
    """A clip to be stored.

    Attributes
    ----------
    sha256 : str
        Of the original file, 64 hexadecimal digits; once per project.
    media_key : str
        Name of the original in the media store.
    browser_key, thumbnail_key : str or None
        The copy a browser plays (``None``: the original does) and a still; often known later only.
    size_bytes : int
    """

    sha256: str
    original_name: str
    media_key: str
    size_bytes: int
    browser_key: str | None = None
    thumbnail_key: str | None = None
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    line: str = ""
    line_source: LineSource = LineSource.NONE
    actor: str | None = None
    language: str | None = None
    genre: str | None = None
    directed_emotion: Emotion | None = None
    directed_intensity: float | None = None
    status: ClipStatus = ClipStatus.QUEUED
    message: str | None = None


@dataclass(frozen=True, slots=True)
class ClipDetails:
    """What a person may correct about a clip after the import."""

    line: str
    line_source: LineSource
    actor: str | None
    language: str | None
    genre: str | None
    directed_emotion: Emotion | None
    directed_intensity: float | None


@dataclass(frozen=True, slots=True)
class ClipRecord:
    """A stored clip. ``id`` cannot be guessed and may stand in an address; ``number`` only orders."""

    id: str
    number: int
    project_id: int
    sha256: str
    original_name: str
    media_key: str
    size_bytes: int
    browser_key: str | None
    thumbnail_key: str | None
    duration_s: float | None
    width: int | None
    height: int | None
    line: str
    line_source: LineSource
    actor: str | None
    language: str | None
    genre: str | None
    directed_emotion: Emotion | None
    directed_intensity: float | None
    status: ClipStatus
    message: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def playable_key(self) -> str:
        """The file a browser is given: the transcoded copy where there is one."""
        return self.browser_key or self.media_key

    @property
    def details(self) -> ClipDetails:
        """The correctable part; ``dataclasses.replace`` on it makes what ``update_details`` takes."""
        return ClipDetails(
            self.line,
            self.line_source,
            self.actor,
            self.language,
            self.genre,
            self.directed_emotion,
            self.directed_intensity,
        )
