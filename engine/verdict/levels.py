"""Context levels as numbers: which levels a column has, and which one each row holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError
from engine.verdict.effects import Codes
from engine.verdict.ratings_table import Labels, RatingTable

MAX_LEVELS: Final = 2_000
"""Levels of all columns together; above it a column names rows rather than contexts."""

RATER: Final = "rater"
"""Name of the column of raters beside the context columns."""

LEAST_ANSWERS: Final = 8
"""A rater with fewer answers passes for an average one: severities learned from a handful of answers each
would make everybody look more consistent than they are (Neyman & Scott 1948)."""

PROTECTED_TRAITS: Final = frozenset(
    {
        "accent", "actor", "actress", "age", "caste", "country", "culture", "dialect", "disability",
        "ethnic", "ethnicity", "faith", "gender", "language", "nationality", "performer", "race",
        "religion", "sex", "sexuality", "speaker",
    }
)  # fmt: skip
"""Words in the name of a column by which different thresholds can be unfair: protected traits, and what
tells who is filmed or stands for where they are from. Never used unless asked for by name."""


_WORD: Final = re.compile("[a-z]+")


@dataclass(frozen=True, slots=True)
class CodedColumn:
    """The levels of one column and the level of each row.

    Attributes
    ----------
    levels : tuple of str
        Sorted, without the empty name of a missing level.
    codes : ndarray of intp, shape (n,)
        Position in ``levels``; ``len(levels)`` where the row has none.
    """

    levels: tuple[str, ...]
    codes: Codes

    @classmethod
    def of(cls, labels: Labels) -> CodedColumn:
        """Number the levels of a column of names."""
        import pandas as pd  # half a second, which no page without learned thresholds needs

        levels = tuple(sorted(set(pd.unique(labels)) - {""}))
        return cls(levels, level_positions(levels, labels))


def level_positions(levels: Sequence[str], labels: NDArray[np.object_] | Iterable[object]) -> Codes:
    """Position of each label among the levels, ``len(levels)`` for unknown ones, shape (n,)."""
    import pandas as pd

    found = pd.Index(list(levels), dtype=object).get_indexer(pd.Index(labels, dtype=object))
    return np.where(found < 0, len(levels), found).astype(np.intp)


def code_columns(ratings: RatingTable, columns: Sequence[str], *, raters: bool) -> dict[str, CodedColumn]:
    """Number the levels of context columns, and of raters with enough answers if there are two or more.

    Raises
    ------
    TableError
        If a column is missing, is called like the column of raters, or all have more than
        :data:`MAX_LEVELS` levels together.
    """
    coded = {}
    for column in columns:
        if column not in ratings.context:
            known = ", ".join(ratings.context) or "none"
            raise TableError(f"There is no context column {column!r}; the ratings have: {known}.")
        if column == RATER:
            raise TableError("Raters are modelled by themselves; leave rater out of the context columns.")
        coded[column] = CodedColumn.of(ratings.context[column])
    if raters and ratings.rater is not None:
        names, place, answers = np.unique(ratings.rater.astype(str), return_inverse=True, return_counts=True)
        people = CodedColumn.of(np.where(answers < LEAST_ANSWERS, "", names)[place].astype(object))
        if len(people.levels) > 1:
            coded[RATER] = people
    refuse_too_many({name: len(column.levels) for name, column in coded.items()})
    return coded


def refuse_too_many(counts: Mapping[str, int]) -> None:
    """Raise TableError where columns have more than :data:`MAX_LEVELS` levels together.

    Parameters
    ----------
    counts : Mapping[str, int]
        Levels by column.
    """
    total = sum(counts.values())
    if total > MAX_LEVELS:
        widest = max(counts, key=lambda name: counts[name])
        raise TableError(
            f"The columns have {total} levels together, {counts[widest]} of them in {widest}; "
            f"at most {MAX_LEVELS} can be learned, so group them into fewer or leave that column out."
        )


def is_protected(column: str) -> bool:
    """Whether the name of a column says that it is, or stands for, a protected trait."""
    return not PROTECTED_TRAITS.isdisjoint(_WORD.findall(column.lower()))


def fairness_notes(columns: Sequence[str]) -> tuple[str, ...]:
    """One sentence of warning if any of these context columns is a protected trait."""
    protected = [column for column in columns if is_protected(column)]
    if not protected:
        return ()
    return (
        f"Thresholds that depend on {', '.join(protected)} can be unfair: by a protected trait, or by what "
        "stands for one, the same performance is judged differently for different people.",
    )
