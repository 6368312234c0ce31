"""The third model learns what the emotion adds, is measured on unseen groups, and speaks of its weights."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.analysis import Analysis, EmotionEstimate, ModalityReading, likeliest
from engine.errors import TableError
from engine.systems.trimodal import FILE, Trimodal, third_opinion
from engine.training.trimodal import compared, read_verdicts, train
from engine.vocabulary import Emotion, Modality, Verdict
from tests.dashboard.analysis_made import WEIGHTS, made_analysis

INTENSITIES = ("expected_intensity", "expressed_intensity")
COLUMNS = (*INTENSITIES, "verdict", "emotion", "actor", "system", "weights_version")
EMOTIONS = ("anger", "joy", "sadness", "neutral")
FORGIVEN = {"anger": 1.0, "joy": -1.0}


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    Trimodal.at_hand.cache_clear()
    yield
    Trimodal.at_hand.cache_clear()


def verdicts(path: Path, *, rows: int = 400, **changes: Any) -> Path:
    """Answers of people who forgive an angry line a gap of one step, and a joyful one none."""
    rng = np.random.default_rng(0)
    with path.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, COLUMNS)
        writer.writeheader()
        for number in range(rows):
            expected, expressed = rng.uniform(0.2, 0.8, 2)
            emotion = EMOTIONS[number % len(EMOTIONS)]
            felt = (expressed - expected) / 0.2 + FORGIVEN.get(emotion, 0.0)
            verdict = "under" if felt < -0.7 else "over" if felt > 0.7 else "correct"
            row = {
                "expected_intensity": f"{expected:.4f}",
                "expressed_intensity": f"{expressed:.4f}",
                "verdict": verdict,
                "emotion": emotion,
                "actor": f"actor {number % 16}",
                "system": "alignment",
                "weights_version": WEIGHTS,
            }
            writer.writerow({**row, **changes})
    return path


def analysis(*, emotion: Emotion, **options: Any) -> Analysis:
    made = made_analysis(**options)
    words = ModalityReading(0.9, 0.4, EmotionEstimate({emotion: 0.8, Emotion.NEUTRAL: 0.2}), 0.5)
    return replace(made, modalities={**made.modalities, Modality.TEXT: words})


def test_where_the_emotion_matters_it_beats_the_gap_on_actors_never_seen(tmp_path: Path) -> None:
    found = compared(read_verdicts(verdicts(tmp_path / "ratings.csv")), seed=0)
    gap, third = found["gap alone, logistic"], found["third model (both brains and the emotion)"]
    assert len(third["macro F1"]) == 5
    assert np.mean(third["macro F1"]) > np.mean(gap["macro F1"]) + 0.1
    assert np.mean(third["log-loss"]) < np.mean(gap["log-loss"])


def test_what_was_trained_speaks_of_clips_beside_the_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    train(verdicts(tmp_path / "ratings.csv"), tmp_path / "weights", seed=0, say=told.append)
    assert any("third model" in line and "±" in line for line in told)
    monkeypatch.setenv("DAILIES_WEIGHTS", str(tmp_path / "weights"))
    angry = third_opinion(analysis(emotion=Emotion.ANGER, expected=0.6, expressed=0.4)).trimodal
    joyful = third_opinion(analysis(emotion=Emotion.JOY, expected=0.6, expressed=0.4)).trimodal
    assert angry is not None
    assert joyful is not None
    assert sum(angry.values()) == pytest.approx(1)
    assert likeliest(angry) is Verdict.CORRECT
    assert likeliest(joyful) is Verdict.UNDER


def test_of_other_weights_or_without_a_gap_it_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(verdicts(tmp_path / "ratings.csv"), tmp_path / "weights", seed=0, say=lambda _: None)
    monkeypatch.setenv("DAILIES_WEIGHTS", str(tmp_path / "weights"))
    assert third_opinion(analysis(emotion=Emotion.JOY, weights_version="others")).trimodal is None
    assert third_opinion(analysis(emotion=Emotion.JOY, expected=None)).trimodal is None


def test_without_its_file_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILIES_WEIGHTS", str(tmp_path))
    said = analysis(emotion=Emotion.JOY)
    assert third_opinion(said) is said


def test_verdicts_made_by_the_rule_teach_weights_that_speak_of_no_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ratings").mkdir()
    verdicts(tmp_path / "ratings" / "cremad_gaps.csv")
    train(tmp_path, tmp_path / "weights", seed=0, say=lambda _: None)
    assert (tmp_path / "weights" / FILE).is_file()
    monkeypatch.setenv("DAILIES_WEIGHTS", str(tmp_path / "weights"))
    assert third_opinion(analysis(emotion=Emotion.JOY)).trimodal is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"rows": 20}, "needs 50"),
        ({"verdict": "correct"}, "lacks one of the verdicts"),
        ({"verdict": "maybe"}, "is no verdict"),
        ({"expected_intensity": "nan"}, "is no number"),
        ({"expected_intensity": "much"}, "could not convert"),
        ({"emotion": "hunger"}, "hunger"),
        ({"actor": "one"}, "1 different actors"),
    ],
)
def test_a_table_that_cannot_teach_is_refused_in_a_sentence(
    options: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(TableError, match=sentence):
        read_verdicts(verdicts(tmp_path / "ratings.csv", **options))


def test_a_table_without_a_column_or_of_several_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bare.csv").write_text("verdict\nunder\n")
    with pytest.raises(TableError, match="no column expected_intensity"):
        read_verdicts(tmp_path / "bare.csv")
    path = verdicts(tmp_path / "ratings.csv")
    path.write_text(path.read_text().replace(WEIGHTS, "others", 1))
    with pytest.raises(TableError, match="mixes predictions of 2 weights"):
        read_verdicts(path)
    with pytest.raises(TableError, match="cannot be read"):
        read_verdicts(tmp_path / "missing.csv")
