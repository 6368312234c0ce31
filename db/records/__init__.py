"""What the queries return and take: frozen values, never a row of the ORM.

A *Record* is a stored row; a *Draft* is what a caller hands in before the database has given it an
id and a time. Intensities lie in [0, 1], times are seconds, moments are in UTC.
"""

from __future__ import annotations

from db.records.accounts import AccountRecord, FailureKind, FailureRecord, InvitationRecord, SignInRecord
from db.records.classes import (
    ClassTakeRecord,
    GradePart,
    GradeRecord,
    SecondMarkingRecord,
    SetWork,
    SetWorkRecord,
    Target,
    TimedCommentRecord,
)
from db.records.clips import ClipDetails, ClipDraft, ClipRecord, ClipStatus
from db.records.consent import (
    ConsentRecord,
    ConsentScope,
    ConsentWithdrawalRecord,
    FilmedClip,
    RemovalCause,
    SceneTombstoneRecord,
    TombstoneRecord,
)
from db.records.faces import CueAnswerRecord, FaceChoiceRecord
from db.records.intensity_maps import (
    IntensityMapDraft,
    IntensityMapRecord,
    IntensityPromotionRecord,
    IntensitySide,
)
from db.records.page import Json, Page
from db.records.people import MemberRecord, PersonRecord, ProjectRecord
from db.records.performing import (
    CutBy,
    LineReading,
    SceneDraft,
    SceneRecord,
    SceneStatus,
    ScriptLineDraft,
    ScriptLineRecord,
    ScriptRecord,
    TakeRecord,
    UtteranceDraft,
    UtteranceReading,
    UtteranceRecord,
    UtteranceStatus,
)
from db.records.policies import (
    AuditRecord,
    PolicyDraft,
    PolicyKind,
    PolicyMark,
    PolicyRecord,
    PromotionRecord,
)
from db.records.predictions import PredictionDraft, PredictionRecord, PredictionSummary
from db.records.project_marks import ProjectMarks
from db.records.ratings import Progress, RatedClip, RatingDraft, RatingRecord
from db.records.selections import SelectionDraft, SelectionRecord
from db.records.work import (
    AdjudicationRecord,
    AssignmentRecord,
    Circumstances,
    DraftRecord,
    FlagRecord,
    GoldRecord,
    GuidelineRecord,
    LabelSetRecord,
    Purpose,
    SkipReason,
    TaskKey,
    TraceRecord,
)

__all__ = [
    "AccountRecord",
    "AdjudicationRecord",
    "AssignmentRecord",
    "AuditRecord",
    "Circumstances",
    "ClassTakeRecord",
    "ClipDetails",
    "ClipDraft",
    "ClipRecord",
    "ClipStatus",
    "ConsentRecord",
    "ConsentScope",
    "ConsentWithdrawalRecord",
    "CueAnswerRecord",
    "CutBy",
    "DraftRecord",
    "FaceChoiceRecord",
    "FailureKind",
    "FailureRecord",
    "FilmedClip",
    "FlagRecord",
    "GoldRecord",
    "GradePart",
    "GradeRecord",
    "GuidelineRecord",
    "IntensityMapDraft",
    "IntensityMapRecord",
    "IntensityPromotionRecord",
    "IntensitySide",
    "InvitationRecord",
    "Json",
    "LabelSetRecord",
    "LineReading",
    "MemberRecord",
    "Page",
    "PersonRecord",
    "PolicyDraft",
    "PolicyKind",
    "PolicyMark",
    "PolicyRecord",
    "PredictionDraft",
    "PredictionRecord",
    "PredictionSummary",
    "Progress",
    "ProjectMarks",
    "ProjectRecord",
    "PromotionRecord",
    "Purpose",
    "RatedClip",
    "RatingDraft",
    "RatingRecord",
    "RemovalCause",
    "SceneDraft",
    "SceneRecord",
    "SceneStatus",
    "SceneTombstoneRecord",
    "ScriptLineDraft",
    "ScriptLineRecord",
    "ScriptRecord",
    "SecondMarkingRecord",
    "SelectionDraft",
    "SelectionRecord",
    "SetWork",
    "SetWorkRecord",
    "SignInRecord",
    "SkipReason",
    "TakeRecord",
    "Target",
    "TaskKey",
    "TimedCommentRecord",
    "TombstoneRecord",
    "TraceRecord",
    "UtteranceDraft",
    "UtteranceReading",
    "UtteranceRecord",
    "UtteranceStatus",
]
