"""Where a performance drifts from its script: several lines in a row that miss it on the same side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from engine.vocabulary import Verdict

FEWEST_LINES: Final = 3
"""Were the three verdicts equally likely, three in a row would fall on a given side once in 27 times."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A run of lines that miss the script on one side.

    Attributes
    ----------
    first, last : int
        Places of the run's ends among the lines that were given.
    verdict : Verdict
        Under or over.
    mean_gap : float
        z units.
    """

    first: int
    last: int
    verdict: Verdict
    mean_gap: float

    @property
    def count(self) -> int:
        return self.last - self.first + 1


def drifts(verdicts: Sequence[Verdict | None], gaps: Sequence[float | None]) -> tuple[Drift, ...]:
    """Find the runs of at least :data:`FEWEST_LINES` lines, the one furthest off first.

    Parameters
    ----------
    verdicts : sequence of (Verdict or None)
        One for each line, in order; a line without a verdict ends a run.
    gaps : sequence of (float or None)
        z units.
    """
    found, place = [], 0
    for verdict, run in groupby(verdicts):
        count = len(list(run))
        inside = [gap for gap in gaps[place : place + count] if gap is not None]
        if verdict in (Verdict.UNDER, Verdict.OVER) and count >= FEWEST_LINES and inside:
            found.append(Drift(place, place + count - 1, verdict, sum(inside) / len(inside)))
        place += count
    return tuple(sorted(found, key=lambda drift: -abs(drift.mean_gap) * drift.count))
