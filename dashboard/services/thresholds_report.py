"""Everything a report on thresholds says, gathered for a project or for a table of ratings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from dashboard.services import drift, intensity_report, thresholds
from dashboard.services.intensity_report import IntensityReport
from dashboard.services.judging import in_force, policy_of
from dashboard.services.messages import say
from dashboard.services.projects import context_columns as chosen_columns
from dashboard.services.threshold_figures import ThresholdFigures, of_table
from dashboard.services.thresholds import PolicyView
from dashboard.services.thresholds_table import read_ratings
from dashboard.services.training_ratings import collect
from db import people, policies, predictions, projects
from db.records import Json, PolicyKind, ProjectRecord
from db.session import reading
from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.figures import RiskCoverage, out_of_fold, refuse_if_too_few, risk_coverage
from engine.verdict.fixed import FIXED
from engine.verdict.gate import recalibrate
from engine.verdict.intervals import Interval, LevelThresholds, level_thresholds, severities
from engine.verdict.levels import fairness_notes
from engine.verdict.policy import Policy
from engine.verdict.policy_file import read_policy
from engine.verdict.ratings_table import RatingTable


@dataclass(frozen=True, slots=True)
class Severity:
    """How severe one rater is, under a name that does not tell who.

    Attributes
    ----------
    name : str
        Pseudonym.
    answers : int
    severity : Interval
        z units; positive calls a delivery too much at a smaller gap than the average rater does.
    """

    name: str
    answers: int
    severity: Interval


@dataclass(frozen=True, slots=True)
class ThresholdsReport:
    """What a report says.

    Attributes
    ----------
    source : str
        The project or the table.
    protocol : tuple of str
        How answers were collected and how everything was measured, in sentences.
    simulated_share : float or None
        Share of simulated answers; ``None`` where a table does not say.
    policy : Policy
        The thresholds the report is about.
    standing : str
        Whether they judge, in a sentence.
    gate : Mapping
        What the gate found, as ``GateReport.to_dict`` gives it.
    figures : ThresholdFigures
    fixed_risk : RiskCoverage
        Of the fixed pair, on the same held-out groups.
    levels : Mapping[str, Mapping[str, LevelThresholds]]
        What each context level would get, whether the gate adopted it or not.
    levels_in_use : bool
        Whether the policy's thresholds depend on context.
    severities : tuple of Severity
    history : tuple of PolicyView
        Newest first; empty for a table.
    notes : tuple of str
        What was left out, and warnings.
    seed : int
    command : str
        What makes this report again.
    made_at : datetime
        UTC.
    intensity : tuple of IntensityReport
        The maps to the raters' intensities; empty for a table.
    """

    source: str
    protocol: tuple[str, ...]
    simulated_share: float | None
    policy: Policy
    standing: str
    gate: Json
    figures: ThresholdFigures
    fixed_risk: RiskCoverage
    levels: Mapping[str, Mapping[str, LevelThresholds]]
    levels_in_use: bool
    severities: tuple[Severity, ...]
    history: tuple[PolicyView, ...]
    notes: tuple[str, ...]
    seed: int
    command: str
    made_at: datetime
    intensity: tuple[IntensityReport, ...] = ()

    @property
    def ratings(self) -> RatingTable:
        """The ratings everything was measured on."""
        return self.figures.measured.ratings


def of_project(project_id: int, *, seed: int = 0, command: str) -> ThresholdsReport:
    """Gather the report on a project: on its learned thresholds in force, else on the newest candidate.

    Nothing is stored and no thresholds are put in force.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    TableError
        If there are too few ratings to hold any out.
    """
    shown = thresholds.view(project_id)
    with reading() as session:
        project = projects.by_id(session, project_id)
        training = collect(session, project)
        judging = in_force(session, project_id, predictions.newest(session, project_id))
        pseudonyms = {str(person.id): person.pseudonym for person in people.everybody(session)}
        stored = {record.id: record for record in policies.history(session, project_id)}
    columns = training.varied(chosen_columns(project))
    ratings = training.table(columns)
    refuse_if_too_few(ratings)
    learned = shown.in_force if shown.in_force.kind is not PolicyKind.FIXED else shown.candidate
    if learned is not None and learned.id is not None:
        policy, gate = policy_of(stored[learned.id]), learned.report
    else:
        fresh = recalibrate(
            ratings,
            incumbent=judging.policy,
            context_columns=columns,
            seed=seed,
            learned_for=training.instrument,
        )
        policy, gate = fresh.candidate, fresh.to_dict()
    since = drift.look(project_id, seed=seed)
    is_in_force = learned is not None and learned.is_in_force
    standing = say("report.in_force" if is_in_force else "report.candidate", version=policy.version)
    report = _report(
        ratings,
        policy,
        source=project.name,
        protocol=(
            _protocol(project),
            say("report.by_actor" if training.grouped_by_actor else "report.by_clip"),
        ),
        simulated_share=float(training.simulated.mean()),
        standing=standing,
        gate=gate,
        columns=columns,
        names=pseudonyms,
        history=shown.history,
        notes=(
            *training.notes,
            *(() if shown.suspended is None else (shown.suspended,)),
            *(() if since is None else since.sentences),
        ),
        seed=seed,
        command=command,
    )
    return replace(report, intensity=intensity_report.of_project(project_id))


def of_file(
    ratings: Path,
    *,
    policy: Path | None = None,
    context: Sequence[str] = (),
    group: str | None = None,
    seed: int = 0,
    command: str,
) -> ThresholdsReport:
    """Gather the report on a table of ratings, on the given thresholds or on those learned from it.

    Parameters
    ----------
    ratings : Path
        Columns as :func:`~dashboard.services.thresholds_table.fit_file` reads them.
    policy : Path, optional
        A policy file.
    context : sequence of str
        Columns the thresholds may depend on; those of the policy if none are given.
    group : str, optional
        The column that is never split between fitting and checking.

    Raises
    ------
    TableError
        If the table cannot be used or holds too few ratings.
    PolicyError
        If the policy cannot be read.
    """
    given = None if policy is None else read_policy(policy)
    columns = tuple(dict.fromkeys(context)) or (() if given is None else given.context_columns)
    table = read_ratings(ratings, context=columns, group=group)
    refuse_if_too_few(table)
    gate = recalibrate(table, incumbent=FIXED, context_columns=columns, seed=seed)
    chosen = gate.candidate if given is None else given
    return _report(
        table,
        chosen,
        source=ratings.name,
        protocol=(say("report.from_table"), say("report.by_group" if group else "report.by_clip_or_row")),
        simulated_share=None,
        standing=say("report.given" if given is not None else "report.learned_here", version=chosen.version),
        gate=gate.to_dict(),
        columns=columns,
        names=_numbered(table, seed),
        history=(),
        notes=(),
        seed=seed,
        command=command,
    )


def _report(
    ratings: RatingTable,
    policy: Policy,
    *,
    source: str,
    protocol: tuple[str, ...],
    simulated_share: float | None,
    standing: str,
    gate: Json,
    columns: tuple[str, ...],
    names: Mapping[str, str],
    history: tuple[PolicyView, ...],
    notes: tuple[str, ...],
    seed: int,
    command: str,
) -> ThresholdsReport:
    model = AdaptiveThresholds(columns).fit(ratings)
    return ThresholdsReport(
        source=source,
        protocol=(*protocol, say("report.held_out"), say("report.intervals"), say("report.gate_rule")),
        simulated_share=simulated_share,
        policy=policy,
        standing=standing,
        gate=gate,
        figures=of_table(ratings, policy, seed=seed),
        fixed_risk=risk_coverage(out_of_fold(ratings, FIXED, generator=np.random.default_rng(seed))),
        levels={column: level_thresholds(model, ratings, column) for column in columns},
        levels_in_use=bool(policy.context_columns),
        severities=_severities(model, ratings, names),
        history=history,
        notes=(*notes, *fairness_notes(columns)),
        seed=seed,
        command=command,
        made_at=datetime.now(UTC),
    )


def _severities(
    model: AdaptiveThresholds, ratings: RatingTable, names: Mapping[str, str]
) -> tuple[Severity, ...]:
    if ratings.rater is None:
        return ()
    found = [
        Severity(names[rater], int((ratings.rater == rater).sum()), severity)
        for rater, severity in severities(model).items()
    ]
    return tuple(sorted(found, key=lambda each: -each.severity.value))


def _numbered(ratings: RatingTable, seed: int) -> dict[str, str]:
    """A number for each rater in random order, so that not even the order of names tells who is who."""
    if ratings.rater is None:
        return {}
    order = np.random.default_rng(seed).permutation(np.unique(ratings.rater.astype(str)))
    return {str(name): say("report.rater", number=number) for number, name in enumerate(order, start=1)}


def _protocol(project: ProjectRecord) -> str:
    return say(f"report.protocol.{project.protocol.value}")
