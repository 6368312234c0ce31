"""The most probable effects under partial pooling, and how sure they are.

Every level's effect is drawn towards 0, that is towards its parent, by a normal prior whose spread is
itself learned from the levels (empirical Bayes on the Laplace approximation; MacKay 1992, Breslow &
Clayton 1993). A level nobody rated stays with its parent; one with many ratings
goes its own way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve
from scipy.linalg.lapack import dtrtri

from engine.errors import PolicyError
from engine.verdict.cumulative_link import PREDICTORS, Array, Derivatives, log_likelihood
from engine.verdict.effects import POOLED, Codes, Effects
from engine.verdict.outer_steps import Steps, step_likelihood
from engine.verdict.repeats import Repeats, shared_errors

SPREAD_SCALE: Final = (0.15, 0.1, 0.1, 0.3, 0.1, 0.1)
"""How far levels are expected to lie apart before they are seen, per predictor: the published
tolerance for the centre; a tenth for width and slope, since a context is expected to move the band
rather than to stretch it; a third for how far the outer of the five steps lie out, which people
are known to place each in their own way."""

SPREAD_WEIGHT: Final = 1.0
"""How many levels that expectation counts for. It may lift a spread, never hold one down: where levels
lie wider apart than expected the expected one is taken to lie as they do, or all intervals come out too
narrow."""

_ROUNDS: Final = 40  # ten are usual
_SETTLED: Final = 0.03  # relative change of the spreads that no longer matters
_GAIN_LEFT: Final = 1e-4  # nats still to be gained by a step: a hundredth of a posterior deviation
_NEAR: Final = 1.0  # nats: within this of the mode the spreads are learned along
_LONGEST_STEP: Final = 2.0  # logarithms and z units; a bolder step leaves what the curvature describes
_HALVINGS: Final = 30
_HELD_UP: Final = 2.0  # determined levels up to which a spread is no smaller than it should be
_BOLDER, _BOLDEST = 1.6, 6.0  # a spread that keeps moving one way is sent ahead, as in Rprop


@dataclass(frozen=True, slots=True)
class Prior:
    """Normal prior of the pooled effects, in the order of the predictors.

    Attributes
    ----------
    mean, sd : tuple of float, length p
    """

    mean: tuple[float, ...]
    sd: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Mode:
    """The most probable effects.

    Attributes
    ----------
    effects : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        Laplace approximation: inverse of the expected curvature, the doubt about the spreads, and what
        the answers of one group share.
    spreads : tuple of float
        Standard deviation of each block's prior.
    determined : tuple of float
        How many levels each spread was learned from, in effect; infinite where it was given.
    repeats : Repeats
        What the answers of one group share.
    """

    effects: Array
    covariance: Array
    spreads: tuple[float, ...]
    determined: tuple[float, ...]
    repeats: Repeats


@dataclass(frozen=True, slots=True)
class Start:
    """Where the search for the most probable effects begins.

    Attributes
    ----------
    effects : ndarray, shape (p,)
    spreads : tuple of float
        Of each block; counts where it is learned.
    """

    effects: Array
    spreads: tuple[float, ...]


def most_probable(
    effects: Effects,
    *,
    gap: Array,
    verdict: NDArray[np.int8],
    weight: Array,
    offset: Array,
    unit: Codes,
    prior: Prior,
    step: Steps | None = None,
    start: Start | None = None,
) -> Mode:
    """Find the most probable effects and the spread of each column's levels.

    Parameters
    ----------
    effects : Effects
        The blocks; the pooled ones have the given prior, every other one a learned spread around 0.
    gap, verdict, weight : ndarray, shape (n,)
    offset : ndarray, shape (p, 1)
        Values of the predictors that are pinned; three predictors where verdicts alone are learned from.
    unit : ndarray of intp, shape (n,)
        Group of each rating: what shares its errors.
    step : ndarray of int8, shape (n,), optional
        Where steps tell more than verdicts; see :func:`~engine.verdict.outer_steps.step_likelihood`.
    start : Start, optional
        Where to begin, such as at what fewer of the same ratings taught; saves steps, changes nothing else.

    Raises
    ------
    PolicyError
        If the ratings have no finite best fit.
    """
    places = effects.slices()
    centre = np.zeros(effects.size)
    spreads = []
    for block, where in zip(effects.blocks, places, strict=True):
        pooled = block.column == POOLED
        centre[where] = prior.mean[block.predictor] if pooled else 0.0
        scale = prior.sd if pooled else SPREAD_SCALE
        spreads.append(scale[block.predictor] if block.spread is None else block.spread)
    learned = [block for block in effects.blocks if block.is_learned]
    problem = _Problem(effects, gap, verdict, weight, offset, centre, step)
    state = centre.copy() if start is None else start.effects.copy()
    if start is not None:
        given = zip(effects.blocks, spreads, start.spreads, strict=True)
        spreads = [begun if block.is_learned else spread for block, spread, begun in given]
    elif learned:  # the pooled thresholds are a near start, and cheap
        shared = Effects(tuple(block for block in effects.blocks if block.column == POOLED))
        pooled_mode = most_probable(
            shared,
            gap=gap,
            verdict=verdict,
            weight=weight,
            offset=offset,
            unit=unit,
            prior=prior,
            step=step,
        )
        state[: shared.size] = pooled_mode.effects
    rows = problem.rows(state)
    before, boldness = np.zeros(len(spreads)), np.ones(len(spreads))
    for _ in range(_ROUNDS):
        precision = problem.precision(spreads)
        factor = problem.factor(rows, precision)
        slope = effects.gradient(weight * rows.gradient) - precision * (state - centre)
        move = cho_solve((factor, True), slope)
        gain = float(slope @ move)
        state, rows = problem.climb(state, rows, move, gain, precision)
        change = 0.0
        if gain < _NEAR and learned:
            off = np.array(_spreads_off(effects, state, _inverse_root(factor), spreads))
            boldness = np.where(off * before > 0, np.minimum(boldness * _BOLDER, _BOLDEST), 1.0)
            before = off
            spreads = list(spreads * np.exp(np.clip(boldness * off, -1.0, 1.0)))
            change = float(np.abs(off).max())
        if gain < _GAIN_LEFT and change < _SETTLED:
            break
    factor = problem.factor(rows, problem.precision(spreads))
    root = _inverse_root(factor)
    curved = root.T @ root
    repeats = shared_errors(effects, rows, weight, unit, curved)
    return _doubt_about_spreads(effects, state, curved, spreads, repeats)


@dataclass(frozen=True, slots=True)
class _Problem:
    """One set of ratings and the pull towards the prior's centre."""

    effects: Effects
    gap: Array
    verdict: NDArray[np.int8]
    weight: Array
    offset: Array
    centre: Array
    step: Steps | None

    def rows(self, state: Array) -> Derivatives:
        predictors = self.effects.predictors(state, self.offset)
        inner = len(PREDICTORS)
        rows = log_likelihood(self.gap, self.verdict, predictors[:inner])
        if self.step is None:
            return rows
        told = step_likelihood(self.gap, self.step, predictors)
        told.gradient[:inner] += rows.gradient
        told.information[:inner, :inner] += rows.information
        return Derivatives(rows.value + told.value, told.gradient, told.information)

    def precision(self, spreads: Sequence[float]) -> Array:
        sizes = [block.size for block in self.effects.blocks]
        return np.repeat(np.array(spreads, dtype=np.float64) ** -2, sizes)

    def worth(self, state: Array, rows: Derivatives, precision: Array) -> float:
        return float(self.weight @ rows.value) - 0.5 * float(precision @ (state - self.centre) ** 2)

    def factor(self, rows: Derivatives, precision: Array) -> Array:
        """The lower Cholesky factor of the expected curvature."""
        matrix = self.effects.information(self.weight * rows.information)
        diagonal = np.arange(self.effects.size)
        matrix[diagonal, diagonal] += precision
        try:
            return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
        except np.linalg.LinAlgError as error:
            raise PolicyError(
                "These ratings have no finite best thresholds; check for gaps of absurd size or add ratings."
            ) from error

    def climb(
        self, state: Array, rows: Derivatives, step: Array, gain: float, precision: Array
    ) -> tuple[Array, Derivatives]:
        """Go as far along a scoring step as it climbs."""
        here = self.worth(state, rows, precision)
        length = min(1.0, _LONGEST_STEP / max(float(np.abs(step).max(initial=0.0)), _LONGEST_STEP))
        for _ in range(_HALVINGS):
            there = state + length * step
            at = self.rows(there)
            if self.worth(there, at, precision) >= here + 1e-4 * length * gain - 1e-9 * abs(here):
                return there, at
            length /= 2.0
        return state, rows


