"""The shipped systems are asked branch by branch, each recording by the network that never met its actor."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.evaluation.parts.shipped_systems import DEV, FOLDS, shipped_systems_parts
from engine.evaluation.predictions import Naming
from engine.features.activity import SAMPLE_RATE
from engine.training.voice_set import AUDIO_FOLDER, FOLDS_FILE
from engine.vocabulary import SystemName

LINES = (
    ("0", "0", "A", "How dare you!", "anger"),
    ("0", "1", "B", "The train leaves at four.", "neutral"),
    ("1", "0", "A", "This is the best day of my life!", "joy"),
    ("1", "1", "B", "He is gone.", "sadness"),
    ("1", "2", "A", "What?", "surprise"),
)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAILIES_CACHE", str(tmp_path / "cache"))
    write(tmp_path / DEV, ("dialogue_id", "utterance_id", "speaker", "text", "emotion"), LINES)
    (tmp_path / AUDIO_FOLDER).mkdir(parents=True)
    time = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    folds = []
    for actor in range(1, 6):
        folds.append((f"01-01-01-01-01-01-{actor:02d}", str(actor), str(actor)))
        for emotion, hertz in (("02", 110), ("05", 240)):
            sound = 0.05 * sum(np.sin(2 * np.pi * (hertz + actor) * k * time) / k for k in range(1, 12))
            path = tmp_path / AUDIO_FOLDER / f"03-01-{emotion}-01-01-01-{actor:02d}.flac"
            soundfile.write(path, sound, SAMPLE_RATE)
    write(tmp_path / FOLDS_FILE, ("clip", "actor", "fold"), tuple(folds))
    return tmp_path


def write(path: Path, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([header, *rows])


@pytest.mark.parametrize("system", [SystemName.MELD, SystemName.MMMLA, SystemName.RAVDESS])
def test_every_part_of_a_system_gives_probabilities_over_its_classes(system: SystemName, data: Path) -> None:
    if system is SystemName.MMMLA:
        pytest.importorskip("opensmile")
    parts = [part for part in shipped_systems_parts(data) if part.system is system]
    assert parts
    for part in parts:
        for name, found in part.run(part.folds[0]).items():
            assert isinstance(found, Naming)
            assert found.truth.size, name
            assert found.shares.sum(axis=1) == pytest.approx(np.ones(found.truth.size))
            assert found.calibrated


def test_a_fold_holds_the_recordings_of_its_own_actors(data: Path) -> None:
    (part,) = (part for part in shipped_systems_parts(data) if part.system is SystemName.RAVDESS)
    assert part.folds == FOLDS
    found = part.run(FOLDS[2])
    assert set(found) == {"voice", "mel_picture"}
    for one in found.values():
        assert isinstance(one, Naming)
        assert [one.classes[label] for label in one.truth] == ["calm", "anger"]
