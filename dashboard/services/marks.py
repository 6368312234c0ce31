"""What the marks of one student's work add up to: a grade, or a disagreement to be settled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dashboard.services.rubric import Criterion, total
from db.records import GradePart, GradeRecord, SecondMarkingRecord

SETTLED_STEPS: Final = 2
"""Two marks that lie so many steps apart on a criterion are a disagreement; one step is ordinary between
people who mark on five."""

SETTLED_TOTAL: Final = 0.5
"""So are totals so far apart: half a step on average."""


class GradeState(StrEnum):
    """How far a student's work is."""

    NOTHING = "nothing"
    """Nothing was handed in."""
    TO_MARK = "to_mark"
    SECOND = "second"
    """A second mark was asked for and is missing."""
    DISPUTED = "disputed"
    """Two marks differ and nobody has settled it."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a student's work stands.

    Attributes
    ----------
    grade : float or None
        1 to 5; ``None`` until it is settled.
    scores : Mapping of str to float
        By criterion, what the grade is made of; empty without a grade.
    settled : GradeRecord or None
        What somebody decided where marks differed.
    """

    state: GradeState
    grade: float | None
    scores: Mapping[str, float]
    marks: tuple[GradeRecord, ...]
    settled: GradeRecord | None = None


def standing(
    criteria: Sequence[Criterion],
    grades: Sequence[GradeRecord],
    *,
    has_takes: bool,
    second: SecondMarkingRecord | None,
) -> Standing:
    """Where a student's work stands: one mark is the grade, two that agree give their mean, two that differ
    wait for a decision, which then is the grade.

    Parameters
    ----------
    grades : sequence of GradeRecord
        The newest of each marker and part.
    second : SecondMarkingRecord or None
        Who was asked for a second mark.
    """
    complete = [each for each in grades if all(one.key in each.scores for one in criteria)]
    marks = tuple(each for each in complete if each.part is GradePart.MARK)
    settled = max(
        (each for each in complete if each.part is GradePart.MODERATION),
        key=lambda each: each.id,
        default=None,
    )
    if settled is not None and all(settled.id > mark.id for mark in marks):
        return Standing(
            GradeState.DONE, total(criteria, settled.scores), dict(settled.scores), marks, settled
        )
    if not marks:
        return Standing(GradeState.TO_MARK if has_takes else GradeState.NOTHING, None, {}, ())
    if second is not None and all(mark.marker_id != second.marker_id for mark in marks):
        return Standing(GradeState.SECOND, None, {}, marks)
    if differ(criteria, marks):
        return Standing(GradeState.DISPUTED, None, {}, marks)
    mean = {one.key: math.fsum(mark.scores[one.key] for mark in marks) / len(marks) for one in criteria}
    grade = math.fsum(total(criteria, mark.scores) for mark in marks) / len(marks)
    return Standing(GradeState.DONE, grade, mean, marks)


def differ(criteria: Sequence[Criterion], marks: Sequence[GradeRecord]) -> bool:
    """Whether marks lie so far apart that somebody has to settle it."""
    if len(marks) < 2:
        return False
    totals = [total(criteria, mark.scores) for mark in marks]
    apart = max(
        max(mark.scores[one.key] for mark in marks) - min(mark.scores[one.key] for mark in marks)
        for one in criteria
    )
    return apart >= SETTLED_STEPS or max(totals) - min(totals) >= SETTLED_TOTAL
