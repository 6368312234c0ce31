"""Training the text brain on small sets of the same layout that the test makes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from engine import weights
from engine.errors import TableError
from engine.systems.text_brain import FILE, TextBrain
from engine.training import text_loop
from engine.training.text import train
from engine.training.text_lines import split
from engine.training.text_sets import NO_LINE, lines_before, read_sets, shares
from engine.training.text_states import word_states
from engine.vocabulary import BASIC_EMOTIONS, Emotion

SAYINGS = {
    "anger": "I hate this and I am furious",
    "disgust": "that is revolting and it makes me sick",
    "fear": "I am terrified of the dark",
    "joy": "I am so happy and I love it",
    "neutral": "the bus stops near the house",
    "sadness": "I miss him and I keep crying",
    "surprise": "wow I never expected this",
}
DIALOGUES, TURNS = 220, 6
Trained = tuple[Path, Path, Path]


def write(path: Path, header: list[str], rows: list[list[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([header, *rows])


def write_sets(data: Path, *, dialogues: int = DIALOGUES) -> Path:
    """The five training files, small, with emotions that are easy to tell apart."""
    generator = np.random.default_rng(3)
    names = list(SAYINGS)

    def draw() -> str:
        return str(generator.choice(names, p=[0.1, 0.05, 0.05, 0.15, 0.45, 0.1, 0.1]))

    def said(emotion: str) -> str:
        return f"{SAYINGS[emotion]} {generator.integers(100)}"

    text = data / "text"
    meld = [
        [dialogue, turn, said(emotion), emotion]
        for dialogue in range(dialogues)
        for turn in range(TURNS)
        for emotion in [draw()]
    ]
    write(text / "meld_train.csv", ["dialogue_id", "utterance_id", "text", "emotion"], meld)
    reddit = [[said(emotion), emotion] for emotion in (draw() for _ in range(200))]
    write(text / "goemotions_train.csv", ["text", "ekman"], [*reddit, ["oh nice wow", "joy|surprise"]])
    rated = [
        [f"{said(emotion)} " + "very " * level, emotion, level / 4]
        for emotion in ("anger", "fear", "joy", "sadness")
        for level in range(5)
        for _ in range(16)
    ]
    write(text / "semeval2018_ei_reg_train.csv", ["text", "emotion", "intensity"], rated)
    levels = [[f"t{at}", said("fear"), 0, 2, 0, 1, 0] for at in range(30)]
    write(
        text / "semeval2025_t11b_train.csv",
        ["id", "text", "anger", "fear", "joy", "sadness", "surprise"],
        levels,
    )
    write(
        text / "emobank_train.csv", ["id", "A", "text"], [[at, 2 + at % 3, said("joy")] for at in range(60)]
    )
    return data


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Data, weights and cached states of one short training."""
    root = tmp_path_factory.mktemp("training")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILIES_CACHE", str(root / "cache"))
        patch.setattr(text_loop, "EPOCHS", 3)
        patch.setattr(text_loop, "LEARNING_RATE", 3e-3)
        train(write_sets(root / "data"), root / "weights", seed=5)
    return root / "data", root / "weights", root / "cache" / "text_states"


def test_a_trained_brain_tells_emotions_apart_and_neutral_lines_demand_less(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILIES_WEIGHTS", str(trained[1]))
    brain = TextBrain.load()
    readings = brain.read_many(list(SAYINGS.values()))
    named = [str(reading.emotion.label) for reading in readings if reading.emotion]
    demanded = {name: reading.expected for name, reading in zip(SAYINGS, readings, strict=True)}
    assert sum(name == truth for name, truth in zip(named, SAYINGS, strict=True)) >= 5
    assert demanded.pop("neutral") < np.mean(list(demanded.values()))


def test_the_manifest_says_what_the_weights_were_made_from(trained: Trained) -> None:
    entry = weights.manifest(trained[1])["files"][FILE]
    assert entry["seed"] == 5
    assert entry["command"] == "python -m engine train text --data DIR --out WEIGHTS_DIR --seed 5"
    assert {"data", "licence", "sha256", "commit", "stop_score"} <= set(entry)
    metadata = weights.load(FILE, folder=trained[1]).metadata
    assert json.loads(metadata["emotions"]) == [emotion.value for emotion in BASIC_EMOTIONS]


def test_every_training_text_is_remembered_as_seen(trained: Trained) -> None:
    data, out, _ = trained
    lines = read_sets(data).lines
    assert weights.count_seen(FILE, [line.encode() for line in lines], folder=out) == len(lines)
    assert weights.count_seen(FILE, [b"a line of nobody"], folder=out) == 0


def test_no_dialogue_and_no_other_text_is_in_two_parts(trained: Trained) -> None:
    sets = read_sets(trained[0])
    states = word_states(sets.lines, folder=trained[2])
    parts = split(sets, states, generator=np.random.default_rng(0))
    groups = np.where(sets.source == "meld", sets.dialogue.astype(str), np.array(sets.lines, dtype=object))
    learn, stop, reference = (set(groups[part]) for part in (parts.learn, parts.stop, parts.reference))
    assert not learn & stop
    assert not learn & reference
    assert not stop & reference
    assert set(sets.source[parts.reference]) == {"meld"}
    assert len(parts.learn) + len(parts.stop) + len(parts.reference) == len(sets.lines)


def test_states_are_read_back_from_the_cache_as_they_were_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["How dare you!", "", "The train leaves at four."]
    first = word_states(lines, folder=tmp_path)
    monkeypatch.setattr("engine.training.text_states.TextEncoder", None)  # a second encoding would fail
    second = word_states(lines, folder=tmp_path)
    assert second.offsets.tolist() == [0, 3, 3, 8]
    assert np.array_equal(first.states, second.states)
    assert second.rows_of(np.array([2, 0])).tolist() == [3, 4, 5, 6, 7, 0, 1, 2]


def test_labels_that_name_several_emotions_are_shared_between_them() -> None:
    share = shares("joy|surprise")
    assert share[BASIC_EMOTIONS.index(Emotion.JOY)] == pytest.approx(0.5)
    assert share[BASIC_EMOTIONS.index(Emotion.SURPRISE)] == pytest.approx(0.5)
    assert share.sum() == pytest.approx(1.0)


def test_context_never_crosses_the_border_of_a_dialogue() -> None:
    before = lines_before(np.array([0, 0, 0, 1, 1, NO_LINE, NO_LINE]))
    none = [NO_LINE, NO_LINE]
    assert before.tolist() == [none, [0, NO_LINE], [1, 0], none, [3, NO_LINE], none, none]


def test_data_without_the_training_files_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"meld_train.csv is missing; --data names the folder"):
        train(tmp_path, tmp_path / "weights", seed=0)
    assert not (tmp_path / "weights").exists()


def test_a_training_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    data = write_sets(tmp_path / "data", dialogues=2)
    write(data / "text" / "emobank_train.csv", ["id", "text"], [[1, "hello"]])
    with pytest.raises(TableError, match=r"emobank_train.csv lacks the columns A"):
        read_sets(data)
