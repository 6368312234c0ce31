"""How much higher or lower one person answers than the others who rated the same units.

The difference to the mean of the others, unit by unit (an item-rest difference): a person's own answers
are no part of what they are compared with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from engine.errors import TableError
from engine.verdict.intervals import INTERVAL_LEVEL

LEAST_UNITS: Final = 10
"""Units shared with somebody below which a person's severity says more about the units than the person."""


@dataclass(frozen=True, slots=True)
class Severity:
    """How one person answers beside the others.

    Attributes
    ----------
    value : float
        Mean difference, in the unit of the answers; above 0 the person answers higher.
    low, high : float
        Student's t interval over units.
    units : int
        Units they share with at least one other person.
    """

    value: float
    low: float
    high: float
    units: int

    @property
    def differs(self) -> bool:
        """Whether the interval leaves no doubt about the direction."""
        return self.low > 0 or self.high < 0


def severities(
    *,
    unit: Iterable[object],
    rater: Iterable[object],
    value: ArrayLike,
    level: float = INTERVAL_LEVEL,
    least: int = LEAST_UNITS,
) -> dict[str, Severity]:
    """The severity of each person who shares enough units with others.

    Parameters
    ----------
    unit, rater : iterable, length n
        What was answered, by whom; one row for a unit and person.
    value : array_like, shape (n,)
        Answers as numbers, finite.
    level : float
        Confidence level of the intervals, in (0, 1).
    least : int
        Units below which nothing is said; 2 or more.

    Returns
    -------
    dict of str to Severity
        By name; people with fewer than ``least`` shared units are left out.

    Raises
    ------
    TableError
        If the columns differ in length, an answer is not finite, or somebody answers a unit twice.
    """
    names = [str(each) for each in rater]
    units = [str(each) for each in unit]
    values = np.asarray(value, dtype=np.float64).reshape(-1)
    if not len(names) == len(units) == values.size:
        raise TableError("Severity needs one unit, one rater and one answer in each row.")
    if not np.isfinite(values).all():
        raise TableError("An answer is not a finite number; leave that row out.")
    table = pd.DataFrame({"unit": units, "rater": names, "value": values})
    if table.duplicated(["unit", "rater"]).any():
        raise TableError("Somebody answers a unit twice; keep the answer that counts.")
    of_unit = table.groupby("unit")["value"]
    others = of_unit.transform("size") - 1
    shared = others > 0
    rest = (of_unit.transform("sum") - table["value"])[shared] / others[shared]
    apart = (table["value"][shared] - rest).groupby(table["rater"][shared])
    found: dict[str, Severity] = {}
    for name, differences in apart:
        if differences.size >= max(least, 2):
            found[str(name)] = _severity(differences.to_numpy(dtype=np.float64), level)
    return found


def _severity(differences: np.ndarray[tuple[int], np.dtype[np.float64]], level: float) -> Severity:
    n = differences.size
    mean = float(differences.mean())
    reach = float(stdtrit(n - 1, (1.0 + level) / 2.0) * differences.std(ddof=1) / np.sqrt(n))
    return Severity(mean, mean - reach, mean + reach, n)
