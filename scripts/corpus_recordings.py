"""Recordings of a corpus, laid out as Dailies exports rated clips, so that tuning of the voice can be tried.

    python scripts/corpus_recordings.py RAVDESS_FOLDER --out FOLDER [--actors 1-24] [--every 3]
    python -m engine train performance --data FOLDER --out WEIGHTS_DIR --candidate

Nobody was asked how strongly these performances show their emotion. What they were directed to show stands in
for answers: neutral and calm 0.25, normal 0.5, strong 0.75. The shipped voice was trained on these actors, so
what it says of them is better than of strangers, and what tuning gains here is less than it would be there.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

import pandas as pd

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from engine.training.ravdess_names import RavdessName, ravdess_name  # noqa: E402 the path comes first

AT_REST, NORMAL, STRONG = 0.25, 0.5, 0.75


def main() -> None:
    """Write ``clips/ratings.parquet`` and links to the recordings into a folder."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("recordings", type=Path)
    words.add_argument("--actors", default="1-24", help="from-to")
    words.add_argument(
        "--every",
        type=int,
        default=1,
        help="only each so-many-th recording of those, in the order of their names",
    )
    words.add_argument("--out", type=Path, required=True)
    given = words.parse_args()
    first, last = (int(number) for number in given.actors.split("-"))
    found = [(path, ravdess_name(path)) for path in sorted(given.recordings.glob("*.flac"))]
    chosen = [(path, name) for path, name in found if first <= name.actor <= last][:: given.every]
    clips = given.out / "clips"
    clips.mkdir(parents=True, exist_ok=True)
    for path, _ in chosen:
        (clips / path.name).symlink_to(path.resolve())
    answers = pd.DataFrame(
        {
            "clip_id": [path.stem for path, _ in chosen],
            "file_name": [path.name for path, _ in chosen],
            "line": None,
            "actor": [f"actor-{name.actor}" for _, name in chosen],
            "language": "en",
            "channel": "full",
            "simulated": False,
            "purpose": "ordinary",
            "stands": True,
            "rated_expected_intensity": None,
            "rated_expressed_intensity": [_directed(name) for _, name in chosen],
        }
    )
    answers.to_parquet(clips / "ratings.parquet", index=False)
    print(f"{len(answers)} answers about {answers['actor'].nunique()} actors in {given.out}")


def _directed(name: RavdessName) -> float:
    if name.at_rest:
        return AT_REST
    return STRONG if name.strong else NORMAL


if __name__ == "__main__":
    main()
