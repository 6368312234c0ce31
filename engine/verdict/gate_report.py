"""What the gate found when it compared a learned policy with the one in force.

It is what ``engine.verdict.gate.recalibrate(ratings, *, incumbent, context_columns=(), seed=0)`` returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.verdict.policy import Policy


@dataclass(frozen=True, slots=True)
class RungMetrics:
    """How well one rung of the ladder agrees with ratings it never saw.

    Attributes
    ----------
    macro_f1 : float
        Mean F1 of the verdicts that occur, in [0, 1].
    kappa : float
        Quadratically weighted kappa, in [-1, 1].
    log_loss : float
        Mean negative log-likelihood in nats; a fixed pair gets the slope fitted in the training folds.
    calibration_error : float
        Expected calibration error of the verdict probabilities, in [0, 1].
    """

    macro_f1: float
    kappa: float
    log_loss: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A difference on held-out groups, with its interval.

    Attributes
    ----------
    rung, against : str
        Which rung was compared, and with what.
    difference : float
        Positive where the rung is better: a gain in macro-F1 or kappa, or a saving in log-loss.
    low, high : float
        Interval from resampled groups at ``level``.
    level : float
        Confidence level of the interval, repeated looks accounted for.
    metric : str
        ``macro_f1``, ``kappa`` (quadratic weights) or ``log_loss``.
    """

    rung: str
    against: str
    difference: float
    low: float
    high: float
    level: float
    metric: str = "macro_f1"

    @property
    def better(self) -> bool:
        """Whether the rung is shown better: the interval lies above zero."""
        return self.low > 0

    @property
    def worse(self) -> bool:
        """Whether the rung is shown worse: the interval lies below zero."""
        return self.high < 0


@dataclass(frozen=True, slots=True)
class GateReport:
    """A candidate policy and whether it may replace the one in force.

    Attributes
    ----------
    candidate : Policy
        The highest rung that was shown better; where none was, the best that could be fitted.
    promoted : bool
        Whether the candidate was shown better than the policy in force.
    reason : str
        Sentences for a person: what was compared, on what, and what is missing.
    rung : str
        The candidate's rung: ``fixed``, ``global`` or ``context``.
    incumbent : str
        Version of the policy in force that the candidate was compared with.
    metrics : Mapping[str, RungMetrics]
        By rung, ``incumbent`` included; empty where there was too little to compare on.
    comparisons : tuple of Comparison
        Each step that was tried, in order.
    more_ratings : Mapping[str, int]
        How many more ratings the power calculation asks for, by context (``"all"``, ``"emotion = anger"``).
    ratings, raters, groups : int
        What was learned from; ``raters`` is 0 where nobody is named.
    snapshot : str
        SHA-256 of the ratings.
    seed : int
    held : Policy or None
        While the gate is shut before a fixed pair: that pair as it judges meanwhile, with probabilities
        by a slope learned from the ratings. ``None`` where the candidate passed, or something else than
        a fixed pair is in force.
    """

    candidate: Policy
    promoted: bool
    reason: str
    rung: str
    incumbent: str
    metrics: Mapping[str, RungMetrics]
    comparisons: tuple[Comparison, ...]
    more_ratings: Mapping[str, int]
    ratings: int
    raters: int
    groups: int
    snapshot: str
    seed: int
    held: Policy | None = None

    @property
    def in_force(self) -> str:
        """The rung that may judge now: the candidate's where it passed, else ``fixed`` or ``incumbent``."""
        if self.promoted:
            return self.rung
        return "incumbent" if self.held is None else "fixed"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for storing and showing; the candidate by its version."""
        return {
            "candidate": self.candidate.version,
            "promoted": self.promoted,
            "in_force": self.in_force,
            "reason": self.reason,
            "rung": self.rung,
            "incumbent": self.incumbent,
            "metrics": {
                rung: {
                    "macro_f1": values.macro_f1,
                    "kappa": values.kappa,
                    "log_loss": values.log_loss,
                    "calibration_error": values.calibration_error,
                }
                for rung, values in self.metrics.items()
            },
            "comparisons": [
                {
                    "rung": step.rung,
                    "against": step.against,
                    "difference": step.difference,
                    "low": step.low,
                    "high": step.high,
                    "level": step.level,
                    "metric": step.metric,
                }
                for step in self.comparisons
            ],
            "more_ratings": dict(self.more_ratings),
            "ratings": self.ratings,
            "raters": self.raters,
            "groups": self.groups,
            "snapshot": self.snapshot,
            "seed": self.seed,
        }
