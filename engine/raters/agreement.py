"""How far several people's answers to the same units agree, by every coefficient that fits the level."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from engine.raters.alpha import krippendorff_alpha
from engine.raters.answers import Answers, Array, Level
from engine.raters.intraclass import intraclass
from engine.raters.kappa import cohen_kappa, fleiss_kappa, quadratic_kappa, too_many_pairs
from engine.raters.unit_draws import RESAMPLES, UnitDraws
from engine.verdict.intervals import INTERVAL_LEVEL


class CoefficientName(StrEnum):
    """The coefficients, as outputs name them."""

    ALPHA = "krippendorff_alpha"
    COHEN = "cohen_kappa"
    QUADRATIC = "quadratic_kappa"
    FLEISS = "fleiss_kappa"
    ICC_SINGLE = "icc_2_1"
    ICC_MEAN = "icc_2_k"


class Undefined(StrEnum):
    """Why a coefficient has no value."""

    NO_VARIATION = "no_variation"
    NEEDS_RATERS = "needs_raters"
    NOT_SEPARABLE = "not_separable"
    TOO_MANY_PAIRS = "too_many_pairs"


class Note(StrEnum):
    """What is to be known about how answers were counted."""

    ALONE = "alone"
    MISSING = "missing"
    REPEATED = "repeated"
    INCOMPLETE = "incomplete"
    UNNAMED = "unnamed"


FITTING: Final[Mapping[Level, tuple[CoefficientName, ...]]] = {
    Level.NOMINAL: (CoefficientName.ALPHA, CoefficientName.COHEN, CoefficientName.FLEISS),
    Level.ORDINAL: (
        CoefficientName.ALPHA,
        CoefficientName.QUADRATIC,
        CoefficientName.COHEN,
        CoefficientName.FLEISS,
    ),
    Level.INTERVAL: (
        CoefficientName.ALPHA,
        CoefficientName.ICC_SINGLE,
        CoefficientName.ICC_MEAN,
        CoefficientName.QUADRATIC,
    ),
}
"""Which coefficients fit a level, the main one first. Cohen's and Fleiss' kappa see no order."""

NAMED_ONLY: Final = frozenset(CoefficientName) - {CoefficientName.ALPHA, CoefficientName.FLEISS}
"""Coefficients that must know who answered."""

PAIRWISE: Final = frozenset({CoefficientName.COHEN, CoefficientName.QUADRATIC})

COMPUTE: Final[Mapping[CoefficientName, Callable[[Answers, UnitDraws], Array]]] = {
    CoefficientName.ALPHA: krippendorff_alpha,
    CoefficientName.COHEN: cohen_kappa,
    CoefficientName.QUADRATIC: quadratic_kappa,
    CoefficientName.FLEISS: fleiss_kappa,
    CoefficientName.ICC_SINGLE: lambda answers, draws: intraclass(answers, draws).single,
    CoefficientName.ICC_MEAN: lambda answers, draws: intraclass(answers, draws).mean,
}


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient.

    Attributes
    ----------
    value : float or None
        At most 1, which is perfect agreement; 0 is what chance would give; ``None`` where undefined.
    low, high : float or None
        Interval over resampled units; ``None`` where too few resamples define the coefficient.
    undefined : Undefined or None
        Why there is no value.
    """

    name: CoefficientName
    value: float | None
    low: float | None = None
    high: float | None = None
    undefined: Undefined | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was found.

    Attributes
    ----------
    level : Level
    coefficients : tuple of Coefficient
        The main one first.
    interval_level : float
        Confidence level of the intervals, which speak about other units and these same raters.
    units : int
        Units with two or more answers, the only ones that count.
    raters : int or None
        ``None`` where nobody is named.
    answers, pairs : int
        Answers to these units, and pairs of answers to the same unit.
    notes : Mapping[Note, int]
        What was left out or counted otherwise, and how often.
    """

    level: Level
    coefficients: tuple[Coefficient, ...]
    interval_level: float
    units: int
    raters: int | None
    answers: int
    pairs: int
    notes: Mapping[Note, int]

    @property
    def main(self) -> Coefficient:
        """Krippendorff's alpha, which every level and every pattern of missing answers allows."""
        return self.coefficients[0]


def agreement(
    answers: Answers,
    *,
    generator: np.random.Generator,
    interval_level: float = INTERVAL_LEVEL,
    resamples: int = RESAMPLES,
    main_only: bool = False,
) -> Agreement:
    """Every coefficient that fits the level, with its interval.

    Missing answers: alpha and Fleiss' kappa take each unit with the answers it has, Cohen's and quadratic
    kappa the units two raters share, the intraclass correlations the variance components of the
    incomplete table. Units with one answer say nothing about agreement and are left out.

    Parameters
    ----------
    answers : Answers
    generator : numpy.random.Generator
        Of the units drawn again for the intervals.
    interval_level : float
        In (0, 1).
    resamples : int
    main_only : bool
        Alpha alone, which takes a fraction of the time.
    """
    names = FITTING[answers.level][: 1 if main_only else None]
    draws = UnitDraws.of(answers.units, generator=generator, resamples=resamples)
    return Agreement(
        level=answers.level,
        coefficients=tuple(_coefficient(name, answers, draws, interval_level) for name in names),
        interval_level=interval_level,
        units=answers.units,
        raters=None if answers.rater is None else len(answers.rater_names),
        answers=int(answers.unit.size),
        pairs=answers.pairs,
        notes=_notes(answers),
    )


def _coefficient(
    name: CoefficientName, answers: Answers, draws: UnitDraws, interval_level: float
) -> Coefficient:
    undefined = _obstacle(name, answers)
    if undefined is not None:
        return Coefficient(name, None, undefined=undefined)
    drawn = COMPUTE[name](answers, draws)
    if not np.isfinite(drawn[0]):
        why = Undefined.NO_VARIATION if name in PAIRWISE else Undefined.NOT_SEPARABLE
        return Coefficient(name, None, undefined=why)
    low, high = draws.interval(drawn, level=interval_level) or (None, None)
    return Coefficient(name, float(drawn[0]), low, high)


def _obstacle(name: CoefficientName, answers: Answers) -> Undefined | None:
    if not answers.varies:
        return Undefined.NO_VARIATION
    if name in NAMED_ONLY and answers.rater is None:
        return Undefined.NEEDS_RATERS
    if name in PAIRWISE and too_many_pairs(answers):
        return Undefined.TOO_MANY_PAIRS
    return None


def _notes(answers: Answers) -> dict[Note, int]:
    each = answers.per_unit
    full = int(each.max()) if answers.rater is None else len(answers.rater_names)
    counted = {
        Note.ALONE: answers.alone,
        Note.MISSING: answers.missing,
        Note.REPEATED: answers.repeated,
        Note.INCOMPLETE: int((each < full).sum()),
        Note.UNNAMED: answers.units if answers.rater is None else 0,
    }
    return {note: count for note, count in counted.items() if count}
