"""Answers of several people to the same units, in the long form agreement is measured on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import TableError
from engine.raters.names import Named
from engine.vocabulary import Delivery, Verdict

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

MISSING_WORDS: Final = frozenset({"", "nan", "na", "n/a"})
"""What a cell without an answer holds, in lower case; Krippendorff's own tables leave it empty."""

MINUS: Final = "−"

VERDICT_STEPS: Final = {Verdict.UNDER.value: -1.0, Verdict.CORRECT.value: 0.0, Verdict.OVER.value: 1.0}
DELIVERY_STEPS: Final = {step.name.lower().replace("_", " "): float(step) for step in Delivery}


class Level(StrEnum):
    """What a difference between two answers means (Stevens 1946)."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers that can be compared: every unit here has two or more. Build it with :meth:`of`.

    Attributes
    ----------
    level : Level
    unit : ndarray of intp, shape (n,)
        Code of the unit of each answer, ascending.
    rater : ndarray of intp, shape (n,), or None
        Code of who gave it; ``None`` where nobody is named.
    value : ndarray of intp, shape (n,)
        Code of the answer, an index into ``categories``.
    categories : tuple of str
        The different answers; in their order at the levels that have one.
    scale : ndarray, shape (categories,)
        The categories as numbers; 0, 1, 2, … at the nominal level, where they mean nothing.
    unit_names, rater_names : tuple of str
    alone : int
        Units left out because only one answer is there.
    missing : int
        Rows without an answer.
    repeated : int
        Rows that say again what the same rater said about the same unit; each counts once.
    """

    level: Level
    unit: Codes
    rater: Codes | None
    value: Codes
    categories: tuple[str, ...]
    scale: Array
    unit_names: tuple[str, ...]
    rater_names: tuple[str, ...]
    alone: int
    missing: int
    repeated: int

    @classmethod
    def of(
        cls,
        *,
        unit: Iterable[object],
        value: Iterable[object],
        level: Level,
        rater: Iterable[object] | None = None,
    ) -> Self:
        """Check and assemble answers, one row each.

        Parameters
        ----------
        unit, value, rater : iterable, length n
            ``None``, NaN, an empty text or ``NA`` as value is a missing answer. Without ``rater`` the
            rows of one unit are answers of different, unnamed people.
        level : Level
            At the ordinal level numbers, ``under``, ``correct``, ``over`` and the names of the five steps
            of :class:`~engine.vocabulary.Delivery` are understood; numbers beside ``under`` … ``over``
            are steps from -2 to 2 and become these three.

        Raises
        ------
        TableError
            If the columns differ in length, a unit or rater is not named, a value does not fit the level,
            one rater says two things about one unit, or fewer than two units have two answers.
        """
        units, said = Named.of(unit), Named.of(value)
        raters = None if rater is None else Named.of(rater)
        if units.codes.size != said.codes.size or (
            raters is not None and raters.codes.size != said.codes.size
        ):
            raise TableError("Agreement needs one unit, one value and (where named) one rater in each row.")
        _refuse_nameless(units, "unit")
        if raters is not None:
            _refuse_nameless(raters, "rater")
        is_answer = np.array([text.lower() not in MISSING_WORDS for text in said.texts], dtype=bool)
        rows = np.flatnonzero(is_answer[said.codes])
        if rows.size == 0:
            raise TableError("There is no answer at all; agreement needs at least two answers to two units.")
        values = _values(said, rows, level)
        missing, repeated = int(said.codes.size - rows.size), 0
        if raters is not None:
            kept = _once(rows, units, raters, values)
            repeated = int(rows.size - kept.size)
            rows, values = rows[kept], values[kept]
        answers_of = np.bincount(units.codes[rows], minlength=len(units.texts))
        alone = int((answers_of == 1).sum())
        compared = answers_of[units.codes[rows]] > 1
        rows, values = rows[compared], values[compared]
        unit_codes, unit_places = pd.factorize(units.codes[rows])
        if len(unit_places) < 2:
            raise TableError(_too_few(len(unit_places), raters))
        order = np.argsort(unit_codes, kind="stable")
        rater_codes, rater_names = (None, ()) if raters is None else raters.taken(rows)
        nominal = level is Level.NOMINAL
        if nominal:
            codes, categories = said.taken(rows)
            scale = np.arange(len(categories), dtype=np.float64)
        else:
            codes, found = pd.factorize(values, sort=True)
            categories, scale = tuple(f"{name:g}" for name in found), np.asarray(found, dtype=np.float64)
        return cls(
            level=level,
            unit=np.asarray(unit_codes[order], dtype=np.intp),
            rater=None if rater_codes is None else np.asarray(rater_codes[order], dtype=np.intp),
            value=np.asarray(codes[order], dtype=np.intp),
            categories=categories,
            scale=scale,
            unit_names=tuple(units.texts[place] for place in unit_places),
            rater_names=rater_names,
            alone=alone,
            missing=missing,
            repeated=repeated,
        )

    @property
    def units(self) -> int:
        """How many units have two or more answers."""
        return len(self.unit_names)

    @property
    def per_unit(self) -> Array:
        """Answers of each unit, shape (units,)."""
        return np.bincount(self.unit, minlength=self.units).astype(np.float64)

    def sums(self, amount: Array) -> Array:
        """Sums over each unit's answers, shape (units,), of amounts of shape (n,)."""
        return np.bincount(self.unit, weights=amount, minlength=self.units).astype(np.float64)

    @property
    def pairs(self) -> int:
        """How many pairs of answers to the same unit there are."""
        each = self.per_unit
        return int((each * (each - 1)).sum() / 2)

    @property
    def varies(self) -> bool:
        """Whether there are two different answers at all."""
        return len(self.categories) > 1


