"""Leaving one source of faces out: nothing of it is learned from; unfit files are refused."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from engine.errors import TableError
from engine.features.geometry import NeutralPopulation
from engine.training.evaluate import evaluate
from engine.vocabulary import BASIC_EMOTIONS, Emotion

PEOPLE = 10
MOVED = ((107, 336), (159, 386), (13, 14), (61, 291), (0, 17), (98, 327))
"""Which landmarks each emotion but neutral moves, on both sides of the face."""


def write_faces(folder: Path, sources: tuple[str, ...], *, told: bool = True) -> Path:
    rest = NeutralPopulation.load().shape
    rng = np.random.default_rng(0)
    landmarks, rows = [], []
    for source in sources:
        for person in range(PEOPLE):
            own = rest + 0.004 * rng.standard_normal(rest.shape)
            moves = iter(MOVED)
            for emotion in BASIC_EMOTIONS:
                shown = own.copy()
                if emotion is not Emotion.NEUTRAL:
                    shown[list(next(moves)), 1] += 0.08
                landmarks.append(shown * 80 + 200)
                row = {"row": len(rows), "subject": f"{source}{person}", "emotion": emotion.value}
                rows.append(row | ({"source": source} if told else {}))
    with (folder / "faces.csv").open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    np.savez(folder / "faces.npz", landmarks=np.array(landmarks, np.float32))
    return folder / "faces.csv"


def test_each_source_is_measured_after_learning_from_the_other(tmp_path: Path) -> None:
    answer = evaluate("face-sources", write_faces(tmp_path, ("here", "there")))
    assert set(answer) >= {"here", "there", "n", "seen_in_training", "skipped"}
    assert answer["n"] == 2 * PEOPLE * len(BASIC_EMOTIONS)
    assert answer["here"]["accuracy"] > 0.8
    assert answer["here"]["own_neutral"]["n"] == PEOPLE * (len(BASIC_EMOTIONS) - 1)
    assert answer["here"]["accuracy_sd"] >= 0


def test_a_source_is_measured_the_same_whatever_its_own_labels_are(tmp_path: Path) -> None:
    """Were anything learned from the source left out, false labels there would change what is read."""
    path = write_faces(tmp_path, ("here", "there"))
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    before = evaluate("face-sources", path)["there"]
    for row in rows:
        if row["source"] == "there" and row["emotion"] == "joy":
            row["emotion"] = "fear"
    with path.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    after = evaluate("face-sources", path)["there"]
    assert after["accuracy"] == pytest.approx(before["accuracy"] - 1 / len(BASIC_EMOTIONS), abs=0.03)


def test_ratings_of_the_source_left_out_are_compared_with_what_is_read(tmp_path: Path) -> None:
    path = write_faces(tmp_path, ("here", "there"))
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    for row in rows:
        rated = 0.1 if row["emotion"] == "neutral" else 0.8
        row["rated_by_caucasian"] = str(rated) if row["source"] == "there" else ""
    with path.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    answer = evaluate("face-sources", path)
    assert answer["there"]["intensity"]["n"] == PEOPLE * len(BASIC_EMOTIONS)
    assert answer["there"]["intensity"]["pearson"] > 0.6
    assert "intensity" not in answer["here"]


def test_one_source_alone_cannot_be_left_out(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="one source"):
        evaluate("face-sources", write_faces(tmp_path, ("here",)))


def test_faces_that_do_not_say_their_source_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="column source"):
        evaluate("face-sources", write_faces(tmp_path, ("here", "there"), told=False))
