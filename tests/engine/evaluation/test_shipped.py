"""The shipped weights are asked as ``evaluate`` asks them, and give the same figures."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import TableError
from engine.evaluation.figures import naming_figures, rating_figures
from engine.evaluation.parts.shipped_performance import FOLDS, shipped_performance_parts
from engine.evaluation.parts.shipped_voice import heard
from engine.evaluation.parts.shipped_words import DEV, RATED_DEV, shipped_words_parts
from engine.evaluation.predictions import Naming, Rating
from engine.features.activity import SAMPLE_RATE
from engine.systems.text_brain import TextBrain
from engine.training.evaluate_performance import voice_emotion
from engine.training.evaluate_text import text_emotion, text_intensity
from engine.training.voice_set import AUDIO_FOLDER

LINES = (
    ("0", "0", "How dare you! Get out of my house!", "anger"),
    ("0", "1", "The train leaves at four.", "neutral"),
    ("0", "2", "…", "neutral"),
    ("1", "0", "This is the best day of my life!", "joy"),
    ("1", "1", "He is gone, and I miss him every day.", "sadness"),
)
RATED = (
    ("I am furious about this!", "anger", "0.8"),
    ("slightly annoyed", "anger", "0.3"),
    ("so angry I could scream", "anger", "0.9"),
    ("so happy today!!", "joy", "0.8"),
)


def write(path: Path, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([header, *rows])


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAILIES_CACHE", str(tmp_path / "cache"))
    return tmp_path


def test_words_get_the_figures_that_evaluate_prints(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brain = TextBrain.load()
    monkeypatch.setattr(TextBrain, "load", classmethod(lambda _: brain))
    write(data / DEV, ("dialogue_id", "utterance_id", "text", "emotion"), LINES)
    write(data / RATED_DEV, ("text", "emotion", "intensity"), RATED)
    emotions, intensities = shipped_words_parts(data)
    (found,) = emotions.run("dev").values()
    assert isinstance(found, Naming)
    printed = text_emotion(data / DEV)
    assert naming_figures(found).accuracy == pytest.approx(printed["accuracy"])
    assert naming_figures(found).weighted_f1 == pytest.approx(printed["weighted_f1"])
    assert "in a training file" in found.remark
    (rated,) = intensities.run("dev").values()
    assert isinstance(rated, Rating)
    said = text_intensity(data / RATED_DEV)
    assert rating_figures(rated).mae == pytest.approx(said["mae"])
    assert rating_figures(rated).by_emotion["anger"] == pytest.approx(said["pearson"]["anger"])


def test_voices_get_the_figures_that_evaluate_prints_and_are_heard_once(data: Path) -> None:
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    (data / AUDIO_FOLDER).mkdir(parents=True)
    for emotion, hertz in (("01", 110), ("05", 240), ("04", 150)):
        sound = 0.05 * sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12))
        soundfile.write(data / AUDIO_FOLDER / f"03-01-{emotion}-01-01-01-21.flac", sound, SAMPLE_RATE)
    first = heard(data)
    assert first.shares.sum(axis=1) == pytest.approx(np.ones(3))
    assert (first.fold == -1).all()
    assert np.array_equal(heard(data).shares, first.shares)
    part = shipped_performance_parts(data)[0]
    found = [one for fold in FOLDS for one in part.run(fold).values() if isinstance(one, Naming)]
    whole = naming_figures(Naming.pooled(found))
    printed = voice_emotion(data / AUDIO_FOLDER)
    assert whole.n == printed["n"]
    assert whole.accuracy == pytest.approx(printed["accuracy"], abs=1e-4)
    assert found[0].remark == "0 of 3 files were in training."


def test_without_recordings_a_part_says_so(data: Path) -> None:
    with pytest.raises(TableError, match="No recordings"):
        shipped_performance_parts(data)[0].run(FOLDS[0])
