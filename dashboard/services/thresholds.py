"""What the Thresholds page shows: the rated gaps, the versions, and which clips another version flips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from dashboard.services import aside
from dashboard.services.aside import WorkedOut
from dashboard.services.judging import gap_of, in_force, judge, policy_of
from dashboard.services.messages import say
from dashboard.services.permissions import Act, ensure
from dashboard.services.project_state import ProjectState, state_of
from dashboard.services.projects import context_columns
from dashboard.services.recalibrate import thresholds_of
from dashboard.services.training_ratings import RatedGap, RatedGaps, TrainingRatings, collect
from db import people, policies, predictions, projects
from db.records import ClipRecord, Json, PolicyKind, PolicyRecord, PredictionSummary, ProjectRecord
from db.session import reading
from engine.analysis import Judgement
from engine.errors import PolicyError
from engine.verdict.fixed import FIXED
from engine.verdict.intervals import LevelThresholds
from engine.verdict.learned import LearnedPolicy
from engine.verdict.policy import Policy

NAME: Final = "training"
MOST_KEPT: Final = 4


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A version of the thresholds.

    Attributes
    ----------
    id : int or None
        ``None`` for the fixed pair of a project that has stored none.
    lower, upper : float
        Where no context is known, z units.
    is_in_force : bool
    may_judge : bool
        Whether the gate lets it be put in force.
    report : Mapping
        What the gate measured, as ``GateReport.to_dict`` gives it; empty for the fixed pair.
    by : str or None
        Who trained it.
    intervals : tuple of (float, float)
        How sure the lower and the upper threshold are; empty for the fixed pair.
    levels : Mapping[str, Mapping[str, LevelThresholds]]
        Thresholds by context column and level; empty where one pair serves all.
    """

    id: int | None
    version: str
    kind: PolicyKind
    lower: float
    upper: float
    is_in_force: bool
    may_judge: bool
    reason: str
    ratings: int
    report: Json
    created_at: datetime | None
    by: str | None
    parent: str | None
    intervals: tuple[tuple[float, float], ...] = ()
    levels: Mapping[str, Mapping[str, LevelThresholds]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThresholdsView:
    """The page at a glance.

    Attributes
    ----------
    training : TrainingRatings
        What people said about which gap.
    history : tuple of PolicyView
        Newest first.
    candidate : PolicyView or None
        The newest trained version, where it is not in force.
    suspended : str or None
        Why the version put in force does not judge at present.
    compared : tuple of str
        The contexts the project chose and its rated clips have kinds of, then those of its thresholds.
    told : WorkedOut
        Where ``training`` is from: in a large project from a while ago, or not there yet.
    """

    project: ProjectRecord
    training: TrainingRatings
    fixed: PolicyView
    in_force: PolicyView
    candidate: PolicyView | None
    history: tuple[PolicyView, ...]
    raters: int
    suspended: str | None
    compared: tuple[str, ...]
    told: WorkedOut[TrainingRatings]

    @property
    def gaps(self) -> Sequence[RatedGap]:
        """What people said about which gap."""
        return self.training.gaps

    @property
    def rated_gaps(self) -> RatedGaps:
        """The same in two columns."""
        return RatedGaps(self.training.alignment, self.training.verdict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What training leaves out, in sentences."""
        return self.training.notes

    @property
    def newest_learned(self) -> PolicyView | None:
        """The version trained last, in force or not."""
        return next((policy for policy in self.history if policy.kind is not PolicyKind.FIXED), None)


@dataclass(frozen=True, slots=True)
class Flip:
    """A clip under two policies."""

    clip_id: str
    clip_name: str
    alignment: float | None
    now: Judgement
    then: Judgement

    @property
    def flips(self) -> bool:
        """Whether the verdict differs."""
        return self.now.verdict != self.then.verdict


def view(project_id: int, *, person_id: int | None = None) -> ThresholdsView:
    """What the page shows of a project; read again only after something in it has changed.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.TEACH)
    told = aside.of_project(NAME, project_id, lambda: gather(project_id))
    return _view_at(project_id, state_of(project_id), told)


def gather(project_id: int) -> TrainingRatings:
    """What people said about which gap, now."""
    with reading() as session:
        return collect(session, projects.by_id(session, project_id))


@lru_cache(maxsize=MOST_KEPT)
def _view_at(project_id: int, _state: ProjectState, told: WorkedOut[TrainingRatings]) -> ThresholdsView:
    training = told.value or TrainingRatings.nothing()
    with reading() as session:
        project = projects.by_id(session, project_id)
        newest = predictions.newest(session, project_id)
        judging = in_force(session, project_id, newest)
        stored = policies.history(session, project_id)
        names = {person.id: person.name for person in people.everybody(session)}
    current = judging.suspended or judging.record
    versions = {record.id: record.version for record in stored}
    history = tuple(_view(record, current=current, versions=versions, names=names) for record in stored)
    fixed = next((policy for policy in history if policy.version == FIXED.version), _never_stored())
    trained = next((policy for policy in history if policy.kind is not PolicyKind.FIXED), None)
    sleeping = None
    if judging.suspended is not None:
        sleeping = say("why.suspended", version=judging.suspended.version)
    chosen = training.varied(context_columns(project))
    own = (name for policy in history if policy.is_in_force or policy is trained for name in policy.levels)
    return ThresholdsView(
        project=project,
        training=training,
        fixed=fixed,
        in_force=next((policy for policy in history if policy.is_in_force), fixed),
        candidate=None if trained is None or trained.is_in_force else trained,
        history=history or (fixed,),
        raters=training.raters,
        suspended=sleeping,
        compared=tuple(dict.fromkeys((*chosen, *own))),
        told=told,
    )


def under(project_id: int, policy_id: int, *, person_id: int | None = None) -> WorkedOut[tuple[Flip, ...]]:
    """Every analysed clip under the policy in force and under another; no rating is touched.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such policy.
    PolicyError
        If the policy belongs to another project.
    """
    ensure(project_id, person_id, Act.TEACH)
    promoted = state_of(project_id).marks.promotions
    return aside.of_project(
        f"flips:{policy_id}:{promoted}", project_id, lambda: _under(project_id, policy_id)
    )


def _under(project_id: int, policy_id: int) -> tuple[Flip, ...]:
    with reading() as session:
        record = policies.by_id(session, policy_id)
        if record.project_id != project_id:
            raise PolicyError(
                f"Policy {record.version} belongs to another project; choose one of this project."
            )
        newest = predictions.newest(session, project_id)
        now, then = in_force(session, project_id, newest).policy, policy_of(record)
        return tuple(
            _flip(now, then, clip, prediction)
            for clip, prediction in predictions.summaries_of_project(session, project_id)
        )


def _flip(now: Policy, then: Policy, clip: ClipRecord, prediction: PredictionSummary) -> Flip:
    return Flip(
        clip_id=clip.id,
        clip_name=clip.original_name,
        alignment=gap_of(prediction),
        now=judge(now, clip, prediction),
        then=judge(then, clip, prediction),
    )


def _view(
    record: PolicyRecord,
    *,
    current: PolicyRecord | None,
    versions: dict[int, str],
    names: dict[int, str],
) -> PolicyView:
    policy = policy_of(record)
    lower, upper = thresholds_of(policy)
    learned = policy if isinstance(policy, LearnedPolicy) else None
    return PolicyView(
        id=record.id,
        version=record.version,
        kind=record.kind,
        lower=lower,
        upper=upper,
        is_in_force=current is not None and record.id == current.id,
        may_judge=record.gate_open,
        reason=record.reason,
        ratings=record.training_count,
        report=record.metrics,
        created_at=record.created_at,
        by=None if record.created_by is None else names.get(record.created_by),
        parent=None if record.parent_id is None else versions.get(record.parent_id),
        intervals=()
        if learned is None
        else ((learned.lower.low, learned.lower.high), (learned.upper.low, learned.upper.high)),
        levels={} if learned is None else learned.levels,
    )


def _never_stored() -> PolicyView:
    return PolicyView(
        id=None,
        version=FIXED.version,
        kind=PolicyKind.FIXED,
        lower=FIXED.lower,
        upper=FIXED.upper,
        is_in_force=True,
        may_judge=True,
        reason="",
        ratings=0,
        report={},
        created_at=None,
        by=None,
        parent=None,
    )
