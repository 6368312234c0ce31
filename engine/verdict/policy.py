"""What every threshold policy can do, whoever set its thresholds.

A policy turns a gap into a verdict: *under* below ``lower``, *over* above ``upper``, else *correct*;
the borders themselves are correct. Fixed and learned policies differ in where the two thresholds come
from, and in whether probabilities can be given beside the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Judgement
from engine.vocabulary import VERDICT_ORDER

POLICY_FORMAT: Final = "dailies-threshold-policy"
POLICY_FORMAT_VERSION: Final = 1

UNDER: Final = 0
CORRECT: Final = 1
OVER: Final = 2
"""Verdict codes: positions in :data:`engine.vocabulary.VERDICT_ORDER`."""

UNKNOWN: Final = -1
"""Verdict code of a row whose gap is unknown."""

Columns = Mapping[str, NDArray[Any]]
"""Context columns by name, each of shape (n,); ``None`` or a missing column means an unknown level."""


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """The verdicts of many rows under one policy.

    Attributes
    ----------
    verdict : ndarray of int8, shape (n,)
        0 under, 1 correct, 2 over, -1 where the gap is unknown.
    probabilities : ndarray, shape (n, 3), or None
        In verdict order; NaN where the gap is unknown; ``None`` under a fixed pair.
    verdict_set : ndarray of bool, shape (n, 3)
        The verdicts that cannot be ruled out; contiguous; all False where the gap is unknown.
    lower, upper : ndarray, shape (n,)
        The thresholds in force for each row, z units.
    """

    verdict: NDArray[np.int8]
    probabilities: NDArray[np.float64] | None
    verdict_set: NDArray[np.bool_]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


class Policy(Protocol):
    """A pair of thresholds, possibly one pair per context, and what stands behind them."""

    @property
    def version(self) -> str:
        """The name under which verdicts cite this policy."""

    @property
    def context_columns(self) -> tuple[str, ...]:
        """The context columns the thresholds depend on; empty for one pair for all."""

    def judge_rows(self, alignment: NDArray[np.float64], context: Columns | None = None) -> JudgedRows:
        """Verdicts of many rows: ``alignment`` of shape (n,), NaN where unknown."""

    def judge(self, alignment: float | None, context: Mapping[str, str] | None = None) -> Judgement:
        """The verdict of one clip; ``alignment`` in z units or ``None`` where unknown."""

    def to_dict(self) -> dict[str, Any]:
        """What the policy's JSON file holds, format name and version included."""


def decide(
    alignment: NDArray[np.float64], lower: NDArray[np.float64], upper: NDArray[np.float64]
) -> NDArray[np.int8]:
    """Verdict codes, shape (n,), of gaps against thresholds; -1 where the gap is NaN."""
    verdict = np.full(alignment.shape, CORRECT, dtype=np.int8)
    verdict[alignment < lower] = UNDER
    verdict[alignment > upper] = OVER
    verdict[np.isnan(alignment)] = UNKNOWN
    return verdict


def judge_one(policy: Policy, alignment: float | None, context: Mapping[str, str] | None) -> Judgement:
    """One clip's :class:`~engine.analysis.Judgement` by way of :meth:`Policy.judge_rows`."""
    gap = np.array([np.nan if alignment is None else alignment], dtype=np.float64)
    columns = {name: np.array([level], dtype=object) for name, level in (context or {}).items()}
    rows = policy.judge_rows(gap, columns)
    code = int(rows.verdict[0])
    known = code != UNKNOWN
    shares = rows.probabilities
    return Judgement(
        verdict=VERDICT_ORDER[code] if known else None,
        probabilities=(
            {name: float(share) for name, share in zip(VERDICT_ORDER, shares[0], strict=True)}
            if shares is not None and known
            else None
        ),
        verdict_set=tuple(
            name for name, kept in zip(VERDICT_ORDER, rows.verdict_set[0], strict=True) if kept
        ),
        policy_version=policy.version,
        lower=float(rows.lower[0]),
        upper=float(rows.upper[0]),
    )
