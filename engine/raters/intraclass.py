"""Intraclass correlation: units and raters both drawn at random (Shrout & Fleiss 1979, case 2).

The variance components of units, raters and the rest come from Henderson's (1953) method I, which equates
sums of squares to what they are expected to be. With every unit answered by every rater that is the
analysis of variance Shrout and Fleiss start from; with answers missing it stays unbiased
(Searle, Casella & McCulloch 1992, chapter 5), so that nothing has to be left out or filled in.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.raters.answers import Answers, Array
from engine.raters.unit_draws import UnitDraws

SINGULAR: Final = 1e-10
"""Determinant, relative to its rows, below which the three components cannot be told apart."""


class Intraclass(NamedTuple):
    """ICC(2,1) and ICC(2,k), each of shape (1 + resamples,); NaN where undefined."""

    single: Array
    mean: Array


def intraclass(answers: Answers, draws: UnitDraws) -> Intraclass:
    """Agreement of single raters and of the mean of as many as a unit has.

    Parameters
    ----------
    answers : Answers
        With named raters. Where units have different numbers of answers, k is their harmonic mean.
    draws : UnitDraws

    Returns
    -------
    Intraclass
        NaN where all answers are the same, or where raters and units cannot be told apart because hardly
        any rater answered two units.
    """
    if answers.rater is None:
        raise ValueError("Intraclass correlations need named raters.")
    each = answers.per_unit
    values = (answers.scale - answers.scale.mean())[answers.value]
    spread = float(np.abs(values).max())
    values = values / spread if spread > 0 else values
    sums = answers.sums(values)
    units = draws.units
    counted, unit_squares = draws.totals(each), draws.totals(each**2)
    raters = len(answers.rater_names)
    per_rater = draws.table_totals(answers.unit, answers.rater, raters)
    rater_sums = draws.table_totals(answers.unit, answers.rater, raters, values)
    present = per_rater > 0
    grand = draws.totals(sums) ** 2 / counted
    total = draws.totals(answers.sums(values**2)) - grand
    between = draws.totals(sums**2 / each) - grand
    severity = (rater_sums**2 / np.where(present, per_rater, 1.0)).sum(axis=1) - grand
    people = present.sum(axis=1)
    of_units, of_raters = unit_squares / counted, (per_rater**2).sum(axis=1) / counted
    expected = np.stack(
        [
            np.stack([counted - of_units, units - of_raters, units - 1.0], axis=-1),
            np.stack([people - of_units, counted - of_raters, people - 1.0], axis=-1),
            np.stack([counted - of_units, counted - of_raters, counted - 1.0], axis=-1),
        ],
        axis=-2,
    )
    unit, rater, rest, solved = _components(expected, np.stack([between, severity, total], axis=-1))
    defined = solved & (total > np.finfo(float).eps * counted)
    k = units / draws.totals(1.0 / each)
    return Intraclass(
        _share(unit, unit + rater + rest, defined),
        _share(unit, unit + (rater + rest) / k, defined),
    )


def _components(expected: Array, found: Array) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    """Solve for the three components; the last is whether a draw allows it."""
    scaled = expected / np.maximum(np.abs(expected).max(axis=-1, keepdims=True), 1.0)
    solved = np.abs(np.linalg.det(scaled)) > SINGULAR
    safe = np.where(solved[:, None, None], expected, np.eye(3))
    components = np.linalg.solve(safe, found[..., None])[..., 0]
    return components[:, 0], components[:, 1], components[:, 2], solved


def _share(part: Array, whole: Array, defined: NDArray[np.bool_]) -> Array:
    fine = defined & (whole > np.finfo(float).eps)
    return np.where(fine, part / np.where(fine, whole, 1.0), np.nan)
