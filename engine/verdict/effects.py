"""Which numbers a context may move, and how sums over ratings become sums over levels.

A *block* is one column's effects on one predictor: the shift of the centre for each emotion, say. With
every row holding exactly one level of each column, products with the design matrix are counts, so the
gradient and the information of 100,000 ratings cost one ``bincount`` for each (pair of) block(s).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.verdict.cumulative_link import Array

Codes = NDArray[np.intp]

POOLED: Final = ""
"""Name of the column that every row shares: its one level is the pooled threshold."""


@dataclass(frozen=True, slots=True)
class Block:
    """One column's effects on one predictor.

    Attributes
    ----------
    column : str
        :data:`POOLED` for the effects all rows share.
    predictor : int
        Position in :data:`~engine.verdict.cumulative_link.PREDICTORS`, behind which
        :data:`~engine.verdict.outer_steps.OUTER_PREDICTORS` follow.
    codes : ndarray of intp, shape (n,)
        Level of each row; ``size`` where the row has none.
    size : int
        Number of levels.
    spread : float or None
        Standard deviation of their prior where it is given; ``None`` where it is learned from the levels.
    """

    column: str
    predictor: int
    codes: Codes
    size: int
    spread: float | None = None

    @property
    def is_learned(self) -> bool:
        """Whether the spread of the levels is learned from them."""
        return self.column != POOLED and self.spread is None


@dataclass(frozen=True, slots=True)
class Effects:
    """All blocks, laid side by side in one vector of effects."""

    blocks: tuple[Block, ...]

    @property
    def size(self) -> int:
        """Length of the vector of effects."""
        return sum(block.size for block in self.blocks)

    def slices(self) -> list[slice]:
        """Where each block lies in the vector."""
        ends = np.cumsum([block.size for block in self.blocks]).tolist()
        return [slice(end - block.size, end) for block, end in zip(self.blocks, ends, strict=True)]

    def predictors(self, effects: Array, offset: Array) -> Array:
        """Every predictor of each row, shape (p, n).

        Parameters
        ----------
        effects : ndarray, shape (size,)
        offset : ndarray, shape (p, n) or (p, 1)
            What is added to each predictor beside the effects.
        """
        rows = self.blocks[0].codes.size
        values = np.broadcast_to(offset, (offset.shape[0], rows)).astype(np.float64)
        for block, where in zip(self.blocks, self.slices(), strict=True):
            values[block.predictor] += np.append(effects[where], 0.0)[block.codes]
        return values

    def gradient(self, rows: Array) -> Array:
        """Sum derivatives in the predictors, shape (p, n), into ones in the effects, shape (size,)."""
        return np.concatenate(
            [
                np.bincount(block.codes, weights=rows[block.predictor], minlength=block.size + 1)[:-1]
                for block in self.blocks
            ]
        )

    def information(self, rows: Array) -> Array:
        """Sum second derivatives, shape (p, p, n), into a symmetric matrix, shape (size, size)."""
        total = np.empty((self.size, self.size))
        places = self.slices()
        for i, (first, down) in enumerate(zip(self.blocks, places, strict=True)):
            for second, across in zip(self.blocks[i:], places[i:], strict=True):
                crossed = crosstab(first, second, rows[first.predictor, second.predictor])
                total[down, across] = crossed
                total[across, down] = crossed.T
        return total


def crosstab(first: Block, second: Block, weights: Array) -> Array:
    """Sum weights, shape (n,), by the levels of two blocks, shape (first.size, second.size)."""
    wide = second.size + 1
    counted = np.bincount(
        first.codes * wide + second.codes, weights=weights, minlength=(first.size + 1) * wide
    )
    cells = np.asarray(counted, dtype=np.float64)
    return cells.reshape(first.size + 1, wide)[:-1, :-1]


def pooled_blocks(rows: int, predictors: Sequence[int]) -> list[Block]:
    """The blocks every row shares, one for each of the predictors that are learned."""
    shared = np.zeros(rows, dtype=np.intp)
    return [Block(POOLED, predictor, shared, 1) for predictor in predictors]
