"""Units drawn again with replacement: how far an agreement coefficient could be chance.

Every coefficient here is a function of sums over units, so a resample is a row of weights and a thousand
of them are one matrix product. The first row weighs every unit once and gives the estimate itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtri, stdtrit

from engine.raters.answers import Array, Codes

RESAMPLES: Final = 1_000

MOST_BLOCKS: Final = 1_000
"""More units than this are joined at random first: coarser units keep the interval honest and cheap."""

LEAST_DEFINED: Final = 0.5
"""Share of resamples in which a coefficient must exist for its interval to mean something."""


@dataclass(frozen=True, slots=True)
class UnitDraws:
    """Resamples of units.

    Attributes
    ----------
    block : ndarray of intp, shape (units,)
        Which block of units, drawn together, each unit is in; mostly a block of its own.
    weights : ndarray, shape (1 + resamples, blocks)
        How often each block is drawn; 1 throughout in the first row.
    """

    block: Codes
    weights: Array

    @classmethod
    def of(cls, units: int, *, generator: np.random.Generator, resamples: int = RESAMPLES) -> UnitDraws:
        """Draw ``resamples`` times from ``units`` units.

        Parameters
        ----------
        units : int
            2 or more.
        generator : numpy.random.Generator
        resamples : int
        """
        blocks = min(units, MOST_BLOCKS)
        block = np.arange(units, dtype=np.intp)
        if units > MOST_BLOCKS:
            block = np.asarray(generator.permutation(block % MOST_BLOCKS), dtype=np.intp)
        drawn = generator.multinomial(blocks, np.full(blocks, 1.0 / blocks), size=resamples)
        return cls(block, np.vstack([np.ones(blocks), drawn]))

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return int(self.weights.shape[1])

    @property
    def units(self) -> Array:
        """How many units each draw holds, shape (1 + resamples,)."""
        return self.totals(np.ones(self.block.size))

    def totals(self, per_unit: Array) -> Array:
        """Sums over units in every draw, shape (1 + resamples,), of values of shape (units,)."""
        joined = np.bincount(self.block, weights=per_unit, minlength=self.blocks)
        return np.asarray(self.weights @ joined, dtype=np.float64)

    def table_totals(self, unit: Codes, column: Codes, columns: int, amount: Array | None = None) -> Array:
        """Sums over rows by column in every draw, shape (1 + resamples, columns).

        Parameters
        ----------
        unit, column : ndarray of intp, shape (n,)
            Unit and column of each row.
        columns : int
        amount : ndarray, shape (n,), optional
            What each row adds; 1 if not given.
        """
        cells = self.block[unit] * columns + column
        joined = np.bincount(cells, weights=amount, minlength=self.blocks * columns)
        return np.asarray(self.weights @ joined.reshape(self.blocks, columns), dtype=np.float64)

    def interval(self, drawn: Array, *, level: float) -> tuple[float, float] | None:
        """The interval of a coefficient, ``None`` where too few resamples define it.

        The percentile interval is stretched to the t distribution with one degree of freedom less than
        there are units, without which it is too narrow for few units (Hesterberg 2015), and centred on the
        estimate: a unit drawn twice agrees with itself less or more than two units would, which moves means
        over many small pairs of raters.

        Parameters
        ----------
        drawn : ndarray, shape (1 + draws used,)
            The estimate, then its resamples; NaN where undefined.
        level : float
            Confidence level, in (0, 1).
        """
        value, resampled = float(drawn[0]), drawn[1:]
        defined = resampled[np.isfinite(resampled)]
        if not np.isfinite(value) or defined.size < LEAST_DEFINED * resampled.size:
            return None
        tail = (1.0 - level) / 2.0
        low, high = np.quantile(defined - np.median(defined) + value, [tail, 1.0 - tail])
        units = self.block.size
        free = units - 1
        stretch = stdtrit(free, 1.0 - tail) / ndtri(1.0 - tail) * np.sqrt(units / free)
        return value - float(stretch * (value - low)), min(1.0, value + float(stretch * (high - value)))
