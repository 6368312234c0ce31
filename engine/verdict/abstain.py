"""When to say "not sure": sets of verdicts that hold the raters' answer at a stated rate.

Split conformal prediction with groups as the exchangeable units (Lee, Barber & Willett 2023,
"Distribution-free inference with hierarchical data"): actors, not their clips, are drawn at random, so
each group counts once however many rows it has. A set is contiguous on the ordinal scale and always
holds the verdict that is shown (after Lu, Angelopoulos & Pomerantz 2022). Where enough groups allow it the
coverage is promised more narrowly (Mondrian; Vovk 2012): for each level of a context by itself, so that
easy contexts do not pay for hard ones, or else for each verdict by itself, so that rare answers are not
left out in favour of frequent ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.verdict.levels import level_positions
from engine.verdict.policy import UNKNOWN, Columns
from engine.vocabulary import VERDICT_ORDER

COVERAGE: Final = 0.9
"""How often a verdict set should hold the raters' answer."""

LEAST_GROUPS_APIECE: Final = 60
"""Groups that must have answered before a verdict or a context level gets a coverage of its own: the promise
to one more group costs 0.9 / groups of coverage beyond what is asked, below 60 more than 1.5 points, and
sets that grow by it tell people less."""

_VERDICTS: Final = len(VERDICT_ORDER)


@dataclass(frozen=True, slots=True)
class Abstention:
    """How improbable a verdict may be and still be kept in the set.

    Attributes
    ----------
    coverage : float
        How often a set should hold the rater's verdict.
    least_probability : float or None
        Verdicts at least this probable are kept; ``None`` where there were too few groups to say, and
        every set then holds all verdicts.
    groups : int
        Groups it was calibrated on.
    reason : str
        Why it abstains from everything; empty where it does not.
    by_verdict : tuple of float or None
        The same as ``least_probability`` for each verdict by itself, in verdict order; ``None`` where one
        was given in fewer than :data:`LEAST_GROUPS_APIECE` groups.
    by_context : Mapping[str, Mapping[str, float]]
        The same for each level of each context column with at least as many groups; it goes before
        ``by_verdict``, and of several columns the most cautious level counts.
    """

    coverage: float
    least_probability: float | None
    groups: int
    reason: str = ""
    by_verdict: tuple[float, float, float] | None = None
    by_context: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def sets(
        self,
        probabilities: NDArray[np.float64],
        verdict: NDArray[np.int8],
        context: Columns | None = None,
    ) -> NDArray[np.bool_]:
        """The verdicts that cannot be ruled out, shape (n, 3), contiguous in each row.

        Parameters
        ----------
        probabilities : ndarray, shape (n, 3)
        verdict : ndarray of int8, shape (n,)
            The verdict that is shown; rows with -1 get an empty set.
        context : Columns, optional
            Levels that may have a coverage of their own.
        """
        known = (verdict != UNKNOWN)[:, None]
        if self.least_probability is None:
            return np.broadcast_to(known, probabilities.shape).copy()
        shown = verdict[:, None] == np.arange(_VERDICTS)
        kept = (probabilities >= self._least(verdict.size, context)) | shown
        return np.asarray(_hull(kept) & known, dtype=np.bool_)

    def _least(self, rows: int, context: Columns | None) -> NDArray[np.float64]:
        """The least probability of each verdict of each row, shape (n, 3)."""
        apiece = self.by_verdict or (self.least_probability,) * _VERDICTS
        least = np.tile(np.array(apiece, dtype=np.float64), (rows, 1))
        own = np.full(rows, np.inf)
        for column, levels in self.by_context.items():
            if context is not None and column in context:
                values = np.append(list(levels.values()), np.inf)
                own = np.minimum(own, values[level_positions(tuple(levels), context[column])])
        return np.where(np.isfinite(own)[:, None], own[:, None], least)


def smallest_calibration(coverage: float = COVERAGE) -> int:
    """The least number of groups that can promise ``coverage``: ceil(coverage / (1 - coverage))."""
    return math.ceil(round(coverage / (1.0 - coverage), 9))


