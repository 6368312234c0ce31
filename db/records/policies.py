"""Thresholds, when they were in force, and the log of who did what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from db.records.page import Json
from engine.vocabulary import SystemName


class PolicyKind(StrEnum):
    """The rung of the ladder a policy stands on."""

    FIXED = "fixed"
    GLOBAL = "global"
    CONTEXT = "context"


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """A version of the thresholds.

    Attributes
    ----------
    version : str
        Once per project.
    parent_id : int or None
        The policy in force when this one was fitted.
    document : Mapping
        The policy itself as readable JSON.
    training_hash : str or None
        SHA-256 over the ratings it saw; ``None`` for one that saw none.
    metrics : Mapping
        What the gate measured.
    gate_open : bool
        Whether it was shown good enough to be put in force.
    reason : str
        The gate's sentence.
    system, weights_version, feature_schema : SystemName, str, str or None
        Whose gaps it was learned on; ``None`` for one that was not learned.
    """

    project_id: int
    version: str
    kind: PolicyKind
    document: Json
    parent_id: int | None = None
    training_hash: str | None = None
    training_count: int = 0
    metrics: Json = field(default_factory=dict)
    gate_open: bool = False
    reason: str = ""
    system: SystemName | None = None
    weights_version: str | None = None
    feature_schema: str | None = None
    created_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord(PolicyDraft):
    """A stored policy."""

    id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PolicyMark:
    """Which policy it is and whose gaps it was learned on, without what it says."""

    id: int
    system: SystemName | None
    weights_version: str | None
    feature_schema: str | None


@dataclass(frozen=True, slots=True)
class PromotionRecord:
    """Since when, by whom and why a policy is (or was) in force in a project."""

    id: int
    project_id: int
    policy_id: int
    person_id: int | None
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One line of the audit log; ``hash`` covers the line and ``previous_hash``."""

    id: int
    person_id: int | None
    action: str
    subject: str
    details: Json
    previous_hash: str
    hash: str
    created_at: datetime
