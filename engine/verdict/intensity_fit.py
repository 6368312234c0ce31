"""Learning an intensity map: ridge regression, with intervals that know which ratings belong together.

The correction of all contexts is drawn towards none, that of each context towards that of all (ridge
regression as a mixed model; Robinson 1991). Answers about the clips of one actor share that actor's
peculiarities, so the doubt is the cluster-robust one (Liang & Zeger 1986) with the prior's part beside it;
where every answer is a group of its own it is the usual posterior's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array, hstack

from engine.errors import TableError
from engine.verdict.cumulative_link import Array
from engine.verdict.effects import Codes
from engine.verdict.intensity_map import Doubt, IntensityMap, LevelMap
from engine.verdict.intensity_table import IntensityTable
from engine.verdict.levels import MAX_LEVELS, CodedColumn, fairness_notes
from engine.vocabulary import INTENSITY_MIDPOINT

POOLED_SD: Final = (0.2, 0.5)
"""How large the correction of all contexts is expected to be: shift at the midpoint, and slope."""

LEVEL_SD: Final = (0.05, 0.1)
"""How far a context's correction is expected to lie from that of all."""

_NOISE_SD: Final = 0.2  # of one answer, before it is estimated
_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class _Moves:
    """Corrections, shape (p,), and their covariance, shape (p, p); shifts first, then slopes."""

    values: Array
    covariance: Array

    def doubt(self, *places: int) -> Doubt:
        """Doubt of the sum of the corrections at these places among the shifts, and among the slopes."""
        half = self.values.size // 2
        shift, slope = list(places), [half + place for place in places]
        return (
            float(self.covariance[np.ix_(shift, shift)].sum()),
            float(self.covariance[np.ix_(shift, slope)].sum()),
            float(self.covariance[np.ix_(slope, slope)].sum()),
        )


def fit_map(ratings: IntensityTable, columns: Sequence[str] = ()) -> IntensityMap:
    """Learn the map from ratings.

    Raises
    ------
    TableError
        If a context column is missing or the columns have too many levels.
    """
    blocks = [np.zeros(len(ratings), dtype=np.intp)]
    sizes, spreads, coded = [1], [POOLED_SD], {}
    for column in columns:
        if column not in ratings.context:
            raise TableError(f"There is no context column {column!r} among the ratings.")
        coded[column] = CodedColumn.of(ratings.context[column])
        blocks.append(coded[column].codes)
        sizes.append(len(coded[column].levels))
        spreads.append(LEVEL_SD)
    if sum(sizes) > MAX_LEVELS:
        raise TableError(
            f"The context columns have {sum(sizes)} levels; at most {MAX_LEVELS} can be learned."
        )
    away = ratings.model - INTENSITY_MIDPOINT
    design = hstack(
        [_columns(part, codes, size) for part in (np.ones_like(away), away)
         for codes, size in zip(blocks, sizes, strict=True)]
    ).tocsr()  # fmt: skip
    precision = np.concatenate([np.repeat([spread[i] ** -2 for spread in spreads], sizes) for i in (0, 1)])
    moves = _ridge(design, ratings, precision)
    starts = np.cumsum(sizes)
    levels = {
        column: _levels(ratings, found, moves, int(start))
        for (column, found), start in zip(coded.items(), starts, strict=False)
    }
    shifts, slopes = moves.values.reshape(2, -1)
    return IntensityMap(
        shift=float(shifts[0]),
        slope=float(1.0 + slopes[0]),
        doubt=moves.doubt(0),
        levels=levels,
        snapshot=ratings.sha256(),
        ratings=len(ratings),
        raters=ratings.raters(),
        groups=int(np.unique(ratings.group.astype(str)).size),
        notes=fairness_notes(columns),
    )


def _levels(ratings: IntensityTable, column: CodedColumn, moves: _Moves, start: int) -> dict[str, LevelMap]:
    shifts, slopes = moves.values.reshape(2, -1)
    size = len(column.levels)
    answers = np.bincount(column.codes, minlength=size)
    people = np.zeros(size, dtype=np.intp)
    if ratings.rater is not None:
        names, number = np.unique(ratings.rater.astype(str), return_inverse=True)
        pairs = np.unique(column.codes * names.size + number)
        people = np.bincount(pairs // names.size, minlength=size)
    return {
        name: LevelMap(
            shift=float(shifts[start + position]),
            slope=float(slopes[start + position]),
            doubt=moves.doubt(0, start + position),
            ratings=int(answers[position]),
            raters=int(people[position]),
        )
        for position, name in enumerate(column.levels)
    }


def _columns(values: Array, codes: Codes, size: int) -> csr_array:
    """Each row's value in the column of its level, shape (n, size); none where the level is unknown."""
    rows = np.arange(values.size)
    return csr_array((values, (rows, codes)), shape=(values.size, size + 1))[:, :-1]


def _ridge(design: csr_array, ratings: IntensityTable, precision: Array) -> _Moves:
    """Most probable coefficients, the noise of an answer estimated along the way."""
    variance = _NOISE_SD**2
    values = np.zeros(precision.size)
    if len(ratings) == 0:
        return _Moves(values, np.diag(1.0 / precision))
    target, weight = ratings.rated - ratings.model, ratings.weight
    mass = weight * (weight.sum() / np.sum(weight**2))  # unequal weights are no more ratings than there are
    gram = (design.T @ design.multiply(mass[:, None])).toarray()
    pull = design.T @ (mass * target)
    for _ in range(_ROUNDS):
        values = np.linalg.solve(gram / variance + np.diag(precision), pull / variance)
        left = float(mass @ (target - design @ values) ** 2)
        variance = (left + _NOISE_SD**2) / (float(mass.sum()) + 1.0)
    bread = np.linalg.inv(gram / variance + np.diag(precision))
    scores = design.multiply((mass * (target - design @ values) / variance)[:, None])
    return _Moves(values, bread @ (_spread(scores, ratings) + np.diag(precision)) @ bread)


def _spread(scores: csr_array, ratings: IntensityTable) -> Array:
    """Sum of outer products of the groups' scores, shape (p, p)."""
    names, unit = np.unique(ratings.group.astype(str), return_inverse=True)
    member = csr_array((np.ones(unit.size), (unit, np.arange(unit.size))), shape=(names.size, unit.size))
    sums = csr_array(member @ scores)
    return np.asarray((sums.T @ sums).toarray() * (names.size / max(names.size - 1, 1)), dtype=np.float64)
