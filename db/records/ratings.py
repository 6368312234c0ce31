"""What people answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from db.records.clips import ClipRecord
from db.records.people import PersonRecord
from db.records.predictions import PredictionSummary
from db.records.work import Purpose
from engine.vocabulary import Channel, Delivery, Emotion, Phase


@dataclass(frozen=True, slots=True)
class RatingDraft:
    """One answer of one person about one clip.

    Attributes
    ----------
    idempotency_key : str
        Made by the client for one press of the button; the same key is stored once.
    prediction_id : int or None
        The prediction the clip had when it was rated, shown or not.
    policy_id : int or None
        The policy in force then; ``None`` where the project has stored none.
    prediction_shown : bool
        Whether the rater saw the machine's opinion before answering.
    confirmed : bool
        Everything was confirmed with one key, nothing typed.
    watched_share : float or None
        Share of the clip that was played, 0 to 1.
    active_time_s : float or None
        Seconds with the page in front.
    simulated : bool
        Not a person's answer; never opens a gate outside a demo project.
    locked_at, lock_hash : datetime, str or None
        When a blind answer was locked, and its hash.
    selection_probability : float or None
        With which the queue had chosen this clip.
    occasion : int
        1 for the first time the clip was asked, 2 and more for silent repeats.
    purpose : Purpose
        Why the clip was asked.
    """

    clip_id: str
    person_id: int
    idempotency_key: str
    phase: Phase
    delivery: Delivery | None
    emotion: Emotion | None = None
    expected_intensity: float | None = None
    expressed_intensity: float | None = None
    channel: Channel = Channel.FULL
    comment: str = ""
    reason: str = ""
    prediction_id: int | None = None
    policy_id: int | None = None
    prediction_shown: bool = True
    confirmed: bool = False
    watched_share: float | None = None
    active_time_s: float | None = None
    simulated: bool = False
    locked_at: datetime | None = None
    lock_hash: str | None = None
    selection_probability: float | None = None
    occasion: int = 1
    purpose: Purpose = Purpose.ORDINARY


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRecord(RatingDraft):
    """A stored rating; ``supersedes_id`` is the answer of the same person that it replaces."""

    id: int
    supersedes_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RatedClip:
    """A rating beside its clip, its rater and the prediction the clip had then."""

    rating: RatingRecord
    clip: ClipRecord
    person: PersonRecord
    prediction: PredictionSummary | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a person is with a project: clips they have rated, clips that can be rated, all clips."""

    rated: int
    ready: int
    total: int
