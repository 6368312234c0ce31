"""Whether an answer means the same in every group: differential item functioning of the delivery.

Swaminathan & Rogers (1990), in the ordinal form of Zumbo (1999): the verdict is explained by the gap (the
matching variable), then by the group too (*uniform*: the group draws both lines elsewhere), then by the
group's own width and slope (*non-uniform*: the difference depends on the gap or on the line). Each step
is a likelihood-ratio test.

Answers to one clip share what the instrument misread in it, and answers by one person share their
severity; a likelihood ratio that takes them for independent finds differences everywhere. It is divided by
how much clustering inflates the variance of the tested effects (Rao & Scott 1984), never by less than 1,
and referred to F with the degrees of freedom of the scarcer of clips and raters. All tests of one call are
corrected together (Holm 1979).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import fdtrc, stdtrit

from engine.errors import TableError
from engine.raters.answers import Array, Codes
from engine.raters.functioning import Finding, GroupFunctioning, ItemFunctioning, StepTest
from engine.raters.ordinal_fit import OrdinalFit, fit_ordinal
from engine.verdict.intervals import INTERVAL_LEVEL, Interval
from engine.verdict.ratings_table import Labels, RatingTable
from engine.vocabulary import VERDICT_ORDER

SIGNIFICANCE: Final = 0.05

RELEVANT_SHIFT_Z: Final = 0.5
"""A tenth of the intensity scale. Where the interval reaches further, "no evidence" would only mean that
there are too few answers."""

LEAST_CLIPS: Final = 10
LEAST_ANSWERS: Final = 30
LEAST_RATERS: Final = 2
LEAST_OF_EACH: Final = 3
"""Answers of each verdict, and clips, raters and answers in all, without which a group is not compared."""

_GROUP: Final = 1  # the group's column in each design; the first is the shared one


def item_functioning(
    ratings: RatingTable,
    column: str,
    *,
    matching: tuple[str, ...] = (),
    interval_level: float = INTERVAL_LEVEL,
) -> ItemFunctioning:
    """Test whether the verdicts of the groups of a context column answer to the gap alike.

    Parameters
    ----------
    ratings : RatingTable
        Groups (``ratings.group``) are the clips. Rows without a level of ``column`` are left out.
    column : str
        Context column that names the groups, such as the language.
    matching : tuple of str
        Further context columns to hold equal beside the gap, such as the emotion.
    interval_level : float
        In (0, 1).

    Returns
    -------
    ItemFunctioning
        With two groups one comparison, with more each group against all the others.

    Raises
    ------
    TableError
        If the table has no such column.
    """
    for name in (column, *matching):
        if name not in ratings.context:
            raise TableError(f"The ratings have no column {name!r}; item functioning cannot be tested by it.")
    ratings = ratings.take(ratings.context[column] != "")
    labels = ratings.context[column]
    names, counts = np.unique(labels.astype(str), return_counts=True)
    compared = [str(name) for name in names[np.argsort(-counts, kind="stable")]]
    if len(compared) < 2:
        return ItemFunctioning((), interval_level)
    sides = [(name, "") for name in compared] if len(compared) > 2 else [(compared[1], compared[0])]
    found = [
        _compare(ratings, labels == name, name, against, matching, interval_level) for name, against in sides
    ]
    return ItemFunctioning(_decided(found), interval_level)


def _compare(
    ratings: RatingTable,
    inside: NDArray[np.bool_],
    name: str,
    against: str,
    matching: tuple[str, ...],
    interval_level: float,
) -> GroupFunctioning:
    raters = ratings.rater
    own, others = (set() if raters is None else set(raters[side].astype(str)) for side in (inside, ~inside))
    counted = GroupFunctioning(
        group=name,
        against=against,
        answers=int(inside.sum()),
        clips=np.unique(ratings.group[inside].astype(str)).size,
        raters=len(own),
        shared_raters=len(own & others),
        finding=Finding.TOO_FEW,
    )
    if not all(_enough(ratings.take(side)) for side in (inside, ~inside)):
        return counted
    clusters = tuple(_codes(each) for each in (ratings.group, raters) if each is not None)
    free = max(min(int(cluster.max()) + 1 for cluster in clusters) - 2, 1)
    one = np.ones((len(ratings), 1))
    both = np.column_stack([one, inside.astype(np.float64)])
    extra = _dummies(ratings.context, matching)
    centre, grouped = np.hstack([one, extra]), np.hstack([both, extra])
    fits = [
        fit_ordinal(ratings.alignment, ratings.verdict, designs, clusters)
        for designs in ((centre, one, one), (grouped, one, one), (grouped, both, both))
    ]
    if not all(fit.settled for fit in fits):
        return counted
    width, slope = grouped.shape[1], grouped.shape[1] + 2
    shared = (width + _GROUP, slope + _GROUP)
    lower, upper = (_shift(fits[2], sign, width, free, interval_level) for sign in (-1.0, 1.0))
    return replace(
        counted,
        lower=lower,
        upper=upper,
        uniform=_tested(fits[0], fits[1], (_GROUP,), free),
        non_uniform=_tested(fits[1], fits[2], shared, free),
    )


def _enough(side: RatingTable) -> bool:
    raters = LEAST_RATERS if side.rater is None else np.unique(side.rater.astype(str)).size
    of_each = np.bincount(side.verdict, minlength=len(VERDICT_ORDER))
    return bool(
        len(side) >= LEAST_ANSWERS
        and np.unique(side.group.astype(str)).size >= LEAST_CLIPS
        and raters >= LEAST_RATERS
        and of_each.min() >= LEAST_OF_EACH
    )


def _codes(labels: Labels) -> Codes:
    return np.asarray(pd.factorize(labels.astype(str))[0], dtype=np.intp)


def _dummies(context: Mapping[str, Labels], matching: tuple[str, ...]) -> Array:
    """Columns of 0 and 1 for all but the commonest level of each column; rare levels join it."""
    rows = next(iter(context.values())).size
    columns = []
    for name in matching:
        levels, counts = np.unique(context[name].astype(str), return_counts=True)
        often = [level for level, n in zip(levels, counts, strict=True) if n >= LEAST_CLIPS]
        commonest = levels[counts.argmax()]
        columns += [(context[name] == level).astype(np.float64) for level in often if level != commonest]
    return np.column_stack(columns) if columns else np.empty((rows, 0))


def _tested(smaller: OrdinalFit, larger: OrdinalFit, places: tuple[int, ...], free: int) -> StepTest:
    ratio = max(2.0 * (larger.log_likelihood - smaller.log_likelihood), 0.0)
    block = np.ix_(places, places)
    inflated = np.trace(np.linalg.pinv(larger.naive[block]) @ larger.robust[block]) / len(places)
    inflation = max(float(inflated), 1.0)
    p = float(fdtrc(len(places), free, ratio / inflation / len(places)))
    return StepTest(ratio, inflation, len(places), p, p)


def _shift(fit: OrdinalFit, sign: float, width: int, free: int, level: float) -> Interval:
    """How far the group's line lies from the others', by the delta method with Student's t."""
    shared, own = np.exp(fit.effects[width]), np.exp(fit.effects[width] + fit.effects[width + _GROUP])
    value = float(fit.effects[_GROUP] + sign * (own - shared))
    slope = np.zeros(fit.effects.size)
    slope[_GROUP], slope[width], slope[width + _GROUP] = 1.0, sign * (own - shared), sign * own
    variance = max(float(slope @ fit.robust @ slope), float(slope @ fit.naive @ slope))
    reach = float(stdtrit(free, 0.5 + level / 2.0)) * np.sqrt(variance)
    return Interval(value, value - reach, value + reach)


