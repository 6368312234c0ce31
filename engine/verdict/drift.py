"""Whether the world still looks as it did when the thresholds were learned.

Three things are watched on ratings that came since: whether verdict sets still hold the raters' answers
(coverage), whether verdicts still agree with raters as often (agreement), and whether gaps are still
distributed as they were, for all clips and per context. Groups (actors, or clips) are the observations,
so that one actor rated often does not look like a change. The chance of a false alarm is shared by all
questions of a look (Holm 1979) and by all looks, of which there is one each time the ratings double.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.verdict.cumulative_link import Array
from engine.verdict.figures import OutOfFold
from engine.verdict.learned import LearnedPolicy
from engine.verdict.ratings_table import Labels, RatingTable

FALSE_ALARM: Final = 0.05
"""Chance, over all looks together, of asking for a recalibration where nothing has changed."""

FIRST_LOOK: Final = 20
"""Ratings since the thresholds were learned at the first look; each later look has twice as many."""

LEAST_GROUPS: Final = 5
"""Groups before and since below which a question is not asked."""

_PERMUTATIONS: Final = 4_999
_GRID: Final = np.linspace(0.0, 1.0, 101)  # shares of the gaps at which two distributions are compared
_UNSUSPICIOUS: Final = 0.1  # a p-value that is no cause for the slower, cautious test

Watched = Literal["coverage", "agreement", "gaps"]


@dataclass(frozen=True, slots=True)
class Change:
    """One question and its answer.

    Attributes
    ----------
    watched : str
        ``coverage``, ``agreement`` or ``gaps``.
    context : str
        ``"emotion = anger"``; empty for all clips together.
    before, since : float
        Coverage or agreement, 0 to 1, or mean gap in z units; ``before`` of coverage is what was promised.
    groups : int
        Groups since.
    p_value : float
        Holm-adjusted over the questions of this look.
    has_changed : bool
        Whether that is below this look's part of :data:`FALSE_ALARM`.
    """

    watched: Watched
    context: str
    before: float
    since: float
    groups: int
    p_value: float
    has_changed: bool = False


@dataclass(frozen=True, slots=True)
class Drift:
    """What the latest look found.

    Attributes
    ----------
    changes : tuple of Change
        Every question that could be asked; empty before the first look.
    looked_at : int
        Recent ratings the latest look took in.
    next_look : int
        Recent ratings at which the next look is due.
    """

    changes: tuple[Change, ...]
    looked_at: int
    next_look: int

    @property
    def asks_for_recalibration(self) -> bool:
        """Whether anything is shown to have changed."""
        return any(change.has_changed for change in self.changes)


def latest_look(recent: int) -> tuple[int, int]:
    """Number of the latest look, from 1, and the ratings it takes in; (0, 0) before the first."""
    if recent < FIRST_LOOK:
        return 0, 0
    look = int(np.floor(np.log2(recent / FIRST_LOOK))) + 1
    return look, FIRST_LOOK * 2 ** (look - 1)


def watch(
    policy: LearnedPolicy,
    learned_from: OutOfFold,
    recent: RatingTable,
    *,
    columns: Sequence[str] = (),
    generator: np.random.Generator,
) -> Drift:
    """Compare ratings that came since with those the thresholds were learned from.

    Parameters
    ----------
    policy : LearnedPolicy
        The thresholds in force.
    learned_from : OutOfFold
        Their way of learning on the ratings they saw, held out by group.
    recent : RatingTable
        Ratings they did not see, oldest first.
    columns : sequence of str
        Context columns, in both tables, whose gaps are compared level by level.
    generator : numpy.random.Generator
        Of the permutations.

    Returns
    -------
    Drift
        Of the latest look that is due: between two looks more ratings change nothing.
    """
    look, size = latest_look(len(recent))
    if look == 0:
        return Drift((), 0, FIRST_LOOK)
    now = recent.take(np.arange(size))
    judged = policy.judge_rows(now.alignment, now.context)
    held = judged.verdict_set[np.arange(size), now.verdict]
    agreed = judged.verdict == now.verdict
    then = learned_from.ratings
    asked = [_agreement(then, learned_from.answers.verdict == then.verdict, now, agreed)]
    if policy.abstention.least_probability is not None:
        asked.append(_coverage(policy.abstention.coverage, now, held))
    asked.append(_gaps(then, now, "", generator))
    for column in columns:
        for level in np.unique(now.context[column].astype(str)):
            if level:
                before, since = (ratings.take(ratings.context[column] == level) for ratings in (then, now))
                asked.append(_gaps(before, since, f"{column} = {level}", generator))
    questions = [question for question in asked if question is not None]
    allowed = FALSE_ALARM / (look * (look + 1))
    changes = tuple(
        Change(each.watched, each.context, each.before, each.since, each.groups, p_value, p_value < allowed)
        for each, p_value in zip(questions, _holm([each.p_value for each in questions]), strict=True)
    )
    return Drift(changes, size, 2 * size)


def _agreement(
    then: RatingTable, agreed_then: NDArray[np.bool_], now: RatingTable, agreed_now: NDArray[np.bool_]
) -> Change | None:
    from scipy.stats import ttest_ind  # a second to import: not at the start of whoever never asks

    before, since = _group_means(then, agreed_then), _group_means(now, agreed_now)
    if min(before.size, since.size) < LEAST_GROUPS:
        return None
    p_value = 1.0
    if np.ptp(before) + np.ptp(since) > 0:
        p_value = float(ttest_ind(since, before, equal_var=False, alternative="less").pvalue)
    return Change("agreement", "", float(before.mean()), float(since.mean()), since.size, p_value)


def _coverage(promised: float, now: RatingTable, held: NDArray[np.bool_]) -> Change | None:
    from scipy.stats import binomtest, ttest_1samp

    since = _group_means(now, held)
    if since.size < LEAST_GROUPS:
        return None
    if np.ptp(since) > 0:
        p_value = float(ttest_1samp(since, promised, alternative="less").pvalue)
    else:
        hits = round(float(since.sum()))
        p_value = float(binomtest(hits, since.size, promised, alternative="less").pvalue)
    return Change("coverage", "", promised, float(since.mean()), since.size, p_value)


def _gaps(then: RatingTable, now: RatingTable, context: str, generator: np.random.Generator) -> Change | None:
    from scipy.stats import ks_2samp

    before, since = _clips_by_group(then), _clips_by_group(now)
    if min(len(before), len(since)) < LEAST_GROUPS:
        return None
    all_before, all_since = np.concatenate(before), np.concatenate(since)
    p_value = float(ks_2samp(all_before, all_since).pvalue)
    if p_value < _UNSUSPICIOUS:  # clips of one group resemble each other: ask whole groups
        p_value = max(p_value, _permuted(before, since, generator))
    mean_before, mean_since = float(all_before.mean()), float(all_since.mean())
    return Change("gaps", context, mean_before, mean_since, len(since), p_value)


def _permuted(before: list[Array], since: list[Array], generator: np.random.Generator) -> float:
    """How often groups dealt at random to before and since differ as much (Kolmogorov–Smirnov)."""
    blocks = [*before, *since]
    grid = np.quantile(np.concatenate(blocks), _GRID)
    below = np.stack([np.searchsorted(np.sort(block), grid, side="right") for block in blocks])
    counts = np.column_stack([below, [block.size for block in blocks]]).astype(np.float64)
    dealt = np.zeros((_PERMUTATIONS + 1, len(blocks)))
    dealt[:, len(before) :] = 1.0
    dealt[1:] = generator.permuted(dealt[1:], axis=1)
    late = dealt @ counts
    early = counts.sum(axis=0) - late
    apart = np.abs(late[:, :-1] / late[:, -1:] - early[:, :-1] / early[:, -1:]).max(axis=1)
    return float((apart >= apart[0] - 1e-12).mean())  # the deal that happened is one of them


def _group_means(ratings: RatingTable, values: NDArray[np.bool_]) -> Array:
    """Weighted mean of each group, shape (groups,)."""
    _, unit = np.unique(ratings.group.astype(str), return_inverse=True)
    weight = np.bincount(unit, weights=ratings.weight)
    return np.asarray(np.bincount(unit, weights=ratings.weight * values) / weight, dtype=np.float64)


def _clips_by_group(ratings: RatingTable) -> list[Array]:
    """The different gaps of each group: several answers to one clip share one gap."""
    groups: Labels = ratings.group.astype(str)
    order = np.lexsort((ratings.alignment, groups))
    names, gaps = groups[order], ratings.alignment[order]
    new = np.ones(gaps.size, dtype=np.bool_)
    new[1:] = (names[1:] != names[:-1]) | (gaps[1:] != gaps[:-1])
    names, gaps = names[new], gaps[new]
    starts = np.flatnonzero(names[1:] != names[:-1]) + 1
    return [part for part in np.split(gaps, starts) if part.size]


def _holm(p_values: list[float]) -> list[float]:
    """P-values adjusted for being several (Holm 1979), in their order."""
    adjusted, worst = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(np.argsort(p_values)):
        worst = max(worst, min((len(p_values) - rank) * p_values[place], 1.0))
        adjusted[place] = worst
    return adjusted
