"""What a system said about a clip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from db.records.page import Json
from engine.vocabulary import Emotion, LineSource, SystemName


@dataclass(frozen=True, slots=True)
class PredictionDraft:
    """What one system said about a clip.

    Attributes
    ----------
    emotion : Emotion or None
        The dominant one.
    document : Mapping
        Everything the page shows, as JSON; written and read by ``dashboard.services.predictions``.
    text_trust, voice_trust, face_trust : float or None
        How far each modality could be trusted, 0 to 1; 0 where the clip lacks it, ``None`` where the system
        did not look at it.
    """

    clip_id: str
    system: SystemName
    weights_version: str
    feature_schema: str
    line: str
    line_source: LineSource
    emotion: Emotion | None
    expected_intensity: float | None
    expressed_intensity: float | None
    document: Json
    text_trust: float | None = None
    voice_trust: float | None = None
    face_trust: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionRecord(PredictionDraft):
    """A stored prediction; the one with the highest id is the newest of its clip."""

    id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PredictionSummary:
    """A prediction without its document."""

    id: int
    system: SystemName
    weights_version: str
    feature_schema: str
    line: str
    emotion: Emotion | None
    expected_intensity: float | None
    expressed_intensity: float | None
    created_at: datetime
    text_trust: float | None = None
    voice_trust: float | None = None
    face_trust: float | None = None
