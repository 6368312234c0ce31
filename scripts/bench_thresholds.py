"""Measure the learned thresholds and write a dated table: ``make bench-thresholds``."""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import scipy

from scripts.thresholds_rows import cost, curve, planted, raters, real, real_raters, simulation, steps
from scripts.thresholds_rows.tables import Table

ROOT = Path(__file__).resolve().parent.parent


def _raters(data: Path, *, quick: bool, generator: np.random.Generator) -> list[Table]:
    """Made and real raters."""
    made = raters.measure(data, quick=quick, generator=generator)
    return made + real_raters.measure(data, quick=quick, generator=generator)


ROWS: dict[str, Callable[..., list[Table]]] = {
    "1": real.measure,
    "2": planted.measure,
    "3": curve.measure,
    "4": _raters,
    "5": simulation.measure,
    "5b": steps.measure,
    "6": cost.measure,
}


def main() -> None:
    """Run the rows that were asked for and write one Markdown file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "ratings")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    parser.add_argument("--rows", default=",".join(ROWS), help="which rows, such as 1,2")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="few draws, printed and not written")
    given = parser.parse_args()
    now = datetime.now(UTC)
    said = [
        "# Learned thresholds",
        "",
        f"{now:%Y-%m-%d %H:%M} UTC, seed {given.seed}, Python {platform.python_version()}, "
        f"numpy {np.__version__}, scipy {scipy.__version__}. "
        f"`make bench-thresholds{'' if given.rows == ','.join(ROWS) else f' ROWS={given.rows}'}`",
        "",
    ]
    for name in given.rows.split(","):
        started = time.perf_counter()
        for table in ROWS[name](given.data, quick=given.quick, generator=np.random.default_rng(given.seed)):
            said.append(table.markdown())
            print(said[-1], flush=True)
        print(f"row {name}: {time.perf_counter() - started:.0f} s", flush=True)
    if not given.quick:
        given.out.mkdir(parents=True, exist_ok=True)
        whole = set(given.rows.split(",")) == set(ROWS)
        part = "" if whole else f"-rows-{given.rows.replace(',', '')}"
        (given.out / f"thresholds-{now:%Y-%m-%d}{part}.md").write_text("\n".join(said), encoding="utf-8")


if __name__ == "__main__":
    main()
