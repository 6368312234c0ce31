"""Fit a tuned head beside shipped weights, and show on people or lines it never met whether it is better.

The head is a ridge regression on what the brain has read, with what the brain says as an unpenalised
column: without evidence the penalty leaves the shipped answer as it is (Hoerl & Kennard 1970; shrinking
towards given weights as in Li, Grandvalet & Davoine 2018). Penalties are chosen by folds within the
learning part, figures come from groups that had no part in either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, spearmanr
from sklearn.model_selection import GroupKFold

from engine.systems.performance import OUTERMOST_STANDING
from engine.systems.tuned_head import TunedHead, standardised
from engine.tuned_weights import LEAST_GROUPS, LEAST_ROWS
from engine.verdict.intervals import INTERVAL_LEVEL
from engine.verdict.resampling import mean_gain

FOLDS: Final = 5
INNER_FOLDS: Final = 4
PENALTIES: Final = tuple(float(10.0**power) for power in np.arange(0.5, 5.01, 0.5))
"""In units of squared standard deviations; the largest leaves next to nothing of a head."""

LEAST_SPREAD: Final = 1e-6

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a head learns from.

    Attributes
    ----------
    read : ndarray, shape (n, d)
        What the brain has read.
    shipped : ndarray, shape (n,)
        The standing it gives, (0, 1).
    rated : ndarray, shape (n,)
        What people say, [0, 1].
    weight : ndarray, shape (n,)
        How many of them.
    group : ndarray, shape (n,)
        What a split must not tear apart.
    """

    read: Numbers
    shipped: Numbers
    rated: Numbers
    weight: Numbers
    group: NDArray[Any]

    def take(self, rows: NDArray[Any]) -> Labelled:
        """Some rows."""
        return Labelled(
            self.read[rows], self.shipped[rows], self.rated[rows], self.weight[rows], self.group[rows]
        )


@dataclass(frozen=True, slots=True)
class Tuning:
    """What came of it.

    Attributes
    ----------
    head : TunedHead or None
        Fitted on everything; ``None`` where there was too little to fit.
    is_better : bool
        Whether it may go in force: the squared error saved on groups never met is above 0 with its
        whole interval.
    reason : str
        In a sentence.
    figures : dict of str to float
        ``rows``, ``groups``, ``gain``, ``gain_low``, ``gain_high`` (share of the shipped error),
        ``spearman_shipped``, ``spearman_tuned``, ``penalty``.
    """

    head: TunedHead | None
    is_better: bool
    reason: str
    figures: dict[str, float]


def tune(labelled: Labelled, *, beside: str, generator: np.random.Generator) -> Tuning:
    """Fit a head and judge it.

    Parameters
    ----------
    beside : str
        Version of the shipped brain.
    generator : numpy.random.Generator
        Draws the groups again for the interval.
    """
    rows, groups = len(labelled.rated), len(np.unique(labelled.group))
    figures: dict[str, float] = {"rows": rows, "groups": groups}
    if rows < LEAST_ROWS or groups < LEAST_GROUPS:
        reason = (
            f"There are {rows} rated examples in {groups} groups; it takes {LEAST_ROWS} in {LEAST_GROUPS} "
            "to tell a better head from luck. The shipped weights stay."
        )
        return Tuning(None, False, reason, figures)
    shipped, tuned = np.zeros(rows), np.zeros(rows)
    for learn, check in GroupKFold(FOLDS).split(labelled.read, groups=labelled.group):
        part, unseen = labelled.take(learn), labelled.take(check)
        shipped[check] = _Ridge(part, None).answers(unseen)
        tuned[check] = _Ridge(part, _penalty(part)).answers(unseen)
    truth = _scores(labelled.rated)
    saved = (truth - shipped) ** 2 - (truth - tuned) ** 2
    error = float(np.average((truth - shipped) ** 2, weights=labelled.weight))
    _, unit = np.unique(labelled.group, return_inverse=True)
    gain = mean_gain(saved, labelled.weight, unit, level=INTERVAL_LEVEL, generator=generator)
    penalty = _penalty(labelled)
    figures |= {
        "gain": gain.value / error,
        "gain_low": gain.low / error,
        "gain_high": min(gain.high / error, 1.0),  # the stretched interval may leave what is possible
        "spearman_shipped": float(spearmanr(shipped, truth).statistic),
        "spearman_tuned": float(spearmanr(tuned, truth).statistic),
        "penalty": penalty,
    }
    is_better = bool(gain.low > 0)
    told = (
        f"On groups it never met the tuned head errs {abs(figures['gain']):.0%} "
        f"{'less' if gain.value > 0 else 'more'} (squared error, interval {figures['gain_low']:+.0%} to "
        f"{figures['gain_high']:+.0%} saved), rank correlation {figures['spearman_shipped']:.2f} before, "
        f"{figures['spearman_tuned']:.2f} after"
    )
    ending = "; it may go in force." if is_better else ": not shown better, the shipped weights stay."
    return Tuning(_Ridge(labelled, penalty).head(labelled, beside), is_better, told + ending, figures)


