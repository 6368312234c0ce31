"""Agreement in a plain table: one row per answer."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from dashboard.services.agreement_words import notes
from dashboard.services.csv_table import column, read_table
from engine.errors import TableError
from engine.raters.agreement import Agreement, agreement
from engine.raters.answers import Answers, Level

SEED: Final = 0
"""Of the units drawn again for the intervals."""


def of_file(path: Path, *, unit: str, value: str, level: Level, rater: str | None = None) -> Agreement:
    """How far the raters of a CSV agree, by every coefficient that fits the level.

    Parameters
    ----------
    path : Path
        One row per answer; an empty value is a missing answer.
    unit, value, rater : str
        Columns: what was rated, what was answered, who answered. Without ``rater`` the rows of one unit
        are answers of different, unnamed people.
    level : Level

    Raises
    ------
    TableError
        If the table cannot be used, in one sentence.
    """
    named = [name for name in (unit, value, rater) if name is not None]
    if len(set(named)) < len(named):
        raise TableError("--unit, --value and --rater name different columns; one is named twice.")
    table = read_table(path)
    columns = {name: column(table, name, path.name) for name in named}
    try:
        answers = Answers.of(
            unit=columns[unit],
            value=columns[value],
            level=level,
            rater=None if rater is None else columns[rater],
        )
    except TableError as error:
        raise TableError(f"{path.name}: {error}") from None
    return agreement(answers, generator=np.random.default_rng(SEED))


def document(found: Agreement) -> dict[str, Any]:
    """What ``agreement --json`` prints; what cannot be known is ``None``, with its reason beside it."""
    return {
        "level": found.level.value,
        "units": found.units,
        "raters": found.raters,
        "answers": found.answers,
        "pairs": found.pairs,
        "interval_level": found.interval_level,
        "coefficients": {
            each.name.value: {name: cell for name, cell in asdict(each).items() if name != "name"}
            for each in found.coefficients
        },
        "notes": list(notes(found)),
    }
