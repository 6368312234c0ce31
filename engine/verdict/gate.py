"""The gate: learned thresholds replace those in force only when they are shown better.

A ladder of three rungs (the fixed pair, one learned pair, thresholds by context) is climbed by
cross-validation over groups. Everything a rung learns, its shrinkage included, it learns inside the
training folds; the policy in force is judged beside it on the same held-out ratings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import PolicyError
from engine.verdict.abstain import COVERAGE, Abstention, calibrate
from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.fixed import FIXED, FixedPolicy
from engine.verdict.folds import HeldOut, applying, deal_folds, held_out, learning
from engine.verdict.gate_report import Comparison, GateReport
from engine.verdict.gate_words import LEAST_GROUPS, explain, obstacle
from engine.verdict.learned import LearnedFor, LearnedPolicy, Origin
from engine.verdict.learned_file import learned_policy
from engine.verdict.policy import Policy
from engine.verdict.power import contexts_in_need, more_ratings
from engine.verdict.ratings_table import RatingTable
from engine.verdict.resampling import Difference, macro_f1_difference

FALSE_PROMOTION: Final = 0.1
"""Chance, over all looks together, that a policy which is no better is promoted."""

_HASH_LENGTH: Final = 8


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
        return desk.report(
            desk.candidate("global", (), None), "global", reason=reason, wanted={"all": missing}
        )
    return _climb(desk, columns, level=1.0 - 2.0 * FALSE_PROMOTION / (look * (look + 1)))


@dataclass(frozen=True, slots=True)
class _Desk:
    """What one recalibration has before it."""

    ratings: RatingTable
    incumbent: Policy
    seed: int
    learned_for: LearnedFor | None

    def candidate(self, rung: str, columns: tuple[str, ...], answers: HeldOut | None) -> LearnedPolicy:
        ratings = self.ratings
        if answers is None:
            abstention = Abstention(
                COVERAGE, None, 0, "There were too few ratings to check verdicts on, so none stands alone."
            )
        else:
            abstention = calibrate(answers.probabilities, answers.verdict, ratings.verdict, ratings.group)
        groups = np.unique(ratings.group.astype(str))
        origin = Origin(
            parent=self.incumbent.version,
            snapshot=ratings.sha256(),
            seed=self.seed,
            ratings=len(ratings),
            raters=_raters(ratings),
            groups=groups.size,
            groups_seen=tuple(sorted(_short_hash(group) for group in groups)),
            metrics={} if answers is None else asdict(answers.metrics(ratings)),
            learned_for=self.learned_for,
        )
        model = AdaptiveThresholds(columns if rung == "context" else ()).fit(ratings)
        return learned_policy(model, ratings, origin=origin, abstention=abstention)

    def report(
        self,
        candidate: Policy,
        rung: str,
        *,
        reason: str,
        promoted: bool = False,
        answers: Mapping[str, HeldOut] | None = None,
        comparisons: Sequence[Comparison] = (),
        wanted: Mapping[str, int] | None = None,
    ) -> GateReport:
        ratings = self.ratings
        return GateReport(
            candidate=candidate,
            promoted=promoted,
            reason=reason,
            rung=rung,
            incumbent=self.incumbent.version,
            metrics={name: said.metrics(ratings) for name, said in (answers or {}).items()},
            comparisons=tuple(comparisons),
            more_ratings=wanted or {},
            ratings=len(ratings),
            raters=_raters(ratings),
            groups=np.unique(ratings.group.astype(str)).size,
            snapshot=ratings.sha256(),
            seed=self.seed,
        )


def _climb(desk: _Desk, columns: tuple[str, ...], *, level: float) -> GateReport:
    ratings = desk.ratings
    generator = np.random.default_rng(desk.seed)
    _, unit = np.unique(ratings.group.astype(str), return_inverse=True)
    fold = deal_folds(unit, generator=generator)
    answers = {"fixed": held_out(applying(FIXED), ratings, unit, fold)}
    in_force, fresh, how = _judge_incumbent(desk, unit, fold, answers["fixed"])
    answers["incumbent"] = in_force
    rungs = {"global": ()} | ({"context": columns} if columns else {})
    comparisons: list[Comparison] = []
    seen: dict[str, Difference] = {}
    passed = {}
    everything = np.ones(len(ratings), dtype=np.bool_)
    below = "fixed"
    for rung, used in rungs.items():
        answers[rung] = held_out(learning(used), ratings, unit, fold)
        steps = [("incumbent", fresh)]
        if below != "fixed" or desk.incumbent != FIXED:
            steps.append((below, everything))
        found = {}
        for against, rows in steps:
            found[against] = macro_f1_difference(
                ratings.take(rows),
                unit[rows],
                answers[rung].verdict[rows],
                answers[against].verdict[rows],
                level=level,
                generator=generator,
            )
            difference = found[against]
            comparisons.append(
                Comparison(rung, against, difference.value, difference.low, difference.high, level)
            )
        passed[rung] = all(difference.low > 0 for difference in found.values())
        seen[rung] = found["incumbent"]
        below = rung
    higher = "context" in rungs and all(
        c.low > 0 for c in comparisons if c.rung == "context" and c.against == "global"
    )
    chosen = next((rung for rung in reversed(rungs) if passed[rung]), "context" if higher else "global")
    worse = (
        answers[chosen].metrics(ratings).log_loss > answers["incumbent"].metrics(ratings).log_loss
        and passed[chosen]
    )
    promoted = passed[chosen] and not worse
    candidate = desk.candidate(chosen, columns, answers[chosen])
    wanted: dict[str, int] = {}
    if not promoted:
        if seen[chosen].error > 0:
            wanted["all"] = more_ratings(seen[chosen], ratings=int(fresh.sum()), level=level)
        else:  # the same way of learning is in force: only groups it has not seen can tell them apart
            wanted["all"] = int(np.ceil(LEAST_GROUPS * len(ratings) / fold.size))
        if columns:
            wanted |= contexts_in_need(desk.candidate("context", columns, None))
    reason = explain(
        candidate=chosen,
        promoted=promoted,
        comparisons=comparisons,
        metrics={name: said.metrics(ratings) for name, said in answers.items()},
        wanted=wanted,
        incumbent=desk.incumbent.version,
        how=how,
        vetoed=worse,
    )
    return desk.report(
        candidate,
        chosen,
        reason=reason,
        promoted=promoted,
        answers=answers,
        comparisons=comparisons,
        wanted=wanted,
    )


def _judge_incumbent(
    desk: _Desk, unit: NDArray[np.intp], fold: NDArray[np.intp], fixed: HeldOut
) -> tuple[HeldOut, NDArray[np.bool_], str]:
    """What the policy in force says held out, the ratings it may be compared on, and how it was judged."""
    ratings, incumbent = desk.ratings, desk.incumbent
    everything = np.ones(len(ratings), dtype=np.bool_)
    if not isinstance(incumbent, LearnedPolicy):
        same = isinstance(incumbent, FixedPolicy) and incumbent == FIXED
        return (fixed if same else held_out(applying(incumbent), ratings, unit, fold)), everything, ""
    known = set(incumbent.origin.groups_seen)
    fresh = np.array([_short_hash(group) not in known for group in ratings.group.astype(str)], dtype=np.bool_)
    new_groups = np.unique(unit[fresh]).size
    if new_groups >= LEAST_GROUPS:
        how = (
            f"The policy in force is judged as it is, on {int(fresh.sum())} ratings of {new_groups} groups "
            "it has not seen."
        )
        return held_out(applying(incumbent), ratings, unit, fold), fresh, how
    columns = tuple(column for column in incumbent.context_columns if column in ratings.context)
    how = (
        f"Only {new_groups} group(s) are new to the policy in force, so its way of learning is judged, "
        "refitted in every fold."
    )
    return held_out(learning(columns), ratings, unit, fold), everything, how


def _short_hash(group: str) -> str:
    return hashlib.sha256(group.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_LENGTH]


def _raters(ratings: RatingTable) -> int:
    return 0 if ratings.rater is None else int(np.unique(ratings.rater.astype(str)).size)
