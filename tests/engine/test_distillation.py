"""Soft scores of intensity from emotion classifiers, with tiny ones of the published classes."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import RobertaConfig, RobertaForSequenceClassification, RobertaTokenizerFast

from engine.__main__ import main
from engine.errors import TableError, WeightsError
from engine.training.distillation import Teacher, distil, is_high
from engine.training.text_sets import TextSets, read_sets
from tests.engine.test_training_text import write, write_sets

EKMAN = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
FINE = ("admiration", "annoyance", "grief", "nervousness", "neutral", "excitement")
LINES = ["How dare you!", "The train leaves at four.", "I miss her.", "What a day!"]


def save_tiny(folder: Path, labels: tuple[str, ...], *, seed: int = 0, problem: str | None = None) -> Path:
    """A RobertaForSequenceClassification, a few thousand weights large."""
    folder.mkdir(parents=True)
    pieces = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    pieces.train_from_iterator(LINES, vocab_size=300, special_tokens=special)
    pieces.save_model(str(folder))
    tokenizer = RobertaTokenizerFast(
        vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"), model_max_length=512
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=514,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.5,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
        problem_type=problem,
    )
    RobertaForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    save_tiny(root / "roberta", EKMAN)
    save_tiny(root / "emoroberta", FINE, seed=1)
    save_tiny(root / "multi", FINE, seed=2, problem="multi_label_classification")
    return root


def lines_csv(path: Path, texts: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([["id", "text"], *([at, text] for at, text in enumerate(texts))])
    return path


def test_the_score_is_the_classifier_s_mass_on_emotions_of_high_arousal(models: Path) -> None:
    teacher = Teacher.load(str(models / "roberta"))
    with torch.inference_mode():
        read = teacher.tokenizer(LINES[0], return_tensors="pt")
        shares = torch.softmax(teacher.model(**read).logits[0], dim=-1)
    calm = float(shares[EKMAN.index("neutral")] + shares[EKMAN.index("sadness")])
    assert teacher.scores(LINES)[0] == pytest.approx(1 - calm, abs=1e-5)


def test_a_classifier_that_ticks_several_emotions_is_brought_to_one_distribution(models: Path) -> None:
    teacher = Teacher.load(str(models / "multi"))
    with torch.inference_mode():
        read = teacher.tokenizer(LINES[0], return_tensors="pt")
        ticked = torch.sigmoid(teacher.model(**read).logits[0])
    high = ticked[[FINE.index(name) for name in ("annoyance", "nervousness", "excitement")]].sum()
    assert teacher.scores(LINES)[0] == pytest.approx(float(high / ticked.sum()), abs=1e-5)


@pytest.mark.parametrize(
    ("label", "high"),
    [("Angry", True), ("excitement", True), ("nervousness", True), ("grief", False), ("calm", False)],
)
def test_the_finer_emotions_and_other_names_are_known_by_their_arousal(label: str, high: bool) -> None:
    assert is_high(label) is high


def test_several_classifiers_are_averaged_and_each_line_is_scored_once(models: Path, tmp_path: Path) -> None:
    path = lines_csv(tmp_path / "lines.csv", [*LINES, LINES[0], "  "])
    folders = [str(models / "roberta"), str(models / "emoroberta")]
    assert distil(folders, path, tmp_path / "scores.csv") == len(LINES)
    frame = pd.read_csv(tmp_path / "scores.csv")
    assert frame["text"].tolist() == LINES
    single = frame.drop(columns=["text", "intensity"])
    assert single.columns.tolist() == ["intensity_1_roberta", "intensity_2_emoroberta"]
    assert frame["intensity"].tolist() == pytest.approx(single.mean(axis=1).tolist(), abs=1e-5)
    assert frame["intensity"].between(0, 1).all()
    assert frame["intensity"].nunique() == len(LINES)


def test_the_command_says_what_to_do_with_the_scores(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = lines_csv(tmp_path / "lines.csv", LINES), tmp_path / "scores.csv"
    folder = str(models / "roberta")
    assert main(["distil", "--models", folder, "--lines", str(path), "--out", str(out)]) == 0
    assert "4 lines are scored" in capsys.readouterr().out
    assert out.is_file()


@pytest.mark.parametrize("bad", ["no_column", "no_lines", "no_model", "no_emotions"])
def test_what_cannot_be_scored_is_refused_and_nothing_is_written(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], bad: str
) -> None:
    path, folder = lines_csv(tmp_path / "lines.csv", [] if bad == "no_lines" else LINES), models / "roberta"
    if bad == "no_column":
        path.write_text("id,line\n1,hello\n", encoding="utf-8")
    if bad == "no_model":
        folder = tmp_path / "empty"
        folder.mkdir()
    if bad == "no_emotions":
        folder = save_tiny(tmp_path / "labels", ("LABEL_0", "LABEL_1"))
    out = tmp_path / "scores.csv"
    assert main(["distil", "--models", str(folder), "--lines", str(path), "--out", str(out)]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not list(tmp_path.glob("scores*"))


def test_classes_that_are_no_emotions_are_refused_in_a_sentence() -> None:
    with pytest.raises(WeightsError, match="not emotions"):
        is_high("LABEL_3")


def test_scores_become_a_set_to_learn_from(tmp_path: Path) -> None:
    data = write_sets(tmp_path / "data", dialogues=2)
    write(tmp_path / "soft.csv", ["text", "intensity"], [["Get out!", 0.9], ["It is four.", 0.1]])
    sets: TextSets = read_sets(data, soft=tmp_path / "soft.csv")
    own = sets.source == "distilled"
    assert [line for line, is_own in zip(sets.lines, own, strict=True) if is_own] == [
        "Get out!",
        "It is four.",
    ]
    assert sets.soft[own].tolist() == pytest.approx([0.9, 0.1])
    assert not (sets.soft[~own] >= 0).any()


@pytest.mark.parametrize("score", ["1.2", "-0.1", "much", ""])
def test_scores_that_are_no_shares_are_refused(tmp_path: Path, score: str) -> None:
    data = write_sets(tmp_path / "data", dialogues=2)
    write(tmp_path / "soft.csv", ["text", "intensity"], [["Get out!", 0.9], ["It is four.", score]])
    with pytest.raises(TableError, match=r"Row 3 of soft.csv .* from 0 to 1"):
        read_sets(data, soft=tmp_path / "soft.csv")
