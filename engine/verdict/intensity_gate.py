"""The gate of intensity maps: none → one for all → by context, each shown better on held-out groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import PolicyError
from engine.verdict.cumulative_link import Array
from engine.verdict.folds import deal_folds
from engine.verdict.gate import FALSE_PROMOTION
from engine.verdict.gate_words import LEAST_GROUPS, LEAST_RATINGS
from engine.verdict.intensity_map import IDENTITY, IntensityMap, fit_map
from engine.verdict.intensity_table import IntensityTable
from engine.verdict.resampling import Difference, mean_gain


@dataclass(frozen=True, slots=True)
class MapReport:
    """A candidate map and whether it may replace the one in force.

    Attributes
    ----------
    candidate : IntensityMap
    promoted : bool
    reason : str
        In a sentence or two.
    gains : tuple of (str, Difference)
        What was compared, and the squared error saved on held-out groups.
    """

    candidate: IntensityMap
    promoted: bool
    reason: str
    gains: tuple[tuple[str, Difference], ...]


WORDS: Final = {"global": "one map for all", "context": "maps by context"}


def recalibrate_intensity(
    ratings: IntensityTable,
    *,
    incumbent: IntensityMap = IDENTITY,
    context_columns: Sequence[str] = (),
    seed: int = 0,
    look: int = 1,
) -> MapReport:
    """Learn a map from ratings and say whether it may replace the one in force.

    A learned map in force is judged by its way of learning, refitted in every fold: it has seen these
    ratings.

    Parameters
    ----------
    ratings : IntensityTable
    incumbent : IntensityMap
    context_columns : sequence of str
    seed : int
        Of folds and resampling.
    look : int
        As in :func:`engine.verdict.gate.recalibrate`.

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
    groups = np.unique(ratings.group.astype(str)).size
    if len(ratings) < LEAST_RATINGS or groups < LEAST_GROUPS:
        reason = (
            f"There are {len(ratings)} ratings of intensity in {groups} group(s); at least {LEAST_RATINGS} "
            f"in {LEAST_GROUPS} are needed to compare maps. {incumbent.version} stays in force."
        )
        return MapReport(_named(fit_map(ratings), incumbent, seed, None, ratings), False, reason, ())
    generator = np.random.default_rng(seed)
    level = 1.0 - 2.0 * FALSE_PROMOTION / (look * (look + 1))
    _, unit = np.unique(ratings.group.astype(str), return_inverse=True)
    of_row = deal_folds(unit, generator=generator)[unit]
    said = {"incumbent": _held_out(ratings, of_row, incumbent), "global": _refitted(ratings, of_row, ())}
    if columns:
        said["context"] = _refitted(ratings, of_row, columns)

    def gain(rung: str, against: str) -> Difference:
        saved = (said[against] - ratings.rated) ** 2 - (said[rung] - ratings.rated) ** 2
        return mean_gain(saved, ratings.weight, unit, level=level, generator=generator)

    gains = [("global", gain("global", "incumbent"))]
    chosen, passed = "global", gains[0][1].low > 0
    if columns:
        over, above = gain("context", "incumbent"), gain("context", "global")
        gains += [("context", over), ("context over one map", above)]
        if above.low > 0:
            chosen, passed = "context", over.low > 0
    fitted = fit_map(ratings, columns if chosen == "context" else ())
    candidate = _named(fitted, incumbent, seed, said[chosen], ratings)
    found = dict(gains)[chosen]
    reason = (
        f"On held-out groups {WORDS[chosen]} saves {found.value:+.4f} of squared error against "
        f"{incumbent.version} ({level:.0%} interval {found.low:+.4f} to {found.high:+.4f}). "
        + (
            "It may replace it."
            if passed
            else f"That is not shown better: {incumbent.version} stays in force."
        )
    )
    return MapReport(candidate, passed, reason, tuple(gains))


def _held_out(ratings: IntensityTable, of_row: NDArray[np.intp], incumbent: IntensityMap) -> Array:
    if not incumbent.snapshot:
        return incumbent.apply(ratings.model, ratings.context)
    known = tuple(name for name in incumbent.context_columns if name in ratings.context)
    return _refitted(ratings, of_row, known)


def _refitted(ratings: IntensityTable, of_row: NDArray[np.intp], columns: tuple[str, ...]) -> Array:
    said = np.empty(len(ratings))
    for number in np.unique(of_row):
        out = of_row == number
        said[out] = fit_map(ratings.take(~out), columns).apply(
            ratings.model[out], {name: levels[out] for name, levels in ratings.context.items()}
        )
    return said


def _named(
    fitted: IntensityMap, incumbent: IntensityMap, seed: int, said: Array | None, ratings: IntensityTable
) -> IntensityMap:
    metrics = {}
    if said is not None:
        weight = ratings.weight / ratings.weight.sum()
        metrics = {
            "mean_absolute_error": float(weight @ np.abs(said - ratings.rated)),
            "root_mean_squared_error": float(np.sqrt(weight @ (said - ratings.rated) ** 2)),
            "without_a_map": float(weight @ np.abs(ratings.model - ratings.rated)),
        }
    return replace(fitted, parent=incumbent.version, seed=seed, metrics=metrics)