def _refuse_nameless(names: Named, what: str) -> None:
    if "" not in names.texts:
        return
    empty = np.flatnonzero(names.codes == names.texts.index(""))
    if empty.size:
        raise TableError(f"Answer {empty[0] + 1} names no {what}; name it or leave the row out.")


def _values(said: Named, rows: Codes, level: Level) -> Array:
    """The answers of some rows as numbers where the level has an order, else as the codes of their texts."""
    given = said.codes[rows]
    if level is Level.NOMINAL:
        return given.astype(np.float64)
    there = np.unique(given)
    words = {code: _word(said.texts[code]) for code in there} if level is Level.ORDINAL else {}
    folded = any(said.texts[code].lower() in VERDICT_STEPS for code in words)
    numbers = np.full(len(said.texts), np.nan)
    for code in there:
        known = words.get(code)
        numbers[code] = _number(said.texts[code]) if known is None else known
        if folded and known is None:
            numbers[code] = np.sign(numbers[code]) if abs(numbers[code]) <= max(Delivery) else np.nan
    found = numbers[given]
    wrong = np.flatnonzero(~np.isfinite(found))
    if wrong.size:
        row, text = rows[wrong[0]] + 1, said.texts[given[wrong[0]]]
        wanted = "a number" if level is Level.INTERVAL else "a number, or under, correct or over"
        if folded:
            wanted = "under, correct, over or a step from -2 to 2"
        raise TableError(f"Answer {row} is {text[:40]!r}; at the {level.value} level give {wanted}.")
    return found


def _word(text: str) -> float | None:
    key = text.lower().replace("_", " ")
    return VERDICT_STEPS.get(key, DELIVERY_STEPS.get(key))


def _number(text: str) -> float:
    try:
        return float(text.replace(MINUS, "-"))
    except ValueError:
        return np.nan


def _once(rows: Codes, units: Named, raters: Named, values: Array) -> Codes:
    """Places of each rater's first answer to each unit; what they say again must be the same."""
    who = units.codes[rows] * np.intp(len(raters.texts)) + raters.codes[rows]
    order = np.argsort(who, kind="stable")
    is_again = who[order][1:] == who[order][:-1]
    again, before = order[1:][is_again], order[:-1][is_again]
    apart = values[again] != values[before]
    if apart.any():
        pair = who[again[apart]]
        place = np.flatnonzero(np.isin(who, pair))[0]
        row = rows[place]
        raise TableError(
            f"{raters.texts[raters.codes[row]]} answers {units.texts[units.codes[row]]} twice and "
            f"differently, first in answer {row + 1}; keep the answer that counts."
        )
    kept = np.ones(rows.size, dtype=bool)
    kept[again] = False
    return np.flatnonzero(kept)


def _too_few(units: int, raters: Named | None) -> str:
    if raters is not None and np.unique(raters.codes).size == 1:
        return (
            f"All answers are by one rater ({raters.texts[raters.codes[0]]}); agreement needs at least two."
        )
    have = "No unit has" if units == 0 else "Only one unit has"
    return f"{have} two answers or more; agreement needs at least two such units."