def _spreads_off(effects: Effects, state: Array, root: Array, spreads: Sequence[float]) -> list[float]:
    """How far the logarithm of each spread is from explaining the determined levels (MacKay 1992)."""
    variances = np.einsum("ij,ij->j", root, root)
    updated = [0.0] * len(spreads)
    for i, (block, place) in enumerate(zip(effects.blocks, effects.slices(), strict=True)):
        if not block.is_learned:
            continue
        scale = SPREAD_SCALE[block.predictor]
        determined = _determined(variances[place], spreads[i])
        power = float(state[place] @ state[place]) + SPREAD_WEIGHT * max(scale, spreads[i]) ** 2
        # The logarithm of a variance learned from d levels is on average 1 / d too small; where they
        # hardly determine it the expectation holds it up, and nothing is to be made good.
        short = max(determined - SPREAD_WEIGHT - _HELD_UP, 0.0) / determined**2
        updated[i] = (float(np.log(power / determined)) + short) / 2.0 - float(np.log(spreads[i]))
    return updated


def _determined(variances: Array, spread: float) -> float:
    """How many levels the data determine, the expectation counted in."""
    free = variances.size - float(variances.sum()) / spread**2
    return max(free, 0.0) + SPREAD_WEIGHT


def _doubt_about_spreads(
    effects: Effects, state: Array, curved: Array, spreads: Sequence[float], repeats: Repeats
) -> Mode:
    """Add to the covariance what not knowing the spreads for certain adds (Kass & Steffey 1989).

    The effects move with the logarithm of a spread by 2 Σ b / τ², and that logarithm is known to within a
    variance of one half over the number of levels that determine it.
    """
    determined = [np.inf] * len(spreads)
    covariance = curved + repeats.covariance
    for i, (block, place) in enumerate(zip(effects.blocks, effects.slices(), strict=True)):
        if not block.is_learned:
            continue
        determined[i] = _determined(np.diag(curved)[place], spreads[i])
        moves = 2.0 * curved[:, place] @ state[place] / spreads[i] ** 2
        covariance = covariance + np.outer(moves, moves) / (2.0 * determined[i])
    return Mode(state, covariance, tuple(spreads), tuple(determined), repeats)


def _inverse_root(factor: Array) -> Array:
    """The inverse R of a lower Cholesky factor; Rᵀ R is the inverse of the matrix."""
    root, _ = dtrtri(factor, lower=1)
    return np.asarray(root, dtype=np.float64)
