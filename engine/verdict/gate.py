"""The gate: learned thresholds replace those in force only when they are shown better.

Everything a rung of the ladder learns, its shrinkage included, it learns inside the training folds; the
policy in force is judged beside it on the same held-out ratings. Looking again and again at growing
ratings is paid for: each look spends part of one small chance of a false promotion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from engine.errors import PolicyError
from engine.verdict.abstain import COVERAGE, Abstention, calibrate
from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.fixed import FixedPolicy
from engine.verdict.folds import HeldOut
from engine.verdict.gate_report import GateReport
from engine.verdict.gate_words import explain, obstacle
from engine.verdict.ladder import Climb, Ladder, short_hash
from engine.verdict.learned import LearnedFor, LearnedPolicy, Origin
from engine.verdict.learned_file import learned_policy
from engine.verdict.policy import Policy
from engine.verdict.power import contexts_in_need, more_ratings
from engine.verdict.ratings_table import RatingTable

FALSE_PROMOTION: Final = 0.1
"""Chance, over all looks together, that a policy which is no better is promoted."""


def recalibrate(
    ratings: RatingTable,
    *,
    incumbent: Policy,
    context_columns: Sequence[str] = (),
    seed: int = 0,
    look: int = 1,
    learned_for: LearnedFor | None = None,
) -> GateReport:
    """Learn thresholds from ratings and say whether they may replace those in force.

    Parameters
    ----------
    ratings : RatingTable
    incumbent : Policy
        The policy in force.
    context_columns : sequence of str
        Columns the thresholds may depend on; none leaves out the highest rung.
    seed : int
        Of the folds and of the resampling.
    look : int
        How many times this question was asked of the growing ratings, this time included; each look
        spends part of :data:`FALSE_PROMOTION`, ``1 / (look (look + 1))`` of it.
    learned_for : LearnedFor, optional
        The instrument whose gaps the ratings hold.

    Returns
    -------
    GateReport

    Raises
    ------
    PolicyError
        If ``look`` is below 1.
    TableError
        If a context column is missing or has too many levels.
    """
    if look < 1:
        raise PolicyError(f"Look {look} was asked for; count looks from 1.")
    columns = tuple(context_columns)
    desk = _Desk(ratings, incumbent, seed, learned_for)
    blocked = obstacle(ratings)
    if blocked is not None:
        reason, missing = blocked
        return desk.refusal(reason, missing)
    level = 1.0 - 2.0 * FALSE_PROMOTION / (look * (look + 1))
    ladder = Ladder(ratings, incumbent, level=level, generator=np.random.default_rng(seed))
    return desk.report(ladder.climb(columns), columns, level)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What one recalibration has before it."""

    ratings: RatingTable
    incumbent: Policy
    seed: int
    learned_for: LearnedFor | None

    @property
    def raters(self) -> int:
        rater = self.ratings.rater
        return 0 if rater is None else int(np.unique(rater.astype(str)).size)

    @property
    def groups(self) -> list[str]:
        return [str(group) for group in np.unique(self.ratings.group.astype(str))]

    def candidate(self, columns: tuple[str, ...], answers: HeldOut | None) -> LearnedPolicy:
        """The policy learned from all ratings, its verdict sets calibrated on held-out answers."""
        return self._policy(AdaptiveThresholds(columns), answers)

    def held(self, answers: HeldOut | None) -> LearnedPolicy | None:
        """The fixed pair in force, given probabilities by a slope; ``None`` where another policy is."""
        if not isinstance(self.incumbent, FixedPolicy):
            return None
        pair = (self.incumbent.lower, self.incumbent.upper)
        return self._policy(AdaptiveThresholds(pinned=pair), answers)

    def _policy(self, model: AdaptiveThresholds, answers: HeldOut | None) -> LearnedPolicy:
        ratings = self.ratings
        if answers is None:
            abstention = Abstention(
                COVERAGE, None, 0, "There were too few ratings to check verdicts on, so none stands alone."
            )
        else:
            abstention = calibrate(
                answers.probabilities,
                answers.verdict,
                ratings.verdict,
                ratings.group,
                context={name: ratings.context[name] for name in model.columns},
            )
        origin = Origin(
            parent=self.incumbent.version,
            snapshot=ratings.sha256(),
            seed=self.seed,
            ratings=len(ratings),
            raters=self.raters,
            groups=len(self.groups),
            groups_seen=tuple(sorted(map(short_hash, self.groups))),
            metrics={} if answers is None else asdict(answers.metrics(ratings)),
            learned_for=self.learned_for,
        )
        return learned_policy(model.fit(ratings), ratings, origin=origin, abstention=abstention)

    def refusal(self, reason: str, missing: int) -> GateReport:
        """The report where nothing can be compared: the pair that could be fitted stays a candidate."""
        return GateReport(
            candidate=self.candidate((), None),
            promoted=False,
            reason=f"{reason[0].upper()}{reason[1:]} {self.incumbent.version} stays in force.",
            rung="global",
            incumbent=self.incumbent.version,
            metrics={},
            comparisons=(),
            more_ratings={"all": missing},
            ratings=len(self.ratings),
            raters=self.raters,
            groups=len(self.groups),
            snapshot=self.ratings.sha256(),
            seed=self.seed,
            held=self.held(None),
        )

    def report(self, climb: Climb, columns: tuple[str, ...], level: float) -> GateReport:
        """The report on a climb."""
        metrics = {name: said.metrics(self.ratings) for name, said in climb.answers.items()}
        vetoed = climb.passed and metrics[climb.chosen].log_loss > metrics["incumbent"].log_loss
        promoted = climb.passed and not vetoed
        wanted = {} if promoted else self._wanted(climb, columns, level)
        return GateReport(
            candidate=self.candidate(
                columns if climb.chosen == "context" else (), climb.answers[climb.chosen]
            ),
            promoted=promoted,
            reason=explain(
                climb.comparisons,
                candidate=climb.chosen,
                promoted=promoted,
                metrics=metrics,
                wanted=wanted,
                incumbent=self.incumbent.version,
                how=climb.how,
                vetoed=vetoed,
            ),
            rung=climb.chosen,
            incumbent=self.incumbent.version,
            metrics=metrics,
            comparisons=climb.comparisons,
            more_ratings=wanted,
            ratings=len(self.ratings),
            raters=self.raters,
            groups=len(self.groups),
            snapshot=self.ratings.sha256(),
            seed=self.seed,
            held=None if promoted else self.held(climb.answers["incumbent"]),
        )

    def _wanted(self, climb: Climb, columns: tuple[str, ...], level: float) -> dict[str, int]:
        if climb.against_incumbent.error > 0:
            everything = more_ratings(climb.against_incumbent, ratings=int(climb.fresh.sum()), level=level)
        else:  # the same way of learning is in force: only groups it has not seen can tell the two apart
            each = len(self.ratings) / len(self.groups)
            everything = int(np.ceil(max(climb.fresh_groups_wanted, 1) * each))
        wanted = {"all": everything}
        if columns:
            wanted |= contexts_in_need(self.candidate(columns, None))
        return wanted
