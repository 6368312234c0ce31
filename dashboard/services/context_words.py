"""What is known about the thresholds of each context level, in sentences a teacher can read.

Names of levels that people typed are escaped, since the sentences are Markdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dashboard.services import messages
from dashboard.services.messages import part, plain, say
from engine.verdict.intervals import Interval, LevelThresholds
from engine.verdict.levels import is_protected

NAMED_BY: Final[Mapping[str, str]] = {"emotion": "emotion", "directed_emotion": "emotion"}
"""Columns whose levels have names in the catalogue, and under which part."""

COARSEST: Final = 0.05
"""Below this one place after the point would round a shift to nothing, z units."""


@dataclass(frozen=True, slots=True)
class LevelWords:
    """One level of a context column.

    Attributes
    ----------
    name : str
        As people read it.
    sentences : tuple of str
    differs : bool
        Whether a threshold of this level is shown to lie elsewhere than the others'.
    """

    level: str
    name: str
    sentences: tuple[str, ...]
    differs: bool
    thresholds: LevelThresholds


def describe(
    column: str, levels: Mapping[str, LevelThresholds], *, interval_level: float
) -> tuple[LevelWords, ...]:
    """Every level of a column in words, the best known first."""
    found = [_level(column, level, known, interval_level) for level, known in levels.items()]
    return tuple(sorted(found, key=lambda each: (-each.thresholds.ratings, each.name)))


def column_name(column: str) -> str:
    """A context column as people read it."""
    return part("thresholds.context").get(column, column.replace("_", " "))


def listed(columns: Iterable[str]) -> str:
    """Context columns in one breath."""
    return plain(say("why.comma").join(column_name(column) for column in columns))


def level_name(column: str, level: str) -> str:
    """A level as people read it."""
    return part(NAMED_BY.get(column, f"thresholds.level.{column}")).get(level, level)


def wish_name(wish: str) -> str:
    """A context the gate wants more ratings of (``"emotion = anger"``) as people read it."""
    column, _, level = wish.partition(" = ")
    return say("thresholds.wish", column=column_name(column), level=level_name(column, level))


def warning(columns: Iterable[str]) -> str | None:
    """What is to be said where thresholds may depend on who is filmed, ``None`` where they may not."""
    protected = [column for column in columns if is_protected(column)]
    return say("thresholds.unfair", columns=listed(protected), n=len(protected)) if protected else None


def tab_name(columns: Sequence[str]) -> str:
    """The name of the place where the thresholds of these contexts are compared."""
    if not columns:
        return say("thresholds.tab.levels_none")
    first, *others = (column_name(column) for column in columns)
    if not others:
        return say("thresholds.tab.levels", first=first)
    if len(others) == 1:
        return say("thresholds.tab.levels_two", first=first, second=others[0])
    return say("thresholds.tab.levels_more", first=first, n=len(others))


def _level(column: str, level: str, known: LevelThresholds, interval_level: float) -> LevelWords:
    name = level_name(column, level)
    shown = messages.plain(name)
    source = _source(known)
    said = []
    for side, shift in (("over", known.upper_shift), ("under", known.lower_shift)):
        if not shift.excludes(0.0):
            continue
        # Beyond zero on its own side a threshold forgives more, towards zero less.
        more = (shift.value > 0) == (side == "over")
        said.append(
            say(
                f"thresholds.sentence.{side}_{'later' if more else 'sooner'}",
                name=shown,
                shift=_number(abs(shift.value), is_fine=abs(shift.value) < COARSEST),
                source=source,
                percent=f"{100 * interval_level:.0f}",
                **_bounds(shift, is_mirrored=shift.value < 0),
            )
        )
    if not said:
        said.append(
            say(
                "thresholds.sentence.same",
                name=shown,
                source=source,
                percent=f"{100 * interval_level:.0f}",
                **_bounds(known.upper_shift, is_mirrored=False),
            )
        )
        return LevelWords(level, name, tuple(said), False, known)
    return LevelWords(level, name, tuple(said), True, known)


def _source(known: LevelThresholds) -> str:
    ratings = say("thresholds.sentence.ratings", n=known.ratings)
    if known.raters == 0:
        return ratings
    return say("thresholds.sentence.source", ratings=ratings, n=known.raters)


def _bounds(shift: Interval, *, is_mirrored: bool) -> dict[str, str]:
    low, high = (-shift.high, -shift.low) if is_mirrored else (shift.low, shift.high)
    is_near = min(abs(low), abs(high)) < COARSEST
    return {"low": _number(low, is_fine=is_near), "high": _number(high, is_fine=is_near)}


def _number(value: float, *, is_fine: bool) -> str:
    return f"{value:.{2 if is_fine else 1}f}".replace("-", "−")
