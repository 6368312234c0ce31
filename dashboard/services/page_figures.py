"""The heavy figures of the Thresholds page: worked out in the background, kept on disk.

Everything but the levels' thresholds is measured on actors, or clips, that the thresholds never saw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.services import drift
from dashboard.services.drift import DriftView
from dashboard.services.judging import policy_of
from dashboard.services.projects import context_columns
from dashboard.services.refusals import worded
from dashboard.services.shown_pull import ShownPull, both_kinds, pull_of
from dashboard.services.training_ratings import TrainingRatings, collect
from db import policies, projects
from db.errors import StorageError
from db.records import PolicyKind
from db.session import reading
from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.figures import (
    Confusion,
    Reliability,
    RiskCoverage,
    confusion,
    out_of_fold,
    reliability,
    risk_coverage,
)
from engine.verdict.fixed import FIXED
from engine.verdict.intervals import Interval, LevelThresholds, level_thresholds, pooled_threshold
from engine.verdict.learning_curve import DRAWS, LearningCurve, learning_curve
from engine.verdict.policy import Policy
from engine.verdict.ratings_table import RatingTable
from engine.vocabulary import VERDICT_ORDER, Verdict

Report = Callable[[int, int], None]
"""Gets (steps done, steps in all)."""

SEED: Final = 0
STEPS: Final = 5
"""Before the learning curve, whose every draw is a step of its own: it takes longest."""

MANY_RATINGS: Final = 5_000
"""Above this the learning curve is drawn from :data:`FEW_DRAWS`: it is smooth, and each draw takes long."""

FEW_DRAWS: Final = 5
MOST_POINTS: Final = 500
"""Points of a risk-coverage curve that are kept: more than a screen can show."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One version on ratings whose actors, or clips, it never saw."""

    version: str
    reliability: Reliability
    risk_coverage: RiskCoverage
    confusion: Confusion


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredAnswers:
    """The answers the figures were worked out from.

    Attributes
    ----------
    rating_id : ndarray of int64, shape (n,)
        In the order of the confusions' rows.
    clip : ndarray of intp, shape (n,)
        Places of their clips.
    clip_id, clip_name : tuple of str
        Of each clip that was rated.
    alignment : tuple of float
        The gap of each, z units.
    """

    rating_id: NDArray[np.int64]
    clip: NDArray[np.intp]
    clip_id: tuple[str, ...]
    clip_name: tuple[str, ...]
    alignment: tuple[float, ...]

    def __len__(self) -> int:
        return int(self.rating_id.size)

    @classmethod
    def of(cls, training: TrainingRatings) -> MeasuredAnswers:
        """The answers that teach."""
        return cls(
            rating_id=training.rating_id,
            clip=training.clip,
            clip_id=tuple(each.clip_id for each in training.clips),
            clip_name=tuple(each.clip_name for each in training.clips),
            alignment=tuple(each.alignment for each in training.clips),
        )


@dataclass(frozen=True, slots=True)
class RatedClip:
    """A clip of one cell of the confusion table, and how many answers it has there."""

    clip_id: str
    clip_name: str
    alignment: float
    answers: int


