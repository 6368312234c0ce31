"""Intervals of rates and means over answers that hang together by clip and by rater.

Clips are drawn again, and where there are enough of them raters too, each on its own; an answer counts
as often as its clip and its rater were drawn (the pigeonhole bootstrap of Owen 2007, which is too wide
rather than too narrow).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from engine.errors import TableError
from engine.raters.answers import Array, Codes
from engine.raters.unit_draws import LEAST_DEFINED, UnitDraws
from engine.verdict.intervals import INTERVAL_LEVEL

RESAMPLES: Final = 500

LEAST_RATERS_DRAWN: Final = 5
"""From so many raters on the interval is about others like them too; with fewer it is about these."""

LEAST_ANSWERS: Final = 20
LEAST_CLIPS: Final = 10
"""With fewer nothing is said but the counts."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate or a mean with its interval.

    Attributes
    ----------
    value : float or None
        ``None`` where there is nothing to divide by.
    low, high : float or None
        ``None`` where there are too few answers or clips to say, or no two of them differ: drawing the
        same again tells nothing about what might have been.
    answers, clips, raters : int
        What it was told from.
    """

    value: float | None
    low: float | None
    high: float | None
    answers: int
    clips: int
    raters: int

    @property
    def is_told(self) -> bool:
        """Whether there is enough for an interval."""
        return self.low is not None

    def excludes(self, value: float) -> bool:
        """Whether there is an interval and ``value`` lies outside it."""
        return self.low is not None and self.high is not None and not self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class CrossedDraws:
    """Resamples of clips and raters.

    Attributes
    ----------
    clip, rater : ndarray of intp, shape (n,)
        Codes of each answer's clip and rater.
    clip_draws : UnitDraws
    rater_draws : UnitDraws or None
        ``None`` where the raters are too few to be drawn: then the interval is about these raters.
    """

    clip: Codes
    rater: Codes
    clip_draws: UnitDraws
    rater_draws: UnitDraws | None

    @classmethod
    def of(cls, clip: Iterable[object], rater: Iterable[object], *, generator: np.random.Generator) -> Self:
        """Draw for n answers.

        Parameters
        ----------
        clip, rater : iterable, length n
            Names.
        generator : numpy.random.Generator

        Raises
        ------
        TableError
            If they differ in length or there is no answer.
        """
        clips = pd.factorize(np.array([str(name) for name in clip], dtype=object))[0]
        raters = pd.factorize(np.array([str(name) for name in rater], dtype=object))[0]
        if clips.size != raters.size or not clips.size:
            raise TableError("Give one clip and one rater for each answer, and at least one answer.")
        count = int(raters.max()) + 1
        return cls(
            clip=np.asarray(clips, dtype=np.intp),
            rater=np.asarray(raters, dtype=np.intp),
            clip_draws=UnitDraws.of(int(clips.max()) + 1, generator=generator, resamples=RESAMPLES),
            rater_draws=UnitDraws.of(count, generator=generator, resamples=RESAMPLES)
            if count >= LEAST_RATERS_DRAWN
            else None,
        )

    def mean(self, amount: Array, among: Array, *, level: float = INTERVAL_LEVEL) -> Estimate:
        """The mean of ``amount`` over the answers that ``among`` marks.

        Parameters
        ----------
        amount : ndarray, shape (n,)
        among : ndarray of bool, shape (n,)
        level : float
            Confidence level, in (0, 1).
        """
        summed = self._sums([np.where(among, amount, 0.0), among.astype(np.float64)])
        return self._estimate(_ratio(summed[:, 0], summed[:, 1]), [among], level)

    def difference(
        self, amount: Array, among: Array, against: Array, *, level: float = INTERVAL_LEVEL
    ) -> Estimate:
        """The mean of ``amount`` among some answers minus that among others, both of shape (n,) and bool."""
        columns = [part for rows in (among, against) for part in (np.where(rows, amount, 0.0), rows * 1.0)]
        summed = self._sums(columns)
        drawn = _ratio(summed[:, 0], summed[:, 1]) - _ratio(summed[:, 2], summed[:, 3])
        return self._estimate(drawn, [among, against], level)

    def _sums(self, columns: Sequence[Array]) -> Array:
        """Sums of each column in each draw, shape (1 + resamples, columns); the first draw is the answers.

        Answers whose clip and rater are drawn together are summed first: there are far fewer such cells.
        """
        raters = 1 if self.rater_draws is None else self.rater_draws.blocks
        cells = self.clip_draws.block[self.clip] * raters
        if self.rater_draws is not None:
            cells = cells + self.rater_draws.block[self.rater]
        found = []
        for column in columns:
            joined = np.bincount(cells, weights=column, minlength=self.clip_draws.blocks * raters)
            by_rater = self.clip_draws.weights @ joined.reshape(self.clip_draws.blocks, raters)
            if self.rater_draws is not None:
                by_rater = by_rater * self.rater_draws.weights
            found.append(by_rater.sum(axis=1))
        return np.stack(found, axis=1)

    def _estimate(self, drawn: Array, parts: list[Array], level: float) -> Estimate:
        clips = [int(np.unique(self.clip[rows]).size) for rows in parts]
        raters = [int(np.unique(self.rater[rows]).size) for rows in parts]
        answers = [int(rows.sum()) for rows in parts]
        value = float(drawn[0])
        found = None
        if np.isfinite(value) and min(answers) >= LEAST_ANSWERS and min(clips) >= LEAST_CLIPS:
            units = min(clips) if self.rater_draws is None else min(*clips, *raters)
            found = _interval(value, drawn[1:], units, level)
        low, high = found or (None, None)
        told = value if np.isfinite(value) else None
        return Estimate(told, low, high, sum(answers), max(clips), max(raters))


def _ratio(over: Array, under: Array) -> Array:
    return np.where(under > 0, over / np.where(under > 0, under, 1.0), np.nan)


def _interval(value: float, resampled: Array, units: int, level: float) -> tuple[float, float] | None:
    """The percentile interval, stretched to the t distribution for few units (Hesterberg 2015)."""
    defined = resampled[np.isfinite(resampled)]
    if units < 2 or defined.size < LEAST_DEFINED * resampled.size:
        return None
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(defined, [tail, 1.0 - tail])
    if low == high:
        return None
    stretch = stdtrit(units - 1, 1.0 - tail) / ndtri(1.0 - tail) * np.sqrt(units / (units - 1))
    return value - float(stretch * (value - low)), value + float(stretch * (high - value))
