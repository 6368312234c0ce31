"""From the intensity a model states to the one raters see: a monotone map, per context where it helps.

Raters' intensity is an affine function of the model's, ``m + (r - m) = x + a + b (x - ½)``, whose two
corrections are drawn towards none for all contexts together and towards those of all for each context
(ridge regression as a mixed model; Robinson 1991). With no ratings nothing is corrected. The slope stays
positive, so the map never turns an order round.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array, hstack

from engine.errors import PolicyError, TableError
from engine.verdict.cumulative_link import Array
from engine.verdict.effects import Codes
from engine.verdict.intensity_table import IntensityTable
from engine.verdict.levels import MAX_LEVELS, CodedColumn, fairness_notes, level_positions
from engine.verdict.policy import Columns
from engine.vocabulary import INTENSITY_MIDPOINT

MAP_FORMAT: Final = "dailies-intensity-map"
MAP_FORMAT_VERSION: Final = 1

POOLED_SD: Final = (0.2, 0.5)
"""How large the correction of all contexts is expected to be: shift at the midpoint, and slope."""

LEVEL_SD: Final = (0.05, 0.1)
"""How far a context's correction is expected to lie from that of all."""

LEAST_SLOPE: Final = 0.05
"""A map is never flatter than this, whatever the ratings: it must keep the order of clips."""

_NOISE_SD: Final = 0.2  # of one answer, before it is estimated
_ROUNDS: Final = 5
_VERSION_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class IntensityMap:
    """A map from the model's intensity to the raters'.

    Attributes
    ----------
    shift, slope : float
        For an unknown context: raters' intensity at a stated ½ is ``½ + shift``.
    levels : Mapping[str, Mapping[str, tuple of float]]
        By context column and level: what is added to shift and slope.
    parent : str
        Version of the map in force when this one was learned.
    snapshot : str
        SHA-256 of the ratings it saw; empty for the identity.
    ratings, groups, seed : int
    metrics : Mapping[str, float]
        On held-out groups; empty where none was measured.
    notes : tuple of str
    """

    shift: float = 0.0
    slope: float = 1.0
    levels: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)
    parent: str = ""
    snapshot: str = ""
    ratings: int = 0
    groups: int = 0
    seed: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """Named by content; ``identity`` where nothing was learned."""
        if not self.snapshot:
            return "identity"
        content = json.dumps(asdict(self), sort_keys=True, allow_nan=False)
        return f"intensity-{hashlib.sha256(content.encode('utf-8')).hexdigest()[:_VERSION_LENGTH]}"

    @property
    def context_columns(self) -> tuple[str, ...]:
        """The columns the map depends on."""
        return tuple(self.levels)

    def apply(self, intensity: ArrayLike, context: Columns | None = None) -> Array:
        """Raters' intensity expected for each stated one, 0 to 1, shape (n,); NaN stays NaN."""
        stated = np.asarray(intensity, dtype=np.float64).reshape(-1)
        shift, slope = np.full(stated.size, self.shift), np.full(stated.size, self.slope)
        for column, levels in self.levels.items():
            if context is None or column not in context:
                continue
            moves = np.array([*levels.values(), (0.0, 0.0)])
            moved = moves[level_positions(tuple(levels), context[column])]
            shift, slope = shift + moved[:, 0], slope + moved[:, 1]
        away = stated - INTENSITY_MIDPOINT
        mapped = INTENSITY_MIDPOINT + shift + np.maximum(slope, LEAST_SLOPE) * away
        return np.asarray(np.clip(mapped, 0.0, 1.0), dtype=np.float64)

    def to_dict(self) -> dict[str, Any]:
        """What the map's JSON file holds."""
        return {
            "format": MAP_FORMAT,
            "format_version": MAP_FORMAT_VERSION,
            "version": self.version,
            **asdict(self),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_dict` wrote.

        Raises
        ------
        PolicyError
            If something is missing, of another format, or not finite.
        """
        if content.get("format") != MAP_FORMAT or content.get("format_version") != MAP_FORMAT_VERSION:
            raise PolicyError(f"This is no intensity map of format {MAP_FORMAT} {MAP_FORMAT_VERSION}.")
        try:
            levels = {
                str(column): {str(name): (float(move[0]), float(move[1])) for name, move in found.items()}
                for column, found in content["levels"].items()
            }
            read = cls(
                shift=float(content["shift"]),
                slope=float(content["slope"]),
                levels=levels,
                parent=str(content["parent"]),
                snapshot=str(content["snapshot"]),
                ratings=int(content["ratings"]),
                groups=int(content["groups"]),
                seed=int(content["seed"]),
                metrics={str(name): float(value) for name, value in content["metrics"].items()},
                notes=tuple(map(str, content["notes"])),
            )
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise PolicyError(
                f"The intensity map is incomplete or damaged ({error}); fit it again."
            ) from error
        moves = [move for found in levels.values() for pair in found.values() for move in pair]
        if not np.isfinite([read.shift, read.slope, *moves]).all():
            raise PolicyError("The intensity map holds a number that is not finite; fit it again.")
        return read


IDENTITY: Final = IntensityMap()
"""The model's intensities as they are: in force until a map is shown better."""


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
    )  # fmt: skip
    precision = np.concatenate([np.repeat([spread[i] ** -2 for spread in spreads], sizes) for i in (0, 1)])
    moves = _ridge(design, ratings.rated - ratings.model, ratings.weight, precision)
    shifts, slopes = moves.reshape(2, -1)
    ends = np.cumsum(sizes)
    levels = {
        column: {
            name: (float(shifts[start + i]), float(slopes[start + i])) for i, name in enumerate(found.levels)
        }
        for (column, found), start in zip(coded.items(), ends, strict=False)
    }
    return IntensityMap(
        shift=float(shifts[0]),
        slope=float(1.0 + slopes[0]),
        levels=levels,
        snapshot=ratings.sha256(),
        ratings=len(ratings),
        groups=int(np.unique(ratings.group.astype(str)).size),
        notes=fairness_notes(columns),
    )


def _columns(values: Array, codes: Codes, size: int) -> csr_array:
    """Each row's value in the column of its level, shape (n, size); none where the level is unknown."""
    rows = np.arange(values.size)
    return csr_array((values, (rows, codes)), shape=(values.size, size + 1))[:, :-1]


def _ridge(design: csr_array, target: Array, weight: Array, precision: Array) -> Array:
    """Most probable coefficients, the noise of an answer estimated along the way."""
    variance = _NOISE_SD**2
    moves = np.zeros(precision.size)
    if target.size == 0:
        return moves
    mass = weight * (weight.sum() / np.sum(weight**2))  # unequal weights are no more ratings than there are
    weighed = design.multiply(mass[:, None])
    gram, pull = (design.T @ weighed).toarray(), design.T @ (mass * target)
    for _ in range(_ROUNDS):
        moves = np.linalg.solve(gram / variance + np.diag(precision), pull / variance)
        left = float(mass @ (target - design @ moves) ** 2)
        variance = (left + _NOISE_SD**2) / (float(mass.sum()) + 1.0)
    return moves
