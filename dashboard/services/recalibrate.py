"""From stored ratings to thresholds: fitted outside any write, stored as a version, gated, reversible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dashboard.services.judging import InForce, ensure_fixed, in_force
from dashboard.services.messages import say
from dashboard.services.permissions import Act, require
from dashboard.services.projects import context_columns as chosen_columns
from dashboard.services.steps_taken import steps_taken
from dashboard.services.training_ratings import TrainingRatings, collect
from db import audit, policies, predictions, projects
from db.errors import StorageError
from db.records import PolicyDraft, PolicyKind, PolicyRecord, PromotionRecord
from db.session import reading, writing
from engine.verdict.gate import recalibrate as fit
from engine.verdict.gate_report import GateReport
from engine.verdict.levels import fairness_notes
from engine.verdict.policy import Policy
from engine.vocabulary import SystemName


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What came of learning from the ratings.

    Attributes
    ----------
    report : GateReport
        What the gate measured.
    policy : PolicyRecord or None
        The stored version; ``None`` where there was no rating to learn from.
    promoted : bool
        Whether it judges from now on.
    reason : str
        Sentences: why or why not, and how many more ratings are wanted.
    notes : tuple of str
        What was left out, and a warning where thresholds may depend on who is filmed.
    lower, upper : float
        Its thresholds where no context is known, z units.
    """

    report: GateReport
    policy: PolicyRecord | None
    promoted: bool
    reason: str
    notes: tuple[str, ...]
    lower: float
    upper: float


def recalibrate(
    project_id: int,
    *,
    person_id: int | None = None,
    promote: bool = True,
    seed: int = 0,
    columns: Sequence[str] | None = None,
) -> Recalibration:
    """Learn thresholds from a project's ratings, store them, and put them in force if shown better.

    Parameters
    ----------
    person_id : int or None
        Who asked; ``None`` for the command line.
    promote : bool
        Without it the version stays a candidate even where the gate opens.
    seed : int
        Of the folds and the resampling; stored with the version.
    columns : sequence of str, optional
        Context the thresholds may depend on; what the project chose if not given.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.TEACH)
        project = projects.by_id(session, project_id)
        training = collect(session, project)
        newest = predictions.newest(session, project_id)
        incumbent = in_force(session, project_id, newest)
        look = 1 + _looks(session, project_id)
    usable = training.varied(chosen_columns(project) if columns is None else tuple(columns))
    notes = (*training.notes, *fairness_notes(usable))
    report = fit(  # may take long: no transaction is open
        training.table(usable),
        incumbent=incumbent.policy,
        context_columns=usable,
        seed=seed,
        look=look,
        learned_for=training.instrument,
    )
    lower, upper = thresholds_of(report.candidate)
    if not len(training):
        return Recalibration(report, None, False, report.reason, notes, lower, upper)
    with writing() as session:
        record = _store(session, project_id, report, training, person_id, incumbent)
        current = policies.in_force(session, project_id)
        moved = current is not None and current.version != _version_in_force(incumbent)
        wanted = promote and report.promoted and record.id != (current.id if current else None)
        if wanted and not moved:
            _promote(session, project_id, record, person_id=person_id, note=report.reason)
    reason = f"{report.reason} {say('recalibrate.overtaken')}" if wanted and moved else report.reason
    return Recalibration(report, record, wanted and not moved, reason, notes, lower, upper)


def put_in_force(
    project_id: int, policy_id: int, *, person_id: int | None, note: str = ""
) -> PromotionRecord:
    """Let a stored version judge from now on.

    Raises
    ------
    StorageError
        If the gate has not let it through.
    UnknownRowError
        If the project has no such policy.
    """
    with writing() as session:
        require(session, project_id, person_id, Act.TEACH)
        record = policies.by_id(session, policy_id)
        if record.project_id == project_id and not record.gate_open:
            raise StorageError(
                f"Thresholds {record.version} were not shown better than those in force, so they stay a "
                "candidate; collect more ratings and train again."
            )
        return _promote(session, project_id, record, person_id=person_id, note=note)


def go_back(project_id: int, *, person_id: int | None) -> PolicyRecord:
    """Put in force again what was in force before; going back twice goes back two steps.

    Raises
    ------
    StorageError
        If nothing was in force before.
    """
    with writing() as session:
        require(session, project_id, person_id, Act.TEACH)
        steps = steps_taken(each.policy_id for each in reversed(policies.promotions(session, project_id)))
        if len(steps) < 2:
            raise StorageError(
                "No other thresholds were in force before these; there is nothing to go back to."
            )
        record = policies.by_id(session, steps[-2])
        _promote(session, project_id, record, person_id=person_id, note=say("recalibrate.went_back"))
        return record


def thresholds_of(policy: Policy) -> tuple[float, float]:
    """The thresholds of a policy where no context is known, z units."""
    judgement = policy.judge(0.0)
    return judgement.lower, judgement.upper


def _store(
    session: Session,
    project_id: int,
    report: GateReport,
    training: TrainingRatings,
    person_id: int | None,
    incumbent: InForce,
) -> PolicyRecord:
    fixed = ensure_fixed(session, project_id)
    known = policies.by_version(session, project_id, report.candidate.version)
    if known is not None:  # the same ratings give the same thresholds
        return known
    instrument = training.instrument
    record = policies.add(
        session,
        PolicyDraft(
            project_id=project_id,
            version=report.candidate.version,
            kind=PolicyKind(report.rung),
            document=report.candidate.to_dict(),
            parent_id=fixed.id if incumbent.record is None else incumbent.record.id,
            training_hash=report.snapshot,
            training_count=report.ratings,
            metrics=report.to_dict(),
            gate_open=report.promoted,
            reason=report.reason,
            system=None if instrument is None else SystemName(instrument.system),
            weights_version=None if instrument is None else instrument.weights_version,
            feature_schema=None if instrument is None else instrument.feature_schema,
            created_by=person_id,
        ),
    )
    audit.write(
        session,
        "policy.train",
        f"policy:{record.id}",
        person_id=person_id,
        details={"version": record.version, "ratings": report.ratings, "gate_open": report.promoted},
    )
    return record


def _promote(
    session: Session, project_id: int, record: PolicyRecord, *, person_id: int | None, note: str
) -> PromotionRecord:
    promotion = policies.put_in_force(session, project_id, record.id, person_id=person_id, note=note)
    audit.write(
        session,
        "policy.promote",
        f"policy:{record.id}",
        person_id=person_id,
        details={"version": record.version, "note": note},
    )
    return promotion


def work_name(project_id: int) -> str:
    """The name of a project's recalibration among the background's work."""
    return f"recalibrate:{project_id}"


def _looks(session: Session, project_id: int) -> int:
    """How many different sets of ratings the question was asked of before."""
    return len(
        {record.training_hash for record in policies.history(session, project_id) if record.training_hash}
    )


def _version_in_force(policy: InForce) -> str:
    return (policy.suspended or policy.record).version if policy.record else policy.policy.version