def _decided(found: list[GroupFunctioning]) -> tuple[GroupFunctioning, ...]:
    """Correct all p-values together and say what each comparison amounts to."""
    tests = [test for each in found for test in (each.uniform, each.non_uniform) if test is not None]
    adjusted = dict(zip(map(id, tests), _holm([test.p for test in tests]), strict=True))
    return tuple(_judged(each, adjusted) for each in found)


def _judged(each: GroupFunctioning, adjusted: Mapping[int, float]) -> GroupFunctioning:
    if each.uniform is None or each.non_uniform is None or each.lower is None or each.upper is None:
        return each
    uniform, non_uniform = (
        replace(test, adjusted=adjusted[id(test)]) for test in (each.uniform, each.non_uniform)
    )
    if min(uniform.adjusted, non_uniform.adjusted) < SIGNIFICANCE:
        finding = Finding.DIFFERS
    else:
        reach = max(abs(end) for side in (each.lower, each.upper) for end in (side.low, side.high))
        finding = Finding.NO_EVIDENCE if reach <= RELEVANT_SHIFT_Z else Finding.TOO_FEW
    return replace(each, finding=finding, uniform=uniform, non_uniform=non_uniform)


def _holm(p_values: list[float]) -> list[float]:
    """Holm's (1979) step-down adjusted p-values, in the order given."""
    order = np.argsort(p_values)
    scaled = np.array(p_values)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return [float(value) for value in adjusted]
