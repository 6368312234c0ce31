"""The work of rating: what is handed out to whom, half-finished answers, and what surrounds an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from db.records.page import Json
from engine.vocabulary import Channel, Delivery, Emotion


class Purpose(StrEnum):
    """Why a clip is put before a rater."""

    ORDINARY = "ordinary"
    QUALIFICATION = "qualification"
    GOLD_TRAINING = "gold_training"
    """The right answer is known and told after the lock."""
    GOLD_SILENT = "gold_silent"
    """The right answer is known and the rater does not learn of it."""
    REPEAT = "repeat"
    """Asked a second time, without saying so, to see how steady the rater is."""


class SkipReason(StrEnum):
    """Why a rater left a clip out."""

    CANNOT_PLAY = "cannot_play"
    CANNOT_TELL = "cannot_tell"
    WRONG_LANGUAGE = "wrong_language"
    UPSETTING = "upsetting"
    KNOWS_PERSON = "knows_person"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TaskKey:
    """One thing to be answered by one person.

    Attributes
    ----------
    occasion : int
        1 for the first time, 2 and more where the clip is asked again.
    """

    clip_id: str
    person_id: int
    channel: Channel = Channel.FULL
    occasion: int = 1


@dataclass(frozen=True, slots=True)
class AssignmentRecord:
    """A task handed to a person, and until when it is kept for them.

    Attributes
    ----------
    control : bool
        The prediction is withheld although the protocol would show it.
    expires_at : datetime
        Until then nobody else is given this place among the clip's raters.
    skipped_at, skip_reason, skip_note
        Set while the person has left the clip out.
    """

    id: int
    clip_id: str
    person_id: int
    channel: Channel
    occasion: int
    purpose: Purpose
    control: bool
    created_at: datetime
    expires_at: datetime
    skipped_at: datetime | None
    skip_reason: SkipReason | None
    skip_note: str

    @property
    def key(self) -> TaskKey:
        """Which task it is."""
        return TaskKey(self.clip_id, self.person_id, self.channel, self.occasion)


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """A half-finished answer, as the server keeps it.

    Attributes
    ----------
    content : Json
        What the form held: field names to values.
    revision : int
        Grows with every change that was kept.
    tab : str
        The browser tab that sent it.
    """

    clip_id: str
    person_id: int
    channel: Channel
    occasion: int
    content: Json
    revision: int
    tab: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Under which an answer was given.

    Attributes
    ----------
    intervals_s : tuple of (float, float)
        Stretches of the clip that were played, in seconds from its start.
    replays : int
    fastest : float or None
        Highest speed at which it was played, 1 is the clip's own.
    hidden_s : float
        Seconds with the page in the background.
    elapsed_s : float or None
        Seconds from the clip's first showing to the answer.
    guideline_id : int or None
        The guideline text in force then.
    interface_language : str
    """

    intervals_s: tuple[tuple[float, float], ...] = ()
    replays: int = 0
    fastest: float | None = None
    hidden_s: float = 0.0
    elapsed_s: float | None = None
    guideline_id: int | None = None
    interface_language: str = ""


@dataclass(frozen=True, slots=True)
class FlagRecord:
    """Something a rater wants the lead to look at; a row that names ``resolves_id`` settles another."""

    id: int
    clip_id: str
    person_id: int
    reason: str
    note: str
    resolves_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GoldRecord:
    """The known answer to a clip; the newest of a clip and channel counts.

    Attributes
    ----------
    purpose : Purpose
        ``QUALIFICATION``, ``GOLD_TRAINING`` or ``GOLD_SILENT``.
    accepts : Json or None
        By field: ``{"delivery": [low, high], "emotion": ["anger"], "expected": [0.6, 1.0], …}``;
        ``None`` retires the gold of that clip and channel.
    feedback : str
        Told to the rater after a training answer.
    """

    id: int
    clip_id: str
    channel: Channel
    purpose: Purpose
    accepts: Json | None
    feedback: str
    created_by: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TraceRecord:
    """Intensity traced while a clip played.

    Attributes
    ----------
    rate_hz : float
    lag_s : float
        How much later than the picture the hand was; taken off already.
    levels : tuple of (float or None)
        0 to 1 at ``rate_hz`` from the clip's start; ``None`` where nothing was traced.
    """

    id: int
    idempotency_key: str
    clip_id: str
    person_id: int
    channel: Channel
    rate_hz: float
    lag_s: float
    levels: tuple[float | None, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GuidelineRecord:
    """The text raters go by, in one language; versions count from 1.

    Attributes
    ----------
    examples : tuple of Json
        Each ``{"clip_id": …, "note": …}``.
    """

    id: int
    project_id: int
    version: int
    language: str
    text: str
    examples: tuple[Json, ...]
    created_by: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LabelSetRecord:
    """The emotions a project asks for, with names and definitions by language; versions count from 1."""

    id: int
    project_id: int
    version: int
    document: Json
    created_by: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AdjudicationRecord:
    """What somebody decided about a clip people disagree on; the newest of a clip and channel counts.

    Attributes
    ----------
    considered : tuple of int
        Ids of the ratings that lay on the table.
    """

    id: int
    clip_id: str
    channel: Channel
    person_id: int
    delivery: Delivery | None
    emotion: Emotion | None
    expected_intensity: float | None
    expressed_intensity: float | None
    reason: str
    considered: tuple[int, ...]
    created_at: datetime