@dataclass(frozen=True, slots=True)
class PageFigures:
    """What the page draws.

    Attributes
    ----------
    at : datetime
        When they were worked out.
    answers : MeasuredAnswers
    grouped_by_actor : bool
        Whether actors were held out; else clips.
    learned, fixed : Measured
        The newest trained version, its way of learning refitted for every fold, and the published pair.
    lower, upper : Interval
        Thresholds of an unknown context where they may depend on ``levels``.
    levels : Mapping[str, Mapping[str, LevelThresholds]]
        By context column the project chose; estimates, whether or not they judge.
    pull : ShownPull or None
        Where there are blind answers and answers in sight of a verdict, be they few.
    drift : DriftView or None
        Whether the learned thresholds in force still fit; ``None`` where none judge.
    """

    at: datetime
    answers: MeasuredAnswers
    grouped_by_actor: bool
    learned: Measured
    fixed: Measured
    curve: LearningCurve
    lower: Interval
    upper: Interval
    levels: Mapping[str, Mapping[str, LevelThresholds]]
    pull: ShownPull | None
    drift: DriftView | None

    def clips_in(self, measured: Measured, answer: Verdict, verdict: Verdict) -> tuple[RatedClip, ...]:
        """The clips behind one cell of a confusion table, those with most answers there first."""
        rows = measured.confusion.rows(VERDICT_ORDER.index(answer), VERDICT_ORDER.index(verdict))
        own = self.answers
        places, counts = np.unique(own.clip[rows], return_counts=True)
        clips = [
            RatedClip(own.clip_id[place], own.clip_name[place], own.alignment[place], count)
            for place, count in zip(places.tolist(), counts.tolist(), strict=True)
        ]
        return tuple(sorted(clips, key=lambda clip: (-clip.answers, clip.clip_name)))


def work_out(project_id: int, *, report: Report) -> PageFigures:
    """Work out the figures from the ratings there are now.

    Raises
    ------
    StorageError
        If nothing was trained yet.
    TableError
        If there are too few ratings to hold any out.
    UnknownRowError
        If there is no such project.
    """
    with reading() as session:
        project = projects.by_id(session, project_id)
        training = collect(session, project)
        answers = both_kinds(session, project)
        trained = next(
            (
                record
                for record in policies.history(session, project_id)
                if record.kind is not PolicyKind.FIXED
            ),
            None,
        )
        policy = None if trained is None else policy_of(trained)
    if policy is None:
        raise worded(StorageError, "thresholds.figures.untrained")
    chosen = training.varied(context_columns(project))
    columns = tuple(dict.fromkeys((*chosen, *policy.context_columns)))
    table = training.table(columns)
    generator = np.random.default_rng(SEED)
    draws = DRAWS if len(table) <= MANY_RATINGS else FEW_DRAWS
    steps = STEPS + draws
    report(0, steps)
    learned = _measure(table, policy, generator)
    report(1, steps)
    fixed = _measure(table, FIXED, generator)
    report(2, steps)
    model = AdaptiveThresholds(chosen).fit(table)
    levels = {column: level_thresholds(model, table, column) for column in chosen}
    report(3, steps)
    pull = pull_of(answers)
    report(4, steps)
    changed = drift.look(project_id, seed=SEED)
    report(5, steps)
    curve = learning_curve(
        table,
        policy.context_columns,
        generator=generator,
        draws=draws,
        report=lambda done, _: report(min(STEPS + done, steps - 1), steps),
    )
    return PageFigures(
        at=datetime.now(UTC),
        answers=MeasuredAnswers.of(training),
        grouped_by_actor=training.grouped_by_actor,
        learned=learned,
        fixed=fixed,
        curve=curve,
        lower=pooled_threshold(model, "lower"),
        upper=pooled_threshold(model, "upper"),
        levels=levels,
        pull=pull,
        drift=changed,
    )


def with_drift(figures: PageFigures, project_id: int) -> PageFigures:
    """The same figures with the monitor's word on the thresholds that judge now."""
    return replace(figures, drift=drift.look(project_id, seed=SEED))


def _measure(table: RatingTable, policy: Policy, generator: np.random.Generator) -> Measured:
    measured = out_of_fold(table, policy, generator=generator)
    return Measured(
        policy.version,
        reliability(measured, generator=generator),
        _thinned(risk_coverage(measured)),
        confusion(measured),
    )


def _thinned(curve: RiskCoverage) -> RiskCoverage:
    """The same curve with at most :data:`MOST_POINTS` points, its ends among them."""
    kept = np.unique(np.linspace(0, curve.risk.size - 1, MOST_POINTS).round().astype(np.intp))
    return replace(curve, coverage=curve.coverage[kept], risk=curve.risk[kept])