def calibrate(
    probabilities: NDArray[np.float64],
    verdict: NDArray[np.int8],
    answer: NDArray[np.int8],
    group: NDArray[Any],
    *,
    context: Columns | None = None,
    coverage: float = COVERAGE,
) -> Abstention:
    """Choose the least probability from predictions on groups the model never saw.

    Parameters
    ----------
    probabilities : ndarray, shape (n, 3)
        Held-out predictions.
    verdict : ndarray of int8, shape (n,)
        The verdicts shown with them.
    answer : ndarray of int8, shape (n,)
        What the raters said.
    group : ndarray, shape (n,)
        Exchangeable units.
    context : Columns, optional
        Columns whose levels get a coverage of their own where enough groups have them.
    coverage : float
        Strictly between 0 and 1.

    Returns
    -------
    Abstention
        One that keeps every verdict, with the reason, below the smallest usable number of groups.
    """
    names, unit = np.unique(group.astype(str), return_inverse=True)
    needed = smallest_calibration(coverage)
    if names.size < needed:
        reason = (
            f"There are ratings of {names.size} group(s) to check verdicts on; {needed} are needed before "
            f"a verdict can stand alone at {coverage:.0%}, so every clip counts as not sure."
        )
        return Abstention(coverage, None, int(names.size), reason)
    rows = np.arange(answer.size)
    kept_at = _kept_at(probabilities, verdict)[rows, answer]
    least = _least(kept_at, unit, coverage)
    by_context = {
        column: _by_level(kept_at, unit, levels, coverage) for column, levels in (context or {}).items()
    }
    by_context = {column: levels for column, levels in by_context.items() if levels}
    given = [answer == code for code in range(_VERDICTS)]
    if min(np.unique(unit[said]).size for said in given) < LEAST_GROUPS_APIECE:
        return Abstention(coverage, least, int(names.size), by_context=by_context)
    own = np.where(verdict == answer, np.inf, probabilities[rows, answer])
    under, correct, over = (_least(own[said], unit[said], coverage) for said in given)
    return Abstention(
        coverage, least, int(names.size), by_verdict=(under, correct, over), by_context=by_context
    )


def _by_level(
    kept_at: NDArray[np.float64], unit: NDArray[np.intp], labels: NDArray[Any], coverage: float
) -> dict[str, float]:
    """The least probability of each level that enough groups have."""
    found = {}
    for level in sorted(set(labels.tolist()) - {""}):
        rows = labels == level
        if np.unique(unit[rows]).size >= LEAST_GROUPS_APIECE:
            found[str(level)] = _least(kept_at[rows], unit[rows], coverage)
    return found


def _least(kept_at: NDArray[np.float64], unit: NDArray[np.intp], coverage: float) -> float:
    """The largest least-probability that keeps the answers of a new group at the coverage."""
    _, place, rows = np.unique(unit, return_inverse=True, return_counts=True)
    order = np.argsort(-kept_at, kind="stable")
    mass = (1.0 / rows)[place] / (rows.size + 1)
    reached = np.cumsum(mass[order]) >= coverage - 1e-12
    # With enough groups the finite mass reaches the coverage at the last row at the latest.
    at = int(np.argmax(reached)) if reached.any() else kept_at.size - 1
    return float(np.clip(kept_at[order][at], 0.0, 1.0))


def _kept_at(probabilities: NDArray[np.float64], verdict: NDArray[np.int8]) -> NDArray[np.float64]:
    """The largest least-probability at which each verdict is still in the row's set, shape (n, 3).

    A verdict enters when it is probable enough, when it is the one shown, or when it lies between two
    that are in.
    """
    shown = verdict[:, None] == np.arange(_VERDICTS)
    own = np.where(shown, np.inf, probabilities)
    upward = np.maximum.accumulate(own, axis=1)
    downward = np.maximum.accumulate(own[:, ::-1], axis=1)[:, ::-1]
    return np.maximum(own, np.minimum(upward, downward))


def _hull(kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    before = np.logical_or.accumulate(kept, axis=1)
    after = np.logical_or.accumulate(kept[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(before & after, dtype=np.bool_)
