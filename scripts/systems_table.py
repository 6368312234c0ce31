"""Measure the emotion-naming systems and write a dated table: ``python -m scripts.systems_table --data DIR``.

What was trained before by ``python -m engine train`` with the same seed is read from the cache, fold by
fold; a table that is stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from scripts.systems_rows import meld, mmmla, ravdess
from scripts.systems_rows.shipped import FOLDS
from scripts.thresholds_rows.tables import Table

ROOT = Path(__file__).resolve().parent.parent

SYSTEMS: dict[str, Callable[..., list[Table]]] = {
    "mmmla": mmmla.measure,
    "meld": meld.measure,
    "ravdess": ravdess.measure,
}


def main() -> None:
    """Measure what was asked for and write one Markdown file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="which of them, such as meld,ravdess")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--folds",
        type=int,
        default=FOLDS,
        choices=(0, *range(2, FOLDS + 1)),
        help="of the five, for variants; 0 trains none",
    )
    given = parser.parse_args()
    torch.set_num_threads(1)
    now = datetime.now(UTC)
    asked = "" if given.systems == ",".join(SYSTEMS) else f" --systems {given.systems}"
    asked += "" if given.folds == FOLDS else f" --folds {given.folds}"
    said = [
        "# The systems that name emotions",
        "",
        f"{now:%Y-%m-%d %H:%M} UTC, seed {given.seed}, Python {platform.python_version()}, "
        f"torch {torch.__version__}, numpy {np.__version__}. "
        f"`python -m scripts.systems_table --data DIR --seed {given.seed}{asked}`",
        "",
    ]
    given.out.mkdir(parents=True, exist_ok=True)
    for name in given.systems.split(","):
        for table in SYSTEMS[name](given.data, seed=given.seed, folds=given.folds):
            said.append(table.markdown())
            print(said[-1], flush=True)
        # After each system: a table that is stopped keeps those that were measured.
        (given.out / f"systems-{now:%Y-%m-%d}.md").write_text("\n".join(said), encoding="utf-8")


if __name__ == "__main__":
    main()
