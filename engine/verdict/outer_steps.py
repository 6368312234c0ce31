"""What it adds to a rating to say how far too little or too much it was: the outer two of five steps.

A person may answer by verdict (*under*, *correct*, *over*) or by step (-2 ... 2), where -2 and -1 are
*under*. With cut points c₋₂ < lower < upper < c₊₂ the cumulative link goes on outwards,
P(y ≤ -2 | g) = σ(β (c₋₂ - g)), so that

    P(-2 | under) = σ(β (c₋₂ - g)) / σ(β (lower - g)),   c₋₂ = lower - exp(o - k),

and on the other side the mirror image with exp(o + k). A row's likelihood is then that of its verdict times
that of its step given the verdict: an answer by verdict alone is the interval-censored one, in which the
second factor is 1, and both kinds stand in one table. With β = α this is the cumulative link over all five
steps. β = α exp(λ) lets the outer steps follow the gap less closely than the verdict does (partial
proportional odds; Peterson & Harrell 1990) without cut points ever crossing: people use the ends of a scale
each in their own way, and that must not blur the two thresholds the verdict rests on.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from engine.verdict.cumulative_link import (
    GREATEST_DISTANCE,
    LEAST_DISTANCE,
    PREDICTORS,
    Array,
    Derivatives,
)

OUTER_PREDICTORS: Final = ("log_outer", "outer_skew", "outer_slope")
"""o, k and λ, behind :data:`~engine.verdict.cumulative_link.PREDICTORS` in the order of every derivative."""

_FOUR: Final = [0, 1, 2, 3, 3, 2]
"""Which of centre, log width, slope and log distance each of the six predictors moves along."""

Steps = NDArray[np.int8]


def sides_told(step: Steps | None) -> tuple[bool, bool]:
    """Whether an outer cut point can be placed below and above: where both steps of a side were given."""
    if step is None:
        return False, False
    given = set(np.unique(step).tolist())
    return {-2, -1} <= given, {1, 2} <= given


def step_likelihood(gap: Array, step: Steps, predictors: Array) -> Derivatives:
    """Log-likelihood of each row's step given its verdict, with gradient and Fisher information.

    Parameters
    ----------
    gap : ndarray, shape (n,)
        z units.
    step : ndarray of int8, shape (n,)
        -2 ... 2; 0 where the answer was *correct* or gave a verdict alone, which adds nothing.
    predictors : ndarray, shape (6, n)
        Centre, log width, log slope, and :data:`OUTER_PREDICTORS`.
    """
    count = len(PREDICTORS) + len(OUTER_PREDICTORS)
    found = Derivatives(np.zeros(gap.size), np.zeros((count, gap.size)), np.zeros((count, count, gap.size)))
    for sign in (-1, 1):
        rows = np.flatnonzero(sign * step > 0)
        if rows.size:
            _one_side(found, sign, rows, gap[rows], np.abs(step[rows]) == 2, predictors[:, rows])
    return found


def _one_side(
    found: Derivatives,
    sign: int,
    rows: NDArray[np.intp],
    gap: Array,
    far: NDArray[np.bool_],
    predictors: Array,
) -> None:
    centre, log_width, log_slope, log_outer, outer_skew, outer_slope = predictors
    slope, width = np.exp(log_slope + outer_slope), np.exp(log_width)
    inner = sign * slope * (gap - centre) - slope * width  # logit of lying beyond the verdict's border
    apart = np.clip(slope * np.exp(log_outer + sign * outer_skew), LEAST_DISTANCE, GREATEST_DISTANCE)
    outer = inner - apart
    p_outer, p_not_outer, p_not_inner = expit(outer), expit(-outer), expit(-inner)
    found.value[rows] = np.where(
        far, log_expit(outer) - log_expit(inner), log_expit(-outer) + np.log(-np.expm1(-apart))
    )
    # Derivatives in the logit of the verdict's border and in the distance to the outer one.
    far_score = np.stack([p_not_outer - p_not_inner, -p_not_outer])
    near_score = np.stack([-p_outer, p_outer + 1.0 / np.expm1(apart)])
    share = np.exp(log_expit(outer) - log_expit(inner))
    curve = share * far_score[:, None] * far_score + (1.0 - share) * near_score[:, None] * near_score
    # How centre, log width, slope and log distance move those two; all else repeats one of the four.
    nothing = np.zeros(rows.size)
    on_inner = np.stack([-sign * slope, -slope * width, inner, nothing])
    on_apart = np.stack([nothing, nothing, apart, apart])
    score = np.where(far, far_score, near_score)
    crossed = on_inner[:, None] * on_apart
    four = curve[0, 0] * on_inner[:, None] * on_inner + curve[1, 1] * on_apart[:, None] * on_apart
    four += curve[0, 1] * (crossed + crossed.swapaxes(0, 1))
    signs = np.array([1.0, 1.0, 1.0, 1.0, sign, 1.0])
    found.gradient[:, rows] = signs[:, None] * (score[0] * on_inner + score[1] * on_apart)[_FOUR]
    found.information[:, :, rows] = (signs[:, None] * signs)[..., None] * four[np.ix_(_FOUR, _FOUR)]
