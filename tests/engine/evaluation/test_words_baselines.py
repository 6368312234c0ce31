"""Classical models of words: what they read, how they are tuned, and that dev lines teach them nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.errors import TableError
from engine.evaluation.parts.meld_words import (
    DEV,
    NEUTRAL,
    TRAIN,
    read_lines,
    sentence_embeddings,
    without_much_neutral,
)
from engine.evaluation.parts.words_baselines import BASELINES, SEEDS, words_parts
from engine.evaluation.predictions import Naming
from engine.vocabulary import BASIC_EMOTIONS

TELLING = {
    "anger": "how dare you",
    "disgust": "that is gross",
    "fear": "i am scared",
    "joy": "this is great",
    "neutral": "the table is here",
    "sadness": "i miss him",
    "surprise": "oh my god",
}


def write_lines(path: Path, *, dialogues: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        {
            "dialogue_id": one,
            "utterance_id": at,
            "text": f"{TELLING[name]} {rng.integers(9)}",
            "emotion": name,
        }
        for one in range(dialogues)
        for at, name in enumerate([*TELLING, "neutral", "neutral"])
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_csv(path, index=False)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAILIES_CACHE", str(tmp_path / "cache"))
    write_lines(tmp_path / TRAIN, dialogues=12, seed=0)
    write_lines(tmp_path / DEV, dialogues=3, seed=1)
    return tmp_path


@pytest.mark.parametrize("name", ["logistic", "bayes", "tree", "machine"])
def test_a_model_learns_what_can_be_learned_in_each_of_the_four_ways(name: str, data: Path) -> None:
    part = next(part for part in words_parts(data) if part.name == f"words-{name}")
    rows = part.run(SEEDS[0])
    assert len(rows) == 4
    for title, found in rows.items():
        assert isinstance(found, Naming)
        assert found.truth.size == 27
        assert (found.named == found.truth).mean() > 0.8, title
        assert found.calibrated == (name != "machine")


def test_dev_labels_change_no_answer(data: Path) -> None:
    part = next(part for part in words_parts(data) if part.name == "words-bayes")
    before = part.run(SEEDS[1])
    table = pd.read_csv(data / DEV)
    table["emotion"] = table["emotion"].sample(frac=1, random_state=0).to_numpy()
    table.to_csv(data / DEV, index=False)
    after = part.run(SEEDS[1])
    for title, found in before.items():
        other = after[title]
        assert isinstance(found, Naming)
        assert isinstance(other, Naming)
        assert np.array_equal(found.shares, other.shares)
        assert not np.array_equal(found.truth, other.truth)


def test_neutral_lines_are_drawn_down_to_the_next_largest_class_and_no_other_is() -> None:
    emotion = np.array([NEUTRAL] * 50 + [0] * 7 + [3] * 4)
    kept = without_much_neutral(emotion, np.arange(61), np.random.default_rng(0))
    counts = np.bincount(emotion[kept], minlength=len(BASIC_EMOTIONS))
    assert counts[NEUTRAL] == 7
    assert (counts[0], counts[3]) == (7, 4)
    assert len(set(kept.tolist())) == kept.size


def test_lines_are_cut_after_so_many_words(data: Path) -> None:
    lines = read_lines(data / DEV)
    assert all(len(text.split()) <= 2 for text in lines.cut(2))
    assert lines.cut(50) == lines.texts


def test_embeddings_have_length_one_and_are_read_again_from_the_cache(data: Path) -> None:
    texts = ("How dare you!", "The train leaves at four.", "How dare you!", "…")
    first = sentence_embeddings(texts)
    assert np.allclose(np.linalg.norm(first[:3], axis=1), 1, atol=1e-5)
    assert not first[3].any()
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(sentence_embeddings(texts), first)
    assert list((data / "cache").rglob("sentences-*.npz"))


def test_every_baseline_has_settings_to_choose_from_and_a_name_of_its_own() -> None:
    assert len({one.name for one in BASELINES}) == len(BASELINES)
    assert all(len(one.settings) > 1 for one in BASELINES)


def test_a_missing_file_and_an_unknown_emotion_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"meld_train\.csv"):
        read_lines(tmp_path / TRAIN)
    (tmp_path / "lines.csv").write_text("dialogue_id,text,emotion\n0,Hm.,bewilderment\n", encoding="utf-8")
    with pytest.raises(TableError, match="seven emotions"):
        read_lines(tmp_path / "lines.csv")
