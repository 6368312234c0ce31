"""Fixed thresholds: one pair for every clip, set by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Judgement
from engine.errors import PolicyError
from engine.verdict.policy import (
    POLICY_FORMAT,
    POLICY_FORMAT_VERSION,
    Columns,
    JudgedRows,
    decide,
    judge_one,
)
from engine.vocabulary import FIXED_TOLERANCE_Z, VERDICT_ORDER

FIXED_KIND: Final = "fixed"


@dataclass(frozen=True, slots=True)
class FixedPolicy:
    """The same two thresholds whatever the context; no probabilities.

    Attributes
    ----------
    lower, upper : float
        Thresholds in z units, ``lower <= upper``.

    Raises
    ------
    PolicyError
        If a threshold is not finite or they are out of order.
    """

    lower: float
    upper: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.lower) and np.isfinite(self.upper) and self.lower <= self.upper):
            raise PolicyError(
                f"A policy with lower {self.lower} and upper {self.upper} cannot judge; "
                "both must be numbers and lower must not exceed upper."
            )

    @property
    def version(self) -> str:
        """``fixed-0.15`` for a symmetric pair, else ``fixed-LOWER-UPPER``."""
        if self.lower == -self.upper:
            return f"fixed-{self.upper:g}"
        return f"fixed-{self.lower:g}-{self.upper:g}"

    @property
    def context_columns(self) -> tuple[str, ...]:
        """Nothing: a fixed pair looks at no context."""
        return ()

    def judge_rows(self, alignment: NDArray[np.float64], context: Columns | None = None) -> JudgedRows:  # noqa: ARG002 - the protocol's option; a fixed pair reads no context
        """Verdicts of many rows; each set holds the verdict alone."""
        lower = np.full(alignment.shape, self.lower)
        upper = np.full(alignment.shape, self.upper)
        verdict = decide(alignment, lower, upper)
        return JudgedRows(
            verdict=verdict,
            probabilities=None,
            verdict_set=verdict[:, None] == np.arange(len(VERDICT_ORDER)),
            lower=lower,
            upper=upper,
        )

    def judge(self, alignment: float | None, context: Mapping[str, str] | None = None) -> Judgement:
        """The verdict of one clip; ``None`` where the gap is unknown."""
        return judge_one(self, alignment, context)

    def to_dict(self) -> dict[str, Any]:
        """What the policy's JSON file holds."""
        return {
            "format": POLICY_FORMAT,
            "format_version": POLICY_FORMAT_VERSION,
            "kind": FIXED_KIND,
            "version": self.version,
            "lower": self.lower,
            "upper": self.upper,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> FixedPolicy:
        """Read what :meth:`to_dict` wrote.

        Raises
        ------
        PolicyError
            If a threshold is missing or no number.
        """
        try:
            return cls(lower=float(content["lower"]), upper=float(content["upper"]))
        except (KeyError, TypeError, ValueError) as error:
            raise PolicyError(f"A fixed policy needs the numbers lower and upper: {error}.") from error


FIXED: Final = FixedPolicy(lower=-FIXED_TOLERANCE_Z, upper=FIXED_TOLERANCE_Z)
"""The published pair, in force wherever nobody has rated anything yet."""
