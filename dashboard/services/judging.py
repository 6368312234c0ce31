"""Which policy judges a clip of a project, and in which context."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy.orm import Session

from db import policies
from db.records import (
    IntensityMapRecord,
    Json,
    PolicyDraft,
    PolicyKind,
    PolicyMark,
    PolicyRecord,
    PredictionDraft,
    PredictionSummary,
)
from engine.analysis import Judgement, z_score
from engine.verdict.fixed import FIXED
from engine.verdict.policy import Policy
from engine.verdict.policy_file import policy_from_json
from engine.vocabulary import Emotion

LEVEL_BORDERS: Final = ((1 / 3, "restrained"), (2 / 3, "moderate"), (1.0, "strong"))
"""Directed intensity as a context level: up to each border, that name."""

NO_TRUST: Final = "missing"
TRUST_BORDERS: Final = ((0.5, "low"), (0.8, "fair"), (float("inf"), "good"))
"""Trust in a modality as a context level: below each border, that name; :data:`NO_TRUST` where there is
none. The first is where the engine begins to warn."""

CONTEXT_COLUMNS: Final = (
    "emotion",
    "language",
    "genre",
    "actor",
    "system",
    "directed_emotion",
    "directed_level",
    "text_trust",
    "voice_trust",
    "face_trust",
)
"""Everything thresholds can be made to depend on here; a project chooses, see ``projects``."""


Predicted = PredictionDraft | PredictionSummary
"""What a system said, stored (a record is a draft with its number) or about to be judged unstored."""


class Described(Protocol):
    """A clip as far as thresholds may depend on it: a stored one, or a row of LINES.csv."""

    @property
    def actor(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def genre(self) -> str | None: ...
    @property
    def directed_emotion(self) -> Emotion | None: ...
    @property
    def directed_intensity(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class InForce:
    """The policy that judges, and what is to be said about it.

    Attributes
    ----------
    record : PolicyRecord or None
        ``None`` where the project has stored none yet.
    policy : Policy
    suspended : PolicyRecord or None
        The policy put in force, where it was learned for other weights and the fixed pair stands in.
    """

    record: PolicyRecord | None
    policy: Policy
    suspended: PolicyRecord | None = None


def policy_of(record: PolicyRecord) -> Policy:
    """The policy of a stored row.

    Raises
    ------
    PolicyError
        If this version cannot read it.
    """
    return read_document(record.document)


def read_document(document: Json) -> Policy:
    """The policy that a JSON document describes; see :func:`policy_of`."""
    return policy_from_json(json.dumps(dict(document)))


def in_force(session: Session, project_id: int, prediction: Predicted | None = None) -> InForce:
    """The policy that judges in a project, the fixed pair where none was ever put in force.

    Parameters
    ----------
    prediction : PredictionDraft, PredictionRecord or PredictionSummary, optional
        With it, a policy learned for another system, other weights or another feature table is
        suspended and the fixed pair stands in.
    """
    record, suspended = standing(session, project_id, prediction)
    return InForce(record, FIXED if record is None else policy_of(record), suspended)


def standing(
    session: Session, project_id: int, prediction: Predicted | None = None
) -> tuple[PolicyRecord | None, PolicyRecord | None]:
    """The stored policy that judges and the one that is suspended; see :func:`in_force`."""
    record = policies.in_force(session, project_id)
    if record is None or prediction is None or learned_for(record, prediction):
        return record, None
    return policies.by_version(session, project_id, FIXED.version), record


def judging_id(session: Session, project_id: int, prediction: Predicted | None) -> int:
    """The number of the policy that judges, as :func:`standing` says; the fixed pair is stored if need be."""
    mark = policies.mark_in_force(session, project_id)
    if mark is not None and (prediction is None or learned_for(mark, prediction)):
        return mark.id
    return ensure_fixed(session, project_id).id


def learned_for(record: PolicyRecord | PolicyMark | IntensityMapRecord, prediction: Predicted) -> bool:
    """Whether what was learned speaks about such predictions; a fixed pair speaks about all."""
    return record.system is None or (record.system, record.weights_version, record.feature_schema) == (
        prediction.system,
        prediction.weights_version,
        prediction.feature_schema,
    )


def ensure_fixed(session: Session, project_id: int) -> PolicyRecord:
    """Store the fixed pair in a project that lacks it, and put it in force where nothing is."""
    record = policies.by_version(session, project_id, FIXED.version)
    if record is None:
        record = policies.add(
            session,
            PolicyDraft(
                project_id=project_id,
                version=FIXED.version,
                kind=PolicyKind.FIXED,
                document=FIXED.to_dict(),
                gate_open=True,
            ),
        )
    if policies.in_force(session, project_id) is None:
        policies.put_in_force(session, project_id, record.id, person_id=None)
    return record


def gap_of(prediction: Predicted) -> float | None:
    """z_expressed - z_expected of a prediction, ``None`` where an intensity is unknown."""
    expected, expressed = z_score(prediction.expected_intensity), z_score(prediction.expressed_intensity)
    return None if expected is None or expressed is None else expressed - expected


def context_of(clip: Described, prediction: Predicted) -> dict[str, str]:
    """The context levels of a clip by name, of :data:`CONTEXT_COLUMNS`; unknown ones are left out."""
    levels: Mapping[str, str | None] = {
        "emotion": prediction.emotion,
        "language": clip.language,
        "genre": clip.genre,
        "actor": clip.actor,
        "system": prediction.system,
        "directed_emotion": clip.directed_emotion,
        "directed_level": directed_level(clip),
        "text_trust": trust_level(prediction.text_trust),
        "voice_trust": trust_level(prediction.voice_trust),
        "face_trust": trust_level(prediction.face_trust),
    }
    return {name: str(level) for name, level in levels.items() if level}


def directed_level(clip: Described) -> str | None:
    """The directed intensity as a context level, ``None`` where nobody directed one."""
    strength = clip.directed_intensity
    if strength is None:
        return None
    return next(name for border, name in LEVEL_BORDERS if strength <= border)


def trust_level(trust: float | None) -> str | None:
    """The trust in a modality as a context level, ``None`` where it was not looked at."""
    if trust is None:
        return None
    return NO_TRUST if trust == 0 else next(name for border, name in TRUST_BORDERS if trust < border)


def judge(policy: Policy, clip: Described, prediction: Predicted) -> Judgement:
    """The verdict on a clip under a policy, from the stored intensities alone."""
    return policy.judge(gap_of(prediction), context_of(clip, prediction))
