"""Maps from the model's intensities to the raters', and when they were in force."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from db.records.page import Json
from engine.vocabulary import SystemName


class IntensitySide(StrEnum):
    """Which of the two intensities a map speaks about: what the line asks for, what the delivery shows."""

    EXPECTED = "expected"
    EXPRESSED = "expressed"


@dataclass(frozen=True, slots=True)
class IntensityMapDraft:
    """A version of a map.

    Attributes
    ----------
    version : str
        Once per project and side.
    document : Mapping
        The map itself as readable JSON.
    training_hash : str
        SHA-256 over the answers it saw.
    system, weights_version, feature_schema : SystemName, str, str
        Whose intensities it was learned on.
    parent_id : int or None
        The map in force when this one was fitted; ``None`` where the model's intensities stood as they are.
    metrics : Mapping
        What the gate measured.
    gate_open : bool
        Whether it was shown good enough to be put in force.
    reason : str
        The gate's sentences.
    """

    project_id: int
    side: IntensitySide
    version: str
    document: Json
    training_hash: str
    training_count: int
    system: SystemName
    weights_version: str
    feature_schema: str
    parent_id: int | None = None
    metrics: Json = field(default_factory=dict)
    gate_open: bool = False
    reason: str = ""
    created_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntensityMapRecord(IntensityMapDraft):
    """A stored map."""

    id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class IntensityPromotionRecord:
    """Since when, by whom and why a map is (or was) in force; ``map_id`` is ``None`` where none is."""

    id: int
    project_id: int
    side: IntensitySide
    map_id: int | None
    person_id: int | None
    note: str
    created_at: datetime
