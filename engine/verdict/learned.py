"""Learned thresholds: one pair for all, moved by what is known about each context level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Judgement
from engine.verdict.abstain import Abstention
from engine.verdict.cumulative_link import PREDICTORS, probabilities
from engine.verdict.intervals import Interval, LevelThresholds
from engine.verdict.levels import level_positions
from engine.verdict.policy import Columns, JudgedRows, decide, judge_one

LEARNED_KIND: Final = "learned"


@dataclass(frozen=True, slots=True)
class LearnedFor:
    """The instrument whose gaps the thresholds were learned on; another measures on another scale.

    Attributes
    ----------
    system, weights_version, feature_schema : str
    """

    system: str
    weights_version: str
    feature_schema: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a policy comes from.

    Attributes
    ----------
    parent : str
        Version of the policy in force when this one was learned.
    snapshot : str
        SHA-256 of the ratings it saw.
    seed : int
    ratings, raters, groups : int
        ``raters`` is 0 where nobody is named.
    groups_seen : tuple of str
        Short hashes of the groups it saw, so that it is later judged only on others.
    metrics : Mapping[str, float]
        Agreement on held-out groups; empty where none was measured.
    learned_for : LearnedFor or None
    """

    parent: str
    snapshot: str
    seed: int
    ratings: int
    raters: int
    groups: int
    groups_seen: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    learned_for: LearnedFor | None = None


@dataclass(frozen=True, slots=True)
class LearnedPolicy:
    """Thresholds learned from ratings by the conditional cumulative-link model.

    Attributes
    ----------
    version : str
        Named by content: two policies of one name are the same policy.
    pooled : tuple of float, length 3
        Centre, log width and log slope of an unknown context.
    lower, upper : Interval
        The pooled thresholds.
    levels : Mapping[str, Mapping[str, LevelThresholds]]
        By context column and level; a level that is not here has the pooled thresholds.
    interval_level : float
        Credible level of every interval.
    abstention : Abstention
        How sure a verdict must be to stand alone.
    origin : Origin
    notes : tuple of str
        Sentences a person should read before using the policy.
    """

    version: str
    pooled: tuple[float, float, float]
    lower: Interval
    upper: Interval
    levels: Mapping[str, Mapping[str, LevelThresholds]]
    interval_level: float
    abstention: Abstention
    origin: Origin
    notes: tuple[str, ...] = ()

    @property
    def context_columns(self) -> tuple[str, ...]:
        """The columns the thresholds depend on."""
        return tuple(self.levels)

    def bands(self, rows: int, context: Columns | None = None) -> NDArray[np.float64]:
        """Centre, log width and log slope in each row's context, shape (3, n)."""
        values = np.repeat(np.array(self.pooled)[:, None], rows, axis=1)
        for column, levels in self.levels.items():
            if context is None or column not in context:
                continue
            effects = np.zeros((len(PREDICTORS), len(levels) + 1))  # the last is for unknown levels
            for position, level in enumerate(levels.values()):
                effects[:, position] = level.effects
            values += effects[:, level_positions(tuple(levels), context[column])]
        return values

    def judge_rows(self, alignment: NDArray[np.float64], context: Columns | None = None) -> JudgedRows:
        """Verdicts of many rows, with probabilities and the verdicts that cannot be ruled out."""
        bands = self.bands(alignment.size, context)
        half = np.exp(bands[1])
        lower, upper = bands[0] - half, bands[0] + half
        shares = probabilities(alignment, *bands)
        verdict = decide(alignment, lower, upper)
        return JudgedRows(verdict, shares, self.abstention.sets(shares, verdict, context), lower, upper)

    def judge(self, alignment: float | None, context: Mapping[str, str] | None = None) -> Judgement:
        """The verdict of one clip; ``None`` where the gap is unknown."""
        return judge_one(self, alignment, context)

    def to_dict(self) -> dict[str, Any]:
        """What the policy's JSON file holds."""
        from engine.verdict.learned_file import learned_to_dict

        return learned_to_dict(self)

    def suspended_because(self, current: LearnedFor) -> str | None:
        """Why the policy must not judge gaps measured by ``current``; ``None`` where it may."""
        taught = self.origin.learned_for
        if taught is None or taught == current:
            return None
        return (
            f"Thresholds {self.version} were learned on {taught.system} with weights "
            f"{taught.weights_version} and features {taught.feature_schema}; clips are now analysed by "
            f"{current.system} with weights {current.weights_version} and features "
            f"{current.feature_schema}. Re-analyse the rated clips and recalibrate."
        )
