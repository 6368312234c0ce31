"""What every row of the thresholds benchmark reads and returns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.verdict.agreement_metrics import confusion_by_group, macro_f1, weighted_kappa
from engine.verdict.gap import gap
from engine.verdict.ratings_table import RatingTable

CONTEXT = "emotion"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the report.

    Attributes
    ----------
    title : str
    header : tuple of str
    rows : tuple of tuple of str
    notes : tuple of str
        Sentences under it: what was done, and whether the target holds.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]

    def markdown(self) -> str:
        """The table as Markdown."""
        lines = [f"## {self.title}", "", "| " + " | ".join(self.header) + " |"]
        lines.append("|" + "---|" * len(self.header))
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join([*lines, "", *self.notes, ""])


def gaps(data: Path) -> RatingTable:
    """The CREMA-D gaps, grouped by actor, with the emotion as context."""
    table = pd.read_csv(data / "cremad_gaps.csv")
    return RatingTable.of(
        alignment=gap(table["expected_intensity"], table["expressed_intensity"]),
        verdict=table["verdict"],
        group=table["actor"],
        context={CONTEXT: table["emotion"]},
    )


def scores(answer: NDArray[np.int8], verdict: NDArray[np.int8]) -> tuple[float, float]:
    """Macro-F1 and quadratic kappa."""
    unit = np.zeros(answer.size, dtype=np.intp)
    confusion = confusion_by_group(answer, verdict, np.ones(answer.size), unit)[0]
    return float(macro_f1(confusion)), float(weighted_kappa(confusion))
