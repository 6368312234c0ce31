"""Learning thresholds from ratings: a conditional cumulative-link model that starts at ±0.15."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.verdict.cumulative_link import PREDICTORS, Array, probabilities
from engine.verdict.effects import POOLED, Block, Effects, pooled_blocks
from engine.verdict.levels import RATER, code_columns, level_positions
from engine.verdict.outer_steps import OUTER_PREDICTORS, Steps, sides_told
from engine.verdict.policy import Columns, decide
from engine.verdict.ratings_table import RatingTable
from engine.verdict.shrinkage import SPREAD_SCALE, Prior, Start, most_probable
from engine.vocabulary import FIXED_TOLERANCE_Z

CENTRE, LOG_WIDTH, LOG_SLOPE = range(len(PREDICTORS))
LOG_OUTER, OUTER_SKEW, OUTER_SLOPE = range(len(PREDICTORS), len(PREDICTORS) + len(OUTER_PREDICTORS))

PRIOR: Final = Prior(
    mean=(0.0, float(np.log(FIXED_TOLERANCE_Z)), float(np.log(2.0)), 0.0, 0.0, 0.0),
    # A centre half a z unit off, or a band e times as wide or as narrow, is one standard deviation away.
    # The outer steps begin about one z unit further out, and follow the gap about as the verdict does.
    sd=(0.5, 1.0, 1.0, 1.0, 0.5, 0.5),
)
"""With no ratings the thresholds are exactly the fixed pair, crossed with slope 2 per z unit."""

_LOGISTIC_AS_NORMAL: Final = 1.702  # σ(x) ≈ Φ(x / 1.702), to average a slope over raters
_LEAST_WIDTH: Final = 1e-9  # a pinned pair may have no width, a logarithm must


class AdaptiveThresholds:
    """Cumulative link with thresholds by context, partially pooled.

    Parameters
    ----------
    columns : sequence of str
        Context columns the thresholds may depend on; none for one pair for all.
    shift_only : sequence of str
        Those of the columns that move the band as a whole and leave its width and slope alone.
    rater_severity : bool
        Estimate how far each rater's band lies from the average rater's and how steep it is; has no
        effect unless two or more raters are named.
    pinned : (float, float), optional
        Lower and upper threshold to be held fast, so that only the slope is learned.
    spreads : Mapping[str, float], optional
        How far the levels of a column lie apart in their centres, z units, where that is not to be learned
        from them: two or three levels tell nothing about it.
    use_steps : bool
        Let answers that say how far too little or too much it was tell that, too; without it, and for
        pinned thresholds, they count as verdicts.

    Attributes
    ----------
    mode_ : Mode
        Most probable effects, their covariance and the learned spreads.
    effects_ : Effects
        The blocks those effects belong to.
    places_ : dict of (str, int) to slice
        Where the effects of a column on a predictor lie.
    levels_ : dict of str to tuple of str
        Levels of each context column, and of ``rater`` where raters are modelled.
    """

    def __init__(
        self,
        columns: Sequence[str] = (),
        *,
        shift_only: Sequence[str] = (),
        rater_severity: bool = True,
        pinned: tuple[float, float] | None = None,
        spreads: Mapping[str, float] | None = None,
        use_steps: bool = True,
    ) -> None:
        self.columns = tuple(columns)
        self.shift_only = tuple(shift_only)
        self.rater_severity = rater_severity
        self.pinned = pinned
        self.spreads = dict(spreads or {})
        self.use_steps = use_steps

    def fit(self, ratings: RatingTable, *, start: AdaptiveThresholds | None = None) -> Self:
        """Learn the thresholds.

        Parameters
        ----------
        ratings : RatingTable
            May be empty: the thresholds are then the prior's, exactly ±0.15.
        start : AdaptiveThresholds, optional
            Fitted to fewer of the same ratings: the search begins there and ends where it would have ended
            anyway, sooner.

        Raises
        ------
        TableError
            If a context column is missing or the columns have too many levels.
        PolicyError
            If the ratings have no finite best fit.
        """
        import pandas as pd  # half a second, which no page without learned thresholds needs

        coded = code_columns(ratings, self.columns, raters=self.rater_severity)
        step, outer = self._steps(ratings)
        self._offset = np.zeros(len(PREDICTORS) + (len(OUTER_PREDICTORS) if outer else 0))
        learned = [CENTRE, LOG_WIDTH, LOG_SLOPE]
        if self.pinned is not None:
            low, high = self.pinned
            self._offset[CENTRE] = (low + high) / 2
            self._offset[LOG_WIDTH] = np.log(max((high - low) / 2, _LEAST_WIDTH))
            learned = [LOG_SLOPE]
        blocks = pooled_blocks(len(ratings), [*learned, *outer])
        for column, levels in coded.items():
            fast = {RATER: (LOG_WIDTH,)} | dict.fromkeys(self.shift_only, (LOG_WIDTH, LOG_SLOPE))
            moved = [predictor for predictor in learned if predictor not in fast.get(column, ())]
            if column == RATER and outer:  # where the ends of the scale begin is each person's own habit
                moved.append(LOG_OUTER)
            for predictor in moved:
                spread = self.spreads.get(column) if predictor == CENTRE else None
                blocks.append(Block(column, predictor, levels.codes, len(levels.levels), spread))
        self.effects_ = Effects(tuple(blocks))
        self.places_ = {
            (block.column, block.predictor): place
            for block, place in zip(blocks, self.effects_.slices(), strict=True)
        }
        self.levels_ = {column: levels.levels for column, levels in coded.items()}
        self.mode_ = most_probable(
            self.effects_,
            gap=ratings.alignment,
            verdict=ratings.verdict,
            weight=effective_weights(ratings.weight),
            offset=self._offset[:, None],
            unit=pd.factorize(ratings.group)[0],
            prior=PRIOR,
            step=step,
            start=None if start is None else self._begin_at(start),
        )
        return self

    def _begin_at(self, other: AdaptiveThresholds) -> Start:
        """What another model learned, on this one's effects; what it does not know starts at the prior."""
        effects, spreads = np.zeros(self.effects_.size), []
        for block in self.effects_.blocks:
            key = (block.column, block.predictor)
            place = self.places_[key]
            pooled = block.column == POOLED
            if key not in other.places_:
                effects[place] = PRIOR.mean[block.predictor] if pooled else 0.0
                spreads.append(SPREAD_SCALE[block.predictor])
                continue
            known = np.append(other.mode_.effects[other.places_[key]], 0.0)
            codes = (
                [0] if pooled else level_positions(other.levels_[block.column], self.levels_[block.column])
            )
            effects[place] = known[codes]
            spreads.append(other.spread(block.column, block.predictor))
        return Start(effects, tuple(spreads))

    def _steps(self, ratings: RatingTable) -> tuple[Steps | None, list[int]]:
        """The steps that tell more than their verdict, and the predictors of the outer cut points."""
        below, above = sides_told(ratings.step)
        if ratings.step is None or not self.use_steps or self.pinned is not None or not (below or above):
            return None, []
        told = np.where(ratings.step < 0, below, above)
        skewed = [OUTER_SKEW] if below and above else []
        return np.where(told, ratings.step, 0).astype(np.int8), [LOG_OUTER, *skewed, OUTER_SLOPE]

    def pooled(self) -> Array:
        """Centre, log width and log slope for an unknown context and a rater drawn at random, shape (3,)."""
        values = self._offset[: len(PREDICTORS)].copy()
        for predictor in range(len(PREDICTORS)):
            if (POOLED, predictor) in self.places_:
                values[predictor] += self.mode_.effects[self.places_[POOLED, predictor]][0]
        spread = self.spread(RATER, CENTRE)
        # Averaged over raters of different severity the curve is flatter than any one rater's.
        values[LOG_SLOPE] -= 0.5 * np.log1p((np.exp(values[LOG_SLOPE]) * spread / _LOGISTIC_AS_NORMAL) ** 2)
        return values

    def spread(self, column: str, predictor: int) -> float:
        """Learned standard deviation of a column's effects on a predictor; 0 where there are none."""
        for block, spread in zip(self.effects_.blocks, self.mode_.spreads, strict=True):
            if (block.column, block.predictor) == (column, predictor):
                return spread
        return 0.0

    def bands(self, rows: int, context: Columns | None = None) -> Array:
        """Centre, log width and log slope in each row's context, shape (3, n)."""
        values = np.repeat(self.pooled()[:, None], rows, axis=1)
        for column in self.columns:
            if context is None or column not in context:
                continue
            codes = level_positions(self.levels_[column], context[column])
            for predictor in range(len(PREDICTORS)):
                if (column, predictor) in self.places_:
                    effects = self.mode_.effects[self.places_[column, predictor]]
                    values[predictor] += np.append(effects, 0.0)[codes]
        return values

    def predict_proba(self, alignment: Array, context: Columns | None = None) -> Array:
        """P(under), P(correct), P(over) of each row, shape (n, 3)."""
        return probabilities(alignment, *self.bands(alignment.size, context))

    def predict(self, alignment: Array, context: Columns | None = None) -> NDArray[np.int8]:
        """Verdict codes of each row by the two thresholds, shape (n,)."""
        centre, log_width, _ = self.bands(alignment.size, context)
        return decide(alignment, centre - np.exp(log_width), centre + np.exp(log_width))


def effective_weights(weight: Array) -> Array:
    """Weights scaled to sum to Kish's effective sample size (Kish 1965), shape (n,).

    Unequal weights must not pass for more ratings than there were; equal ones all become 1.
    """
    if weight.size == 0:
        return weight
    scaled: Array = weight * (weight.sum() / np.sum(weight**2))
    return scaled
