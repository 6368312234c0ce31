"""The tables, as the code sees them; ``db/migrations`` builds them and a test holds the two equal.

What people and models said is append-only: ratings, predictions, policies, intensity maps, promotions,
selections, guidelines, decisions, what is said of faces, what a page showed and the audit log refuse UPDATE
and DELETE by trigger, so a change is always a new row. Assignments and drafts are the desk, not the record:
they change. Enrolled faces are forgotten when somebody withdraws their consent.
"""

from __future__ import annotations

from typing import Final

from db.tables.accounts import Account, FailedSignIn, Identity, Invitation, SignIn
from db.tables.audit import AuditEntry
from db.tables.base import KEY_LENGTH, SHA256_LENGTH, Base
from db.tables.classes import ClassAssignment, ClassGrade, ClassTake, SecondMarking, TimedComment
from db.tables.clips import Clip
from db.tables.consent import Consent, ConsentWithdrawal, ReleasedTake, SceneTombstone, Tombstone
from db.tables.faces import CueAnswer, EnrolledFace, FaceChoice
from db.tables.intensity_maps import IntensityMap, IntensityPromotion
from db.tables.lead import Adjudication, Gold, Guideline, LabelSet
from db.tables.people import Membership, Person, Project
from db.tables.performing import Scene, ScenePerson, Script, ScriptLine, Take, Utterance
from db.tables.policies import Policy, Promotion
from db.tables.predictions import Prediction
from db.tables.ratings import Rating, Selection
from db.tables.work import (
    Assignment,
    ChannelMedia,
    Draft,
    Flag,
    RatingCircumstances,
    Sighting,
    Trace,
    Withdrawal,
)

APPEND_ONLY: Final = (
    "predictions",
    "ratings",
    "policies",
    "promotions",
    "intensity_maps",
    "intensity_promotions",
    "audit_log",
    "selections",
    "withdrawals",
    "rating_circumstances",
    "flags",
    "traces",
    "gold",
    "guidelines",
    "label_sets",
    "adjudications",
    "cue_answers",
    "face_choices",
    "class_grades",
    "consents",
    "consent_withdrawals",
    "tombstones",
    "scene_tombstones",
    "sightings",
)
"""Tables whose rows are never changed and never deleted; of these, predictions about a clip that has a
tombstone may be emptied."""

__all__ = [
    "APPEND_ONLY",
    "KEY_LENGTH",
    "SHA256_LENGTH",
    "Account",
    "Adjudication",
    "Assignment",
    "AuditEntry",
    "Base",
    "ChannelMedia",
    "ClassAssignment",
    "ClassGrade",
    "ClassTake",
    "Clip",
    "Consent",
    "ConsentWithdrawal",
    "CueAnswer",
    "Draft",
    "EnrolledFace",
    "FaceChoice",
    "FailedSignIn",
    "Flag",
    "Gold",
    "Guideline",
    "Identity",
    "IntensityMap",
    "IntensityPromotion",
    "Invitation",
    "LabelSet",
    "Membership",
    "Person",
    "Policy",
    "Prediction",
    "Project",
    "Promotion",
    "Rating",
    "RatingCircumstances",
    "ReleasedTake",
    "Scene",
    "ScenePerson",
    "SceneTombstone",
    "Script",
    "ScriptLine",
    "SecondMarking",
    "Selection",
    "Sighting",
    "SignIn",
    "Take",
    "TimedComment",
    "Tombstone",
    "Trace",
    "Utterance",
    "Withdrawal",
]
