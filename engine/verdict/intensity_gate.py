"""The gate of intensity maps: none → one for all → by context, each shown better on held-out groups."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from engine.errors import PolicyError
from engine.verdict.cumulative_link import Array
from engine.verdict.folds import deal_folds
from engine.verdict.gate import FALSE_PROMOTION
from engine.verdict.gate_words import LEAST_GROUPS, LEAST_RATINGS
from engine.verdict.intensity_fit import fit_map
from engine.verdict.intensity_map import IDENTITY, IntensityMap
from engine.verdict.intensity_table import IntensityTable
from engine.verdict.power import CONTEXTS_NAMED, MOST_ASKED, POWER
from engine.verdict.resampling import Difference, mean_gain

SMALLEST_SAVING: Final = 0.0025
"""The least gain in squared error worth asking people for: that of a shift of 0.05 everywhere."""

WANTED_REACH: Final = 0.05
"""Half-width of an interval at the midpoint at which a context's map is known well enough."""

WANTED_LEVEL: Final = 0.9

WORDS: Final = {"global": "one map for all", "context": "maps by context"}


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
    errors : Mapping[str, float]
        Root mean squared error on held-out groups, by ``none``, ``incumbent``, ``global`` and ``context``.
    more_ratings : int
        How many more answers would show a difference of this size, or the smallest worth having, in 8 of
        10 cases; 0 where the map may be put in force.
    wanted : Mapping[str, int]
        Answers the least known contexts still want, by ``"column = level"``.
    level : float
        Confidence level of the intervals.
    """

    candidate: IntensityMap
    promoted: bool
    reason: str
    gains: tuple[tuple[str, Difference], ...] = ()
    errors: Mapping[str, float] = field(default_factory=dict)
    more_ratings: int = 0
    wanted: Mapping[str, int] = field(default_factory=dict)
    level: float = 1.0 - FALSE_PROMOTION

    def to_dict(self) -> dict[str, Any]:
        """What is kept of it, in JSON's own types."""
        return {
            "errors": dict(self.errors),
            "gains": [{"rung": rung, **asdict(gain)} for rung, gain in self.gains],
            "level": self.level,
            "more_ratings": self.more_ratings,
            "wanted": dict(self.wanted),
            "seed": self.candidate.seed,
            "raters": self.candidate.raters,
            "groups": self.candidate.groups,
        }


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
    ratings. Maps by context are chosen only where they are shown better than one map for all.

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
    blocked = _obstacle(ratings)
    if blocked is not None:
        reason, missing = blocked
        candidate = _named(fit_map(ratings), incumbent, seed, None, ratings)
        said = f"{reason} {_standing(incumbent)} stays in force."
        return MapReport(candidate, False, said, more_ratings=missing)
    generator = np.random.default_rng(seed)
    level = 1.0 - 2.0 * FALSE_PROMOTION / (look * (look + 1))
    _, unit = np.unique(ratings.group.astype(str), return_inverse=True)
    of_row = deal_folds(unit, generator=generator)[unit]
    said_by = {"incumbent": _held_out(ratings, of_row, incumbent), "global": _refitted(ratings, of_row, ())}
    if columns:
        said_by["context"] = _refitted(ratings, of_row, columns)

    def gain(rung: str, against: str) -> Difference:
        saved = (said_by[against] - ratings.rated) ** 2 - (said_by[rung] - ratings.rated) ** 2
        return mean_gain(saved, ratings.weight, unit, level=level, generator=generator)

    gains = [("global", gain("global", "incumbent"))]
    chosen, passed = "global", gains[0][1].low > 0
    if columns:
        over, above = gain("context", "incumbent"), gain("context", "global")
        gains += [("context", over), ("context over one map", above)]
        if above.low > 0 and (over.low > 0 or not passed):
            chosen, passed = "context", over.low > 0
    candidate = _named(
        fit_map(ratings, columns if chosen == "context" else ()), incumbent, seed, said_by[chosen], ratings
    )
    found = dict(gains)[chosen]
    missing = 0 if passed else _missing(found, ratings=len(ratings), level=level)
    wanted = {} if passed or not columns else _wanted(fit_map(ratings, columns))
    return MapReport(
        candidate,
        passed,
        _reason(chosen, found, incumbent, level, passed=passed, missing=missing, wanted=wanted),
        tuple(gains),
        errors={
            "none": _error(ratings, ratings.model),
            **{name: _error(ratings, said) for name, said in said_by.items()},
        },
        more_ratings=missing,
        wanted=wanted,
        level=level,
    )


