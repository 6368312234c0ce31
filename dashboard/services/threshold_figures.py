"""What is measured about thresholds on groups they never saw, for a project or for a table of ratings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.services.judging import in_force
from dashboard.services.training_ratings import RatedGap, collect
from db import predictions, projects
from db.session import reading
from engine.verdict.figures import (
    Confusion,
    OutOfFold,
    Reliability,
    RiskCoverage,
    confusion,
    out_of_fold,
    reliability,
    risk_coverage,
)
from engine.verdict.learning_curve import DRAWS, LearningCurve, learning_curve
from engine.verdict.policy import Policy
from engine.verdict.ratings_table import RatingTable


@dataclass(frozen=True, slots=True)
class ThresholdFigures:
    """The figures about one version of the thresholds.

    Attributes
    ----------
    version : str
        Of the policy; a learned one is refitted for every fold.
    measured : OutOfFold
        What everything else was computed from.
    gaps : sequence of RatedGap
        The ratings in the table's order, so that a row leads to its clip; empty for a table from a file.
    """

    version: str
    measured: OutOfFold
    reliability: Reliability
    risk_coverage: RiskCoverage
    confusion: Confusion
    curve: LearningCurve
    gaps: Sequence[RatedGap] = ()


def of_project(project_id: int, *, seed: int = 0) -> ThresholdFigures:
    """The figures about the policy in force in a project.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    TableError
        If there are too few ratings to hold any out.
    """
    with reading() as session:
        project = projects.by_id(session, project_id)
        training = collect(session, project)
        policy = in_force(session, project_id, predictions.newest(session, project_id)).policy
    return of_table(training.table(policy.context_columns), policy, seed=seed, gaps=training.gaps)


def of_table(
    ratings: RatingTable,
    policy: Policy,
    *,
    seed: int = 0,
    gaps: Sequence[RatedGap] = (),
    draws: int = DRAWS,
) -> ThresholdFigures:
    """The figures about a policy on a table of ratings.

    Parameters
    ----------
    seed : int
        Of the folds, the resampled groups and the learning curve's draws.
    gaps : sequence of RatedGap
        What the rows of the table are, where they are a project's.
    draws : int
        Of the learning curve.

    Raises
    ------
    TableError
        If there are too few ratings to hold any out.
    """
    generator = np.random.default_rng(seed)
    measured = out_of_fold(ratings, policy, generator=generator)
    columns = tuple(name for name in policy.context_columns if name in ratings.context)
    return ThresholdFigures(
        version=policy.version,
        measured=measured,
        reliability=reliability(measured, generator=generator),
        risk_coverage=risk_coverage(measured),
        confusion=confusion(measured),
        curve=learning_curve(ratings, columns, generator=generator, draws=draws),
        gaps=gaps,
    )
