"""How answers move once the machine's opinion is shown: how often, which way, and whether nearer others'.

An answer is compared with the same person's earlier, blind one. Were second answers no more than second
thoughts, as likely to fall on either side, they would come no nearer the machine's opinion on average;
that mean approach is the pull.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from engine.errors import TableError
from engine.raters.answers import Array, Level
from engine.raters.crossed_draws import CrossedDraws, Estimate

SAME: Final = 1e-9
"""Differences up to this are none: intensities are stored as floats."""


@dataclass(frozen=True, slots=True)
class AnswerMoves:
    """Answers before and after a reveal.

    Attributes
    ----------
    moved : ndarray of bool, shape (n,)
    approach : ndarray, shape (n,)
        How much nearer the machine's opinion the second answer is, in the field's own units; negative
        where it is farther, NaN where the machine has none.
    gain : ndarray, shape (n,)
        How much nearer what others answered blind; NaN where nobody else did.
    draws : CrossedDraws
    """

    moved: np.ndarray[tuple[int], np.dtype[np.bool_]]
    approach: Array
    gain: Array
    draws: CrossedDraws

    @classmethod
    def of(
        cls,
        *,
        before: Iterable[float],
        after: Iterable[float],
        machine: Iterable[float],
        others: Iterable[float],
        clip: Iterable[object],
        rater: Iterable[object],
        level: Level,
        generator: np.random.Generator,
    ) -> Self:
        """Compare n pairs of answers.

        Parameters
        ----------
        before, after : iterable of float, length n
            Codes of a nominal field, else values.
        machine : iterable of float, length n
            What was shown; NaN where nothing was.
        others : iterable of float, length n
            The consensus of others' blind answers to the clip, the person's own left out; NaN without.
        clip, rater : iterable, length n
        level : Level
            What a difference means: at a nominal one all are 1, else they count by their size.
        generator : numpy.random.Generator

        Raises
        ------
        TableError
            If the columns differ in length, there is no row, or an answer is missing.
        """
        columns = [np.asarray(list(each), dtype=np.float64) for each in (before, after, machine, others)]
        first, last, shown, consensus = columns
        if len({each.size for each in columns}) > 1 or not np.isfinite(np.stack([first, last])).all():
            raise TableError("Give for every pair both answers, what was shown and what others said.")
        is_nominal = level is Level.NOMINAL

        def nearer(target: Array) -> Array:
            return _distance(first, target, is_nominal) - _distance(last, target, is_nominal)

        return cls(
            moved=np.abs(first - last) > SAME,
            approach=nearer(shown),
            gain=nearer(consensus),
            draws=CrossedDraws.of(clip, rater, generator=generator),
        )

    @property
    def is_towards(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which answers came nearer the machine's opinion."""
        return np.asarray(self.approach > SAME)

    @property
    def is_away(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which answers went farther from it."""
        return np.asarray(self.approach < -SAME)

    def share_moved(self) -> Estimate:
        """The share of answers that were changed."""
        return self.draws.mean(self.moved * 1.0, np.ones(self.moved.size, dtype=bool))

    def share_towards(self) -> Estimate:
        """Of the answers that were changed while an opinion was shown, the share that came nearer it."""
        return self.draws.mean(self.is_towards * 1.0, self.moved & np.isfinite(self.approach))

    def pull(self) -> Estimate:
        """The mean approach to the shown opinion over all answers it was shown to, changed or not."""
        known = np.isfinite(self.approach)
        return self.draws.mean(np.nan_to_num(self.approach), known)

    def mean_gain(self) -> Estimate:
        """How much nearer others' blind answers those came that were changed, on average."""
        known = self.moved & np.isfinite(self.gain)
        return self.draws.mean(np.nan_to_num(self.gain), known)


def _distance(answer: Array, target: Array, is_nominal: bool) -> Array:
    apart = np.abs(answer - target)
    return np.where(np.isfinite(apart), (apart > SAME) * 1.0, np.nan) if is_nominal else apart
