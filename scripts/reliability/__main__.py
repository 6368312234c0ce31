"""Measure what survives, with real processes, files and a real browser: ``make reliability``.

    python -m scripts.reliability [--rows kill,backup] [--list]

Each row is written as soon as it is measured: a run that is stopped keeps what it has. A row is known by
the start of its name.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from scripts import dated_page
from scripts.reliability import page
from scripts.reliability.catalogue import ROWS, is_there, measure_of
from scripts.reliability.row import Row

MISSED = 1
BAD_INPUT = 2


def main() -> int:
    """Measure the rows that were asked for; 1 where one was missed."""
    parser = argparse.ArgumentParser(prog="python -m scripts.reliability", description=__doc__)
    parser.add_argument("--rows", default="", help="which rows, by the start of their names; all by default")
    parser.add_argument("--out", type=Path, default=dated_page.RESULTS)
    parser.add_argument("--list", action="store_true", help="name the rows and leave")
    given = parser.parse_args()
    if given.list:
        print("\n".join(name + ("" if is_there(name) else "  (not written yet)") for name in ROWS))
        return 0
    wanted = [word.strip() for word in given.rows.split(",") if word.strip()]
    chosen = [name for name in ROWS if not wanted or any(name.startswith(word) for word in wanted)]
    if not chosen:
        print(f"No row begins so; there are {', '.join(ROWS)}.", file=sys.stderr)
        return BAD_INPUT
    missed = 0
    for name in filter(is_there, chosen):
        row = measured(name)
        page.keep(name, row, given.out)
        print(f"{name}: {row.found} ({page.WORDS[row.met]}, {row.seconds:.0f} s)", flush=True)
        missed += row.met is False
    return MISSED if missed else 0


def measured(name: str) -> Row:
    """Measure one row; what goes wrong in the measuring is a row that was missed."""
    started = perf_counter()
    try:
        row = measure_of(name)()
    except Exception as error:
        traceback.print_exc()
        row = Row(name, "the measurement runs", f"{type(error).__name__}: {error}", met=False)
    return row if row.seconds else replace(row, seconds=perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main())
