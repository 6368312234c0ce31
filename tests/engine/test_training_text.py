"""Training the text brain on small sets of the same layout that the test makes."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import weights
from engine.errors import TableError
from engine.features.encoder import TextEncoder
from engine.systems.plain_words import FILE as PLAIN_FILE
from engine.systems.text_brain import FILE, TextBrain
from engine.training import plain_words, text_lines, text_loop, text_passes
from engine.training.text import train
from engine.training.text_lines import (
    SPAN_PIECES,
    Batch,
    cut_into_pieces,
    dialogue_batches,
    line_batches,
    split,
)
from engine.training.text_passes import Deck, rare_first
from engine.training.text_sets import NO_LINE, TextSets, read_sets, shares
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
DIALOGUES, TURNS = 60, 6
Trained = tuple[Path, Path]


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
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Data and weights of one short training."""
    root = tmp_path_factory.mktemp("training")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_loop, "PASSES", 2)
        patch.setattr(text_loop, "LEARNING_RATE", 5e-3)
        patch.setattr(text_loop, "WARM_UP", 1)
        patch.setattr(text_passes, "DIALOGUES_PER_PASS", 1.0)
        patch.setattr(text_passes, "LINES_PER_PASS", dict.fromkeys(text_passes.LINES_PER_PASS, 0.7))
        patch.setattr(text_lines, "POSITIONS", 160)  # few lines: more steps
        patch.setattr(text_lines, "REFERENCE_SHARE", 0.45)  # a scale wants a hundred lines
        train(write_sets(root / "data"), root / "weights", seed=5)
    return root / "data", root / "weights"


@pytest.fixture(scope="module")
def published() -> TextEncoder:
    return TextEncoder.load()


@pytest.fixture(scope="module")
def sets(trained: Trained) -> TextSets:
    return read_sets(trained[0])


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


