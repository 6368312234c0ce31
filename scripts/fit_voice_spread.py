"""How much a voice varies within one person, measured on RAVDESS, and how well speakers are told apart by it.

    python scripts/fit_voice_spread.py --data DIR [--write]

Every other pair of actors gives the covariance of an utterance's description around its own speaker's mean;
made scenes of the other actors, whom it never met, are then parted. ``--write`` keeps the covariance in
``engine/scenes/voice_spread.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import librosa
import numpy as np
from sklearn.metrics import adjusted_rand_score

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from engine.features.activity import SAMPLE_RATE  # noqa: E402 the path comes first
from engine.scenes import speakers  # noqa: E402 the same
from engine.scenes.speakers import VoicePrint, voice_print  # noqa: E402 the same

FILES_EACH: Final = 12
SHARED: Final = 0.3
"""Share of the covariance that its diagonal replaces: 13 numbers from 120 utterances want holding."""
SCENES: Final = 100
LINES_EACH: Final = 10
SEED: Final = 0


def main() -> None:
    """Fit, measure, and print what was found."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--data", type=Path, required=True, help="folder of RAVDESS's speech files")
    words.add_argument("--write", action="store_true", help="keep the covariance")
    given = words.parse_args()
    prints = _prints(given.data)
    actors = sorted(prints)
    fitting = [actor for place, actor in enumerate(actors) if (place // 2) % 2 == 0]
    covariance = _covariance([prints[actor] for actor in fitting])
    if given.write:
        kept = {"data": "RAVDESS speech audio (Livingstone & Russo 2018)", "actors": fitting}
        content = {**kept, "covariance": np.round(covariance, 3).tolist()}
        speakers.SPREAD_FILE.write_text(json.dumps(content) + "\n", encoding="utf-8")
    _measure({actor: prints[actor] for actor in actors if actor not in fitting})


def _prints(folder: Path) -> dict[int, list[VoicePrint]]:
    files: dict[int, list[Path]] = {}
    for path in sorted([*folder.rglob("03-01-*.flac"), *folder.rglob("03-01-*.wav")]):
        files.setdefault(int(path.stem.split("-")[-1]), []).append(path)
    rng = np.random.default_rng(SEED)
    found = {}
    for actor, paths in files.items():
        chosen = rng.choice(len(paths), min(FILES_EACH, len(paths)), replace=False)
        sounds = [librosa.load(paths[index], sr=SAMPLE_RATE)[0].astype(np.float32) for index in chosen]
        found[actor] = [voice_print(sound) for sound in sounds]
    return found


def _covariance(people: Sequence[Sequence[VoicePrint]]) -> np.ndarray:
    tables = [
        np.array([[*one.colour, one.pitch_semitones] for one in person if one.pitch_semitones])
        for person in people
    ]
    around = np.vstack([table - table.mean(axis=0) for table in tables])
    whole = around.T @ around / len(around)
    return np.asarray((1 - SHARED) * whole + SHARED * np.diag(np.diag(whole)))


def _measure(prints: dict[int, list[VoicePrint]]) -> None:
    rng = np.random.default_rng(SEED)
    print(f"actors never met: {len(prints)}; {SCENES} made scenes each, {LINES_EACH} lines of each speaker")
    for count in (1, 2, 3):
        for known in (None, count):
            scores, numbers = [], []
            for _ in range(SCENES):
                actors = rng.choice(list(prints), count, replace=False)
                lines = [
                    (place, prints[actor][index])
                    for place, actor in enumerate(actors)
                    for index in rng.choice(len(prints[actor]), LINES_EACH, replace=False)
                ]
                order = rng.permutation(len(lines))
                found = speakers.speakers_of([lines[place][1] for place in order], count=known)
                heard = [number or 0 for number in found]
                scores.append(adjusted_rand_score([lines[place][0] for place in order], heard))
                numbers.append(max(heard))
            told = "number of speakers given" if known else "number of speakers unknown"
            right = np.mean(np.array(numbers) == count)
            print(
                f"{count} speakers, {told}: adjusted Rand index {np.mean(scores):.2f} ± "
                f"{np.std(scores):.2f}, right number {right:.0%}"
            )


if __name__ == "__main__":
    main()
