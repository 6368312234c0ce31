"""By what a take is graded: criteria with weights, one score for each, and what they add up to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dashboard.services.messages import say
from dashboard.services.refusals import worded
from db.errors import RefusedValueError

LOWEST: Final = 1
HIGHEST: Final = 5
"""A score is a whole number between these, so that one key gives it."""

EMOTION: Final = "emotion"
INTENSITY: Final = "intensity"
WORDS: Final = "words"
STANDARD: Final = (EMOTION, INTENSITY, WORDS)
"""What every rubric can ask; on these the machine has an opinion too."""

MOST_CRITERIA: Final = 8
MOST_WEIGHT: Final = 100
NAME_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing a take is graded by; ``name`` is empty for those of :data:`STANDARD`."""

    key: str
    name: str
    weight: float

    @property
    def label(self) -> str:
        """Its name in the language spoken now."""
        return say(f"classes.criterion.{self.key}") if self.key in STANDARD else self.name


def made(weights: Mapping[str, float], own: Sequence[tuple[str, float]] = ()) -> tuple[Criterion, ...]:
    """A rubric of the standard criteria that have a weight above 0, and of own ones.

    Parameters
    ----------
    weights : Mapping of str to float
        By key of :data:`STANDARD`.
    own : sequence of (str, float)
        Name and weight of each further criterion.

    Raises
    ------
    RefusedValueError
        If nothing has a weight, or a name or weight cannot be used.
    """
    asked = [Criterion(key, "", weights.get(key, 0)) for key in STANDARD]
    asked += [Criterion(f"own{at}", " ".join(name.split()), weight) for at, (name, weight) in enumerate(own)]
    for each in asked:
        if not (math.isfinite(each.weight) and 0 <= each.weight <= MOST_WEIGHT):
            raise worded(RefusedValueError, "classes.refusal.weight", most=MOST_WEIGHT)
    chosen = tuple(each for each in asked if each.weight > 0)
    names = [each.name for each in chosen if each.key not in STANDARD]
    if not all(0 < len(name) <= NAME_LENGTH for name in names) or len(set(names)) < len(names):
        raise worded(RefusedValueError, "classes.refusal.criterion_name", most=NAME_LENGTH)
    if not 0 < len(chosen) <= MOST_CRITERIA:
        raise worded(RefusedValueError, "classes.refusal.criteria", most=MOST_CRITERIA)
    return chosen


def stored(criteria: Sequence[Criterion]) -> tuple[dict[str, Any], ...]:
    """As the database keeps it."""
    return tuple({"key": each.key, "name": each.name, "weight": each.weight} for each in criteria)


def read(rubric: Sequence[Mapping[str, Any]]) -> tuple[Criterion, ...]:
    """The criteria that :func:`stored` wrote."""
    return tuple(Criterion(str(one["key"]), str(one["name"]), float(one["weight"])) for one in rubric)


def checked(criteria: Sequence[Criterion], scores: Mapping[str, int]) -> dict[str, int]:
    """The scores of a mark, one for each criterion.

    Raises
    ------
    RefusedValueError
        If one is missing or no score.
    """
    for each in criteria:
        score = scores.get(each.key)
        if not isinstance(score, int) or isinstance(score, bool) or not LOWEST <= score <= HIGHEST:
            raise worded(
                RefusedValueError, "classes.refusal.score", name=each.label, low=LOWEST, high=HIGHEST
            )
    return {each.key: scores[each.key] for each in criteria}


def total(criteria: Sequence[Criterion], scores: Mapping[str, int]) -> float:
    """The weighted mean of the scores, between :data:`LOWEST` and :data:`HIGHEST`."""
    weights = math.fsum(each.weight for each in criteria)
    return math.fsum(each.weight * scores[each.key] for each in criteria) / weights


def typed(own: Sequence[Criterion]) -> str:
    """Own criteria as :func:`own_ones` reads them."""
    return "\n".join(f"{each.name}: {each.weight:g}" for each in own)


def own_ones(text: str) -> tuple[tuple[str, float], ...]:
    """Criteria as a teacher types them, one a line, the weight behind a colon; without one it is 1.

    Raises
    ------
    RefusedValueError
        If what stands behind the colon is no number.
    """
    found = []
    for line in filter(str.strip, text.splitlines()):
        name, colon, weight = line.rpartition(":")
        try:
            found.append((name, float(weight.strip().replace(",", "."))) if colon else (line, 1.0))
        except ValueError:
            raise worded(RefusedValueError, "classes.refusal.weight", most=MOST_WEIGHT) from None
    return tuple(found)