def test_plain_words_join_the_brain_they_were_taught_beside_and_leave_the_demand_alone(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = trained[0], shutil.copytree(trained[1], tmp_path / "weights")
    monkeypatch.setenv("DAILIES_WEIGHTS", str(out))
    alone = TextBrain.load()
    monkeypatch.setattr(plain_words, "SHARES", (0.0,))
    assert plain_words.train(data, out, say=lambda _: None)["share"] == 0
    assert not (out / PLAIN_FILE).exists()
    monkeypatch.setattr(plain_words.HeldOut, "mean_f1", lambda _held, _words, share: share)
    monkeypatch.setattr(plain_words, "SHARES", (0.0, 0.5))
    assert plain_words.train(data, out, say=lambda _: None)["share"] == 0.5
    assert weights.manifest(out)["files"][PLAIN_FILE]["seed"] == 5
    joined = TextBrain.load()
    assert joined.plain is not None
    lines = list(SAYINGS.values())
    before, after = alone.read_many(lines), joined.read_many(lines)
    assert [one.expected for one in before] == [one.expected for one in after]
    assert [one.emotion for one in before] != [one.emotion for one in after]


def test_the_manifest_says_what_the_weights_were_made_from(trained: Trained) -> None:
    entry = weights.manifest(trained[1])["files"][FILE]
    assert entry["seed"] == 5
    assert entry["command"] == "python -m engine train text --data DIR --out WEIGHTS_DIR --seed 5"
    assert {"data", "licence", "sha256", "commit", "stop_score"} <= set(entry)
    metadata = weights.load(FILE, folder=trained[1]).metadata
    assert json.loads(metadata["emotions"]) == [emotion.value for emotion in BASIC_EMOTIONS]


def test_every_training_text_is_remembered_as_seen(trained: Trained) -> None:
    data, out = trained
    lines = read_sets(data).lines
    assert weights.count_seen(FILE, [line.encode() for line in lines], folder=out) == len(lines)
    assert weights.count_seen(FILE, [b"a line of nobody"], folder=out) == 0


def test_no_dialogue_and_no_other_text_is_in_two_parts(sets: TextSets, published: TextEncoder) -> None:
    pieces = cut_into_pieces(sets.lines, published)
    parts = split(sets, pieces, generator=np.random.default_rng(0))
    groups = np.where(sets.source == "meld", sets.dialogue.astype(str), np.array(sets.lines, dtype=object))
    learn, stop, reference = (set(groups[part]) for part in (parts.learn, parts.stop, parts.reference))
    assert not learn & stop
    assert not learn & reference
    assert not stop & reference
    assert set(sets.source[parts.reference]) == {"meld"}
    assert len(parts.learn) + len(parts.stop) + len(parts.reference) == len(sets.lines)


LINES = ("How dare you!", "", "The unbelievably slow train leaves at four.", "😡 What?", "Yes, he did.")


def spoken_by_line(batches: list[Batch], encoder: TextEncoder) -> dict[int, np.ndarray]:
    """Word states of each line as training computes them."""
    states: dict[int, np.ndarray] = {}
    for batch in batches:
        with torch.inference_mode():
            hidden = encoder.model(input_ids=batch.ids, attention_mask=batch.mask).last_hidden_state
        for line, steps, length in zip(batch.lines, batch.steps(hidden), batch.lengths, strict=True):
            states[int(line)] = steps[:length].numpy()
    return states


def test_training_reads_a_line_alone_as_the_encoder_reads_it(published: TextEncoder) -> None:
    pieces = cut_into_pieces(LINES, published)
    found = spoken_by_line(list(line_batches(pieces, np.array([0, 2, 3, 4]))), published)
    for line, encoded in enumerate(published.encode(LINES)):
        if encoded.words:
            assert np.allclose(found[line], encoded.states, atol=1e-4)


def test_training_reads_a_dialogue_as_the_encoder_reads_each_line_behind_those_before(
    published: TextEncoder, sets: TextSets
) -> None:
    pieces = cut_into_pieces(LINES, published)
    one = replace(sets, dialogue=np.zeros(len(LINES), dtype=np.int64))
    found = spoken_by_line(list(dialogue_batches(one, pieces, np.array([0, 2, 3, 4]))), published)
    encoded = published.encode(LINES, before=[LINES[:at] for at in range(len(LINES))])
    for line in (0, 2, 3, 4):
        assert np.allclose(found[line], encoded[line].states, atol=1e-4)


def test_every_line_of_a_dialogue_is_read_once_and_no_row_is_longer_than_allowed(
    published: TextEncoder,
) -> None:
    lines = [f"{SAYINGS['fear']} {number}" for number in range(60)]
    pieces = cut_into_pieces(lines, published)
    dialogue = np.repeat([0, 1], 30)
    batches = list(
        dialogue_batches(
            replace(made_sets(lines), dialogue=dialogue),
            pieces,
            np.arange(60),
            generator=np.random.default_rng(1),
        )
    )
    read = np.concatenate([batch.lines.numpy() for batch in batches])
    assert sorted(read.tolist()) == list(range(60))
    assert max(batch.ids.shape[1] for batch in batches) <= SPAN_PIECES
    assert len(batches) > 1


def made_sets(lines: list[str]) -> TextSets:
    """GoEmotions lines without labels."""
    count = len(lines)

    def nothing(*shape: int) -> np.ndarray:
        return np.full((count, *shape), np.nan, dtype=np.float32)

    return TextSets(
        lines=tuple(lines),
        source=np.full(count, "goemotions", dtype=object),
        emotion=nothing(7),
        rated=nothing(4),
        present=nothing(5),
        arousal=nothing(),
        soft=nothing(),
        dialogue=np.full(count, NO_LINE, dtype=np.int64),
    )


def test_rare_emotions_are_drawn_more_often_than_they_occur() -> None:
    sets = made_sets(["x"] * 1000)
    sets.emotion[:] = 0
    sets.emotion[:900, BASIC_EMOTIONS.index(Emotion.NEUTRAL)] = 1
    sets.emotion[900:, BASIC_EMOTIONS.index(Emotion.FEAR)] = 1
    generator = np.random.default_rng(2)
    numbers = np.arange(1000)
    drawn = np.concatenate([rare_first(sets, numbers, 0.1, generator=generator) for _ in range(20)])
    assert 0.15 < (drawn >= 900).mean() < 0.35  # a quarter by the root of the counts; a tenth by count


def test_every_line_is_dealt_before_one_comes_again() -> None:
    deck = Deck(np.arange(100, 110), np.random.default_rng(0))
    dealt = np.concatenate([deck.deal(0.3) for _ in range(10)])
    assert np.array_equal(np.bincount(dealt - 100), np.full(10, 3))
    assert sorted(dealt[:9]) == sorted(set(dealt[:9]))
    assert all(len(set(dealt[at : at + 3])) == 3 for at in range(0, 30, 3))


def test_nothing_is_dealt_from_an_empty_deck() -> None:
    assert Deck(np.arange(0), np.random.default_rng(0)).deal(0.5).size == 0


def test_labels_that_name_several_emotions_are_shared_between_them() -> None:
    share = shares("joy|surprise")
    assert share[BASIC_EMOTIONS.index(Emotion.JOY)] == pytest.approx(0.5)
    assert share[BASIC_EMOTIONS.index(Emotion.SURPRISE)] == pytest.approx(0.5)
    assert share.sum() == pytest.approx(1.0)


def test_data_without_the_training_files_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"meld_train.csv is missing; --data names the folder"):
        train(tmp_path, tmp_path / "weights", seed=0)
    assert not (tmp_path / "weights").exists()


def test_a_training_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    data = write_sets(tmp_path / "data", dialogues=2)
    write(data / "text" / "emobank_train.csv", ["id", "text"], [[1, "hello"]])
    with pytest.raises(TableError, match=r"emobank_train.csv lacks the columns A"):
        read_sets(data)
