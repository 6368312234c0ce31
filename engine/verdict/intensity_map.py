"""From the intensity a model states to the one raters see: a monotone map, per context where it helps.

Raters' intensity is an affine function of the model's, ``½ + a + b (x - ½)``. The slope b stays positive, so
the map never turns an order round. It translates what is shown; the gap and the verdict stay on the model's
own scale, on which the thresholds were learned.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri, stdtrit

from engine.errors import PolicyError
from engine.verdict.cumulative_link import Array
from engine.verdict.intervals import INTERVAL_LEVEL, LEAST_FREEDOM
from engine.verdict.levels import level_positions
from engine.verdict.policy import Columns
from engine.vocabulary import INTENSITY_MIDPOINT

MAP_FORMAT: Final = "dailies-intensity-map"
MAP_FORMAT_VERSION: Final = 1

LEAST_SLOPE: Final = 0.05
"""A map is never flatter than this, whatever the ratings: it must keep the order of clips."""

_VERSION_LENGTH: Final = 12

Doubt = tuple[float, float, float]
"""Variance of the shift, covariance of shift and slope, variance of the slope."""

NO_DOUBT: Final[Doubt] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class LevelMap:
    """What one level of a context column adds.

    Attributes
    ----------
    shift, slope : float
        Added to those of all contexts.
    doubt : Doubt
        Of the sums, all other columns pooled.
    ratings, raters : int
        What it was learned from; ``raters`` is 0 where nobody is named.
    """

    shift: float = 0.0
    slope: float = 0.0
    doubt: Doubt = NO_DOUBT
    ratings: int = 0
    raters: int = 0


@dataclass(frozen=True, slots=True)
class Curve:
    """A map along stated intensities, all arrays of shape (n,), 0 to 1, ``low`` and ``high`` its interval."""

    stated: Array
    value: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class IntensityMap:
    """A map from the model's intensity to the raters'.

    Attributes
    ----------
    shift, slope : float
        For an unknown context: raters' intensity at a stated ½ is ``½ + shift``.
    doubt : Doubt
        Of these two.
    levels : Mapping[str, Mapping[str, LevelMap]]
        By context column and level.
    parent : str
        Version of the map in force when this one was learned.
    snapshot : str
        SHA-256 of the ratings it saw; empty for the identity.
    ratings, raters, groups, seed : int
        ``raters`` is 0 where nobody is named.
    metrics : Mapping[str, float]
        On held-out groups; empty where none was measured.
    notes : tuple of str
    """

    shift: float = 0.0
    slope: float = 1.0
    doubt: Doubt = NO_DOUBT
    levels: Mapping[str, Mapping[str, LevelMap]] = field(default_factory=dict)
    parent: str = ""
    snapshot: str = ""
    ratings: int = 0
    raters: int = 0
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
            moves = np.array([*((level.shift, level.slope) for level in levels.values()), (0.0, 0.0)])
            moved = moves[level_positions(tuple(levels), context[column])]
            shift, slope = shift + moved[:, 0], slope + moved[:, 1]
        return _along(stated, shift, slope)

    def say(self, intensity: float | None, context: Mapping[str, str] | None = None) -> float | None:
        """Raters' intensity expected for one clip; ``None`` where the model states none."""
        if intensity is None:
            return None
        columns = {name: np.array([level], dtype=object) for name, level in (context or {}).items()}
        return float(self.apply([intensity], columns)[0])

    def curve(
        self,
        stated: ArrayLike,
        *,
        column: str = "",
        level: str = "",
        interval_level: float = INTERVAL_LEVEL,
        simultaneous: bool = False,
    ) -> Curve:
        """The map along stated intensities with its interval.

        Parameters
        ----------
        stated : array_like, shape (n,)
        column, level : str
            A context; unknown ones, and none, give the map of all.
        interval_level : float
            In (0, 1).
        simultaneous : bool
            Whether the interval holds at all intensities at once (Working & Hotelling 1929), as it must
            where somebody looks for the place that differs most, or at each one by itself (Student's t).
        """
        at = np.asarray(stated, dtype=np.float64).reshape(-1)
        own = self.levels.get(column, {}).get(level)
        value = _along(at, self.shift + (own.shift if own else 0.0), self.slope + (own.slope if own else 0.0))
        variance, shared, of_slope = own.doubt if own else self.doubt
        away = at - INTENSITY_MIDPOINT
        error = np.sqrt(np.maximum(variance + 2.0 * shared * away + of_slope * away**2, 0.0))
        free = max(self.groups - 1.0, LEAST_FREEDOM)
        if simultaneous:
            reach = math.sqrt(2.0 * float(fdtri(2.0, free, interval_level))) * error
        else:
            reach = float(stdtrit(free, 0.5 + interval_level / 2.0)) * error
        return Curve(at, value, np.clip(value - reach, 0.0, 1.0), np.clip(value + reach, 0.0, 1.0))

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
            return cls(
                shift=_finite(content["shift"]),
                slope=_finite(content["slope"]),
                doubt=_doubt(content["doubt"]),
                levels={
                    str(column): {str(name): _level(move) for name, move in found.items()}
                    for column, found in content["levels"].items()
                },
                parent=str(content["parent"]),
                snapshot=str(content["snapshot"]),
                ratings=int(content["ratings"]),
                raters=int(content["raters"]),
                groups=int(content["groups"]),
                seed=int(content["seed"]),
                metrics={str(name): _finite(value) for name, value in content["metrics"].items()},
                notes=tuple(map(str, content["notes"])),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PolicyError(
                f"The intensity map is incomplete or damaged ({error}); fit it again."
            ) from error


IDENTITY: Final = IntensityMap()
"""The model's intensities as they are: in force until a map is shown better."""


def _along(stated: Array, shift: ArrayLike, slope: ArrayLike) -> Array:
    away = stated - INTENSITY_MIDPOINT
    mapped = INTENSITY_MIDPOINT + np.asarray(shift) + np.maximum(slope, LEAST_SLOPE) * away
    return np.asarray(np.clip(mapped, 0.0, 1.0), dtype=np.float64)


def _level(content: Mapping[str, Any]) -> LevelMap:
    return LevelMap(
        shift=_finite(content["shift"]),
        slope=_finite(content["slope"]),
        doubt=_doubt(content["doubt"]),
        ratings=int(content["ratings"]),
        raters=int(content["raters"]),
    )


def _doubt(content: Any) -> Doubt:
    variance, shared, of_slope = map(_finite, content)
    return variance, shared, of_slope


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("a number is not finite")
    return number
