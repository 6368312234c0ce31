"""Answers of several people to the same units, in the long form agreement is measured on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import TableError
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
        units, said = _texts(unit), _texts(value)
        raters = None if rater is None else _texts(rater)
        if units.size != said.size or (raters is not None and raters.size != said.size):
            raise TableError("Agreement needs one unit, one value and (where named) one rater in each row.")
        _refuse_nameless(units, "unit")
        if raters is not None:
            _refuse_nameless(raters, "rater")
        there = np.array([text.lower() not in MISSING_WORDS for text in said], dtype=bool)
        rows = np.flatnonzero(there)
        if rows.size == 0:
            raise TableError("There is no answer at all; agreement needs at least two answers to two units.")
        table = pd.DataFrame({"row": rows, "unit": units[rows], "value": _numbers(said, rows, level)})
        repeated = 0
        if raters is not None:
            table["rater"] = raters[rows]
            table, repeated = _once(table)
        answers_of = table.groupby("unit")["row"].transform("size")
        alone = int((answers_of == 1).sum())
        table = table[answers_of > 1]
        if table["unit"].nunique() < 2:
            raise TableError(_too_few(table["unit"].nunique(), raters))
        unit_codes, unit_names = pd.factorize(table["unit"])
        rater_codes, rater_names = (
            (None, ()) if raters is None else pd.factorize(table["rater"].to_numpy(), sort=True)
        )
        codes, values = pd.factorize(table["value"], sort=True)
        order = np.argsort(unit_codes, kind="stable")
        nominal = level is Level.NOMINAL
        return cls(
            level=level,
            unit=np.asarray(unit_codes[order], dtype=np.intp),
            rater=None if rater_codes is None else np.asarray(rater_codes[order], dtype=np.intp),
            value=np.asarray(codes[order], dtype=np.intp),
            categories=tuple(str(name) if nominal else f"{name:g}" for name in values),
            scale=np.arange(len(values), dtype=np.float64)
            if nominal
            else np.asarray(values, dtype=np.float64),
            unit_names=tuple(map(str, unit_names)),
            rater_names=tuple(map(str, rater_names)),
            alone=alone,
            missing=int(there.size - rows.size),
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


def _texts(values: Iterable[object]) -> NDArray[Any]:
    column = pd.Series(list(values), dtype=object)
    text = np.array([str(value).strip() for value in column], dtype=object)
    text[column.isna().to_numpy(dtype=bool)] = ""
    return np.asarray(text, dtype=object)


def _refuse_nameless(names: NDArray[Any], what: str) -> None:
    empty = np.flatnonzero(names == "")
    if empty.size:
        raise TableError(f"Answer {empty[0] + 1} names no {what}; name it or leave the row out.")


def _numbers(said: NDArray[Any], rows: Codes, level: Level) -> NDArray[Any]:
    """The values as numbers where the level has an order, else as they are."""
    given = said[rows]
    if level is Level.NOMINAL:
        return given
    words = {text: _word(text) for text in set(given)} if level is Level.ORDINAL else {}
    folded = any(text.lower() in VERDICT_STEPS for text in words)
    found = np.empty(given.size)
    for place, text in enumerate(given):
        known = words.get(text)
        found[place] = _number(text) if known is None else known
        if folded and known is None:
            found[place] = np.sign(found[place]) if abs(found[place]) <= max(Delivery) else np.nan
    wrong = np.flatnonzero(~np.isfinite(found))
    if wrong.size:
        row, text = rows[wrong[0]] + 1, given[wrong[0]]
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


def _once(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Each rater's answer to each unit once; how many rows said the same again."""
    same = ["unit", "rater"]
    apart = table.groupby(same, sort=False)["value"].transform("nunique") > 1
    if bool(apart.any()):
        first = table[apart].iloc[0]
        raise TableError(
            f"{first['rater']} answers {first['unit']} twice and differently, first in answer "
            f"{first['row'] + 1}; keep the answer that counts."
        )
    kept = table.drop_duplicates(same)
    return kept, len(table) - len(kept)


def _too_few(units: int, raters: NDArray[Any] | None) -> str:
    if raters is not None and np.unique(raters.astype(str)).size == 1:
        return f"All answers are by one rater ({raters[0]}); agreement needs at least two."
    have = "No unit has" if units == 0 else "Only one unit has"
    return f"{have} two answers or more; agreement needs at least two such units."
