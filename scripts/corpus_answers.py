"""What people outside said of lines, laid out as Dailies exports answers, so that tuning can be tried on it.

    python scripts/corpus_answers.py LINES.csv --column intensity --out FOLDER [--low 0 --high 1]
    python -m engine train text --data FOLDER --out WEIGHTS_DIR --candidate

``LINES.csv`` has a column ``text`` and one of ratings, which run from ``low`` to ``high``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd


def main() -> None:
    """Write ``ratings.csv`` into a folder."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("lines", type=Path)
    words.add_argument("--column", required=True)
    words.add_argument("--low", type=float, default=0.0)
    words.add_argument("--high", type=float, default=1.0)
    words.add_argument("--out", type=Path, required=True)
    given = words.parse_args()
    table = pd.read_csv(given.lines)
    rated = (table[given.column] - given.low) / (given.high - given.low)
    given.out.mkdir(parents=True, exist_ok=True)
    answers = pd.DataFrame(
        {
            "clip_id": [f"clip-{number}" for number in range(len(table))],
            "line": table["text"],
            "actor": None,
            "language": "en",
            "channel": "full",
            "simulated": False,
            "purpose": "ordinary",
            "stands": True,
            "rated_expected_intensity": rated.clip(0, 1),
            "rated_expressed_intensity": None,
        }
    )
    answers.to_csv(given.out / "ratings.csv", index=False)
    print(f"{len(answers)} answers in {given.out}")


if __name__ == "__main__":
    main()