def _obstacle(ratings: IntensityTable) -> tuple[str, int] | None:
    """Why no maps can be compared and how many more answers are wanted; ``None`` where they can."""
    groups = np.unique(ratings.group.astype(str)).size
    if len(ratings) < LEAST_RATINGS or groups < LEAST_GROUPS:
        missing = max(LEAST_RATINGS - len(ratings), LEAST_GROUPS - groups)
        return (
            f"There are {len(ratings)} ratings of intensity in {groups} group(s); at least {LEAST_RATINGS} "
            f"in {LEAST_GROUPS} are needed to compare maps, {missing} more.",
            missing,
        )
    if ratings.raters() == 1:
        return "All ratings of intensity come from one person; a map needs at least two.", LEAST_RATINGS
    return None


def _reason(
    chosen: str,
    found: Difference,
    incumbent: IntensityMap,
    level: float,
    *,
    passed: bool,
    missing: int,
    wanted: Mapping[str, int],
) -> str:
    said = (
        f"On held-out groups {WORDS[chosen]} saves {found.value:+.4f} of squared error against "
        f"{_standing(incumbent)} ({level:.0%} interval {found.low:+.4f} to {found.high:+.4f}). "
    )
    if passed:
        return f"{said}It may replace it."
    said += f"That is not shown better: {_standing(incumbent)} stays in force."
    if missing:
        said += f" About {missing} more ratings would show a difference of this size in 8 of 10 cases"
        most = ", ".join(f"{count} of {name}" for name, count in wanted.items())
        said += f"; most wanted: {most}." if most else "."
    return said


def _standing(incumbent: IntensityMap) -> str:
    return incumbent.version if incumbent.snapshot else "the model's own intensity"


def _missing(difference: Difference, *, ratings: int, level: float) -> int:
    effect = max(difference.value, SMALLEST_SAVING)
    reach = float(ndtri(0.5 + level / 2.0) + ndtri(POWER))
    needed = ratings * (reach * difference.error / effect) ** 2
    return int(min(max(math.ceil(needed) - ratings, 0), MOST_ASKED))


def _wanted(fitted: IntensityMap) -> dict[str, int]:
    """The contexts whose map is least known at the midpoint, and how many answers would make it known."""
    asked: dict[str, int] = {}
    for column, levels in fitted.levels.items():
        for name, level in levels.items():
            reach = float(ndtri(0.5 + WANTED_LEVEL / 2.0)) * math.sqrt(level.doubt[0])
            needed = math.ceil(max(level.ratings, 1) * (reach / WANTED_REACH) ** 2) - level.ratings
            if needed > 0:
                asked[f"{column} = {name}"] = min(needed, MOST_ASKED)
    most = sorted(asked, key=lambda name: (-asked[name], name))[:CONTEXTS_NAMED]
    return {name: asked[name] for name in most}


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


def _error(ratings: IntensityTable, said: Array) -> float:
    return float(np.sqrt(np.average((said - ratings.rated) ** 2, weights=ratings.weight)))


def _named(
    fitted: IntensityMap, incumbent: IntensityMap, seed: int, said: Array | None, ratings: IntensityTable
) -> IntensityMap:
    metrics = {}
    if said is not None:
        metrics = {
            "mean_absolute_error": float(np.average(np.abs(said - ratings.rated), weights=ratings.weight)),
            "root_mean_squared_error": _error(ratings, said),
            "without_a_map": float(np.average(np.abs(ratings.model - ratings.rated), weights=ratings.weight)),
        }
    return replace(fitted, parent=incumbent.version, seed=seed, metrics=metrics)
