"""The anchoring report as one table: a row for each figure, with its interval and what it was told from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from dashboard.services.anchoring import AnchoringReport, Moves
from dashboard.services.table_files import cell
from engine.raters.crossed_draws import Estimate
from engine.verdict.intervals import INTERVAL_LEVEL

COLUMNS: Final = (
    "field", "rater", "measure", "value", "low", "high", "interval_level", "answers", "clips", "raters",
)  # fmt: skip
EVERYBODY: Final = "all"
COUNTS: Final = ("moved", "towards", "away", "nearer", "farther")
ESTIMATES: Final = ("share_moved", "share_towards", "pull", "gain")


def table(found: AnchoringReport) -> str:
    """CSV with a header; empty cells for what cannot be told."""
    written = io.StringIO(newline="")
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    for moves in (*found.moves, *found.by_rater):
        rows.writerows(
            [cell(each) if isinstance(each, str) else each for each in row] for row in _moves(moves)
        )
    for each in found.controls:
        for measure in ("shown", "withheld", "difference"):
            estimate: Estimate = getattr(each, measure)
            rows.writerow([each.field.value, EVERYBODY, f"agrees_{measure}", *_told(estimate)])
    return written.getvalue()


def _moves(found: Moves) -> Iterator[list[object]]:
    whose = found.rater or EVERYBODY
    for name in COUNTS:
        count = getattr(found, name)
        yield [found.field.value, whose, name, count, "", "", "", found.answers, "", ""]
    for name in ESTIMATES:
        yield [found.field.value, whose, name, *_told(getattr(found, name))]


def _told(found: Estimate) -> list[object]:
    level = INTERVAL_LEVEL if found.is_told else ""
    bounds = ["" if each is None else each for each in (found.value, found.low, found.high)]
    return [*bounds, level, found.answers, found.clips, found.raters]
