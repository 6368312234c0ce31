"""One scale for two brains: a raw score becomes its standing in a fixed reference set.

The text brain and the performance brain learn from different corpora, so their raw scores cannot be
subtracted. Each is replaced by the share of a reference set (ordinary lines, ordinary deliveries)
that scores lower. Both reference sets hold the same share of neutral material; the model card says
which material. 0.71 then reads "stronger than 71 of 100 ordinary lines".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

STANDINGS: Final = np.linspace(0.01, 0.99, 99)
"""Where the reference distribution is stored; beyond its ends the standing decays exponentially."""

NEUTRAL_SHARE: Final = 0.47
"""Share of neutral material in every reference set: that of MELD's training lines (0.4715). Without
one figure for both, "stronger than 71 of 100" would mean two things."""


@dataclass(frozen=True, slots=True)
class ReferenceScale:
    """A strictly increasing map from raw scores to standings in (0, 1).

    Attributes
    ----------
    knots : ndarray, shape (99,)
        Raw scores at :data:`STANDINGS`, strictly increasing.
    """

    knots: NDArray[np.float64]

    @classmethod
    def fit(cls, raw: ArrayLike, *, weights: ArrayLike | None = None) -> ReferenceScale:
        """Fit on the raw scores of a reference set, shape (n,), with sampling weights, shape (n,).

        Raises
        ------
        ValueError
            If fewer than 100 scores are given, or one is not finite.
        """
        scores = np.asarray(raw, dtype=np.float64)
        share = np.ones_like(scores) if weights is None else np.asarray(weights, dtype=np.float64)
        if scores.ndim != 1 or scores.size <= STANDINGS.size or not np.isfinite(scores).all():
            raise ValueError("A reference set needs at least 100 finite scores in one row.")
        order = np.argsort(scores)
        below = np.cumsum(share[order])
        middles = (below - share[order] / 2) / below[-1]  # mid-rank standing of each score
        knots = np.interp(STANDINGS, middles, scores[order])
        least_step = 1e-9 * max(1.0, float(np.abs(knots).max()))
        return cls(np.maximum.accumulate(knots + least_step * np.arange(knots.size)))

    def standing(self, raw: ArrayLike) -> NDArray[np.float64]:
        """The standings of raw scores, same shape, each in (0, 1)."""
        scores = np.asarray(raw, dtype=np.float64)
        inside = np.interp(scores, self.knots, STANDINGS)
        edge = float(STANDINGS[0])
        spread = max(float(self.knots[-1] - self.knots[0]) / STANDINGS.size, 1e-9)
        low = edge * np.exp(np.minimum(scores - self.knots[0], 0.0) / spread)
        high = 1.0 - edge * np.exp(np.minimum(self.knots[-1] - scores, 0.0) / spread)
        return np.where(scores < self.knots[0], low, np.where(scores > self.knots[-1], high, inside))