class _Ridge:
    """Weighted ridge with an intercept and the shipped score unpenalised; no penalty means no head."""

    def __init__(self, part: Labelled, penalty: float | None) -> None:
        self.mean = np.average(part.read, axis=0, weights=part.weight)
        self.spread = np.maximum(part.read.std(axis=0), LEAST_SPREAD)
        base, truth = _scores(part.shipped), _scores(part.rated)
        root = np.sqrt(part.weight)
        free = np.column_stack([np.ones_like(base), base]) * root[:, None]
        target = truth * root
        self.delta = np.zeros(part.read.shape[1])
        if penalty is not None:
            read = standardised(part.read, self.mean, self.spread) * root[:, None]
            away = read - free @ np.linalg.lstsq(free, read, rcond=None)[0]
            left = target - free @ np.linalg.lstsq(free, target, rcond=None)[0]
            rows, columns, across = np.linalg.svd(away, full_matrices=False)
            self.delta = across.T @ (columns / (columns**2 + penalty) * (rows.T @ left))
            target = target - read @ self.delta
        (self.shift, self.gain), *_ = np.linalg.lstsq(free, target, rcond=None)

    def answers(self, part: Labelled) -> Numbers:
        read = standardised(part.read, self.mean, self.spread)
        return np.asarray(self.shift + self.gain * _scores(part.shipped) + read @ self.delta)

    def head(self, part: Labelled, beside: str) -> TunedHead:
        """The head, brought to the mean and the spread of the shipped scale."""
        told, base = self.answers(part), _scores(part.shipped)
        stretch = base.std() / max(told.std(), LEAST_SPREAD)
        return TunedHead(
            mean=self.mean,
            spread=self.spread,
            delta=stretch * self.delta,
            gain=float(stretch * self.gain),
            shift=float(stretch * (self.shift - told.mean()) + base.mean()),
            beside=beside,
        )


def _penalty(part: Labelled) -> float:
    """The penalty that errs least on groups left out of this part."""
    folds = min(INNER_FOLDS, len(np.unique(part.group)))
    truth = _scores(part.rated)
    errors = np.zeros(len(PENALTIES))
    for learn, check in GroupKFold(folds).split(part.read, groups=part.group):
        seen, unseen = part.take(learn), part.take(check)
        for place, penalty in enumerate(PENALTIES):
            answers = _Ridge(seen, penalty).answers(unseen)
            errors[place] += float((unseen.weight * (truth[check] - answers) ** 2).sum())
    return PENALTIES[int(np.argmin(errors))]


def _scores(standing: Numbers) -> Numbers:
    return np.asarray(norm.ppf(np.clip(standing, OUTERMOST_STANDING, 1 - OUTERMOST_STANDING)))
