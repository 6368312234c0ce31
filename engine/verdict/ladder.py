"""The ladder of the gate: a fixed pair, one learned pair, thresholds by context.

A rung is climbed when it is shown better than the policy in force and than the rung below, on groups
it never saw. What counts are the verdicts, since verdicts are what thresholds decide. Thresholds by
context open only when

* against the policy in force their macro-F1 is shown better, and
* against one pair for all their macro-F1 or their quadratic kappa is shown better (interval above zero),
  the other of the two is not shown worse (interval not below zero),

and their log-loss is no higher than either's. A context that only sharpens probabilities, and leaves
verdicts as they are, stays a candidate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.verdict.fixed import FIXED
from engine.verdict.folds import HeldOut, applying, deal_folds, held_out, learning
from engine.verdict.gate_report import Comparison
from engine.verdict.gate_words import LEAST_GROUPS
from engine.verdict.learned import LearnedPolicy
from engine.verdict.policy import Policy
from engine.verdict.ratings_table import RatingTable
from engine.verdict.resampling import (
    Difference,
    kappa_difference,
    log_loss_gain,
    macro_f1_difference,
)

Rung = Literal["fixed", "global", "context"]

_HASH_LENGTH: Final = 8  # hexadecimal digits of a group's name in a policy file


@dataclass(frozen=True, slots=True)
class Climb:
    """How far the ladder was climbed.

    Attributes
    ----------
    chosen : str
        The rung of the candidate.
    passed : bool
        Whether it was shown better than the policy in force and worth more than the rung below.
    answers : Mapping[str, HeldOut]
        By rung, ``incumbent`` included.
    comparisons : tuple of Comparison
    against_incumbent : Difference
        Of the chosen rung, macro-F1.
    fresh : ndarray of bool, shape (n,)
        The ratings the policy in force could be compared on.
    fresh_groups_wanted : int
        Groups missing before the policy in force can be judged as it is; 0 where it was.
    how : str
        How the policy in force was judged, in a sentence; empty for a fixed pair.
    """

    chosen: str
    passed: bool
    answers: Mapping[str, HeldOut]
    comparisons: tuple[Comparison, ...]
    against_incumbent: Difference
    fresh: NDArray[np.bool_]
    fresh_groups_wanted: int
    how: str


class Ladder:
    """One set of ratings, dealt into folds of groups, on which rungs are compared.

    Parameters
    ----------
    ratings : RatingTable
    incumbent : Policy
        The policy in force.
    level : float
        Confidence level of every comparison.
    generator : numpy.random.Generator
    """

    def __init__(
        self, ratings: RatingTable, incumbent: Policy, *, level: float, generator: np.random.Generator
    ) -> None:
        self.ratings = ratings
        self.incumbent = incumbent
        self.level = level
        self.generator = generator
        _, self.unit = np.unique(ratings.group.astype(str), return_inverse=True)
        self.fold = deal_folds(self.unit, generator=generator)
        self.answers: dict[str, HeldOut] = {}
        self.comparisons: list[Comparison] = []

    def climb(self, columns: tuple[str, ...]) -> Climb:
        """Compare one learned pair, and thresholds by ``columns`` if there are any, with what is below."""
        self.answers["fixed"] = held_out(applying(FIXED), self.ratings, self.unit, self.fold)
        fresh, missing, how = self._judge_incumbent()
        against = {"global": self._gain("global", (), "incumbent", fresh)}
        passed = {"global": against["global"].low > 0}
        if self.incumbent != FIXED:
            passed["global"] &= self._verdicts("global", "fixed").low > 0
        chosen = "global"
        if columns:
            against["context"] = self._gain("context", columns, "incumbent", fresh)
            preferred = self._worth_contexts()
            passed["context"] = against["context"].low > 0 and preferred
            if passed["context"] or (preferred and not passed["global"]):
                chosen = "context"
        return Climb(
            chosen=chosen,
            passed=passed[chosen],
            answers=self.answers,
            comparisons=tuple(self.comparisons),
            against_incumbent=against[chosen],
            fresh=fresh,
            fresh_groups_wanted=missing,
            how=how,
        )

    def _worth_contexts(self) -> bool:
        """Whether thresholds by context decide better than one pair and are no worse probabilities."""
        balanced = self._verdicts("context", "global")
        ordered = self._ordered("context", "global")
        probable = self._probabilities("context", "global")
        better = balanced.low > 0 or ordered.low > 0
        worse = balanced.high < 0 or ordered.high < 0
        return better and not worse and probable.value >= 0

    def _gain(
        self, rung: Rung, columns: tuple[str, ...], against: str, rows: NDArray[np.bool_]
    ) -> Difference:
        self.answers[rung] = held_out(learning(columns), self.ratings, self.unit, self.fold)
        return self._verdicts(rung, against, rows)

    def _verdicts(self, rung: Rung, against: str, rows: NDArray[np.bool_] | None = None) -> Difference:
        kept = np.ones(len(self.ratings), dtype=np.bool_) if rows is None else rows
        difference = macro_f1_difference(
            self.ratings.take(kept),
            self.unit[kept],
            self.answers[rung].verdict[kept],
            self.answers[against].verdict[kept],
            level=self.level,
            generator=self.generator,
        )
        return self._note(rung, against, difference, "macro_f1")

    def _ordered(self, rung: Rung, against: str) -> Difference:
        difference = kappa_difference(
            self.ratings,
            self.unit,
            self.answers[rung].verdict,
            self.answers[against].verdict,
            level=self.level,
            generator=self.generator,
        )
        return self._note(rung, against, difference, "kappa")

    def _probabilities(self, rung: Rung, against: str) -> Difference:
        difference = log_loss_gain(
            self.ratings,
            self.unit,
            self.answers[rung].probabilities,
            self.answers[against].probabilities,
            level=self.level,
            generator=self.generator,
        )
        return self._note(rung, against, difference, "log_loss")

    def _note(self, rung: Rung, against: str, difference: Difference, metric: str) -> Difference:
        self.comparisons.append(
            Comparison(rung, against, difference.value, difference.low, difference.high, self.level, metric)
        )
        return difference

    def _judge_incumbent(self) -> tuple[NDArray[np.bool_], int, str]:
        """Let the policy in force answer; which ratings it may be compared on, groups missing, and how."""
        everything = np.ones(len(self.ratings), dtype=np.bool_)
        if not isinstance(self.incumbent, LearnedPolicy):
            self.answers["incumbent"] = (
                self.answers["fixed"] if self.incumbent == FIXED else self._held_out(self.incumbent)
            )
            return everything, 0, ""
        known = set(self.incumbent.origin.groups_seen)
        groups, position = np.unique(self.ratings.group.astype(str), return_inverse=True)
        fresh = np.array([short_hash(group) not in known for group in groups], dtype=np.bool_)[position]
        new = np.unique(self.unit[fresh]).size
        if new >= LEAST_GROUPS:
            self.answers["incumbent"] = self._held_out(self.incumbent)
            return (
                fresh,
                0,
                f"The policy in force is judged as it is, on {int(fresh.sum())} ratings of {new} groups "
                "it has not seen.",
            )
        columns = tuple(name for name in self.incumbent.context_columns if name in self.ratings.context)
        self.answers["incumbent"] = held_out(learning(columns), self.ratings, self.unit, self.fold)
        return (
            everything,
            LEAST_GROUPS - new,
            f"Only {new} group(s) are new to the policy in force, so its way of learning is judged, "
            "refitted in every fold.",
        )

    def _held_out(self, policy: Policy) -> HeldOut:
        return held_out(applying(policy), self.ratings, self.unit, self.fold)


def short_hash(group: str) -> str:
    """The name under which a policy file remembers a group."""
    return hashlib.sha256(group.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_LENGTH]
