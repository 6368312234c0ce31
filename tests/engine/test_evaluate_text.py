"""Measuring the text brain: the figures, and files that cannot be measured."""

from __future__ import annotations

import csv
import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from engine.errors import TableError, UnknownNameError
from engine.systems.text_brain import TextBrain
from engine.training import evaluate_text
from engine.training.evaluate import HOMES, TASKS, evaluate
from tests.thoroughness import repeats

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "text"
LINES = [
    ("How dare you! Get out of my house!", "angry"),
    ("The train leaves at four.", "neutral"),
    ("This is the happiest day of my entire life!", "Happiness"),
    ("I'm terrified. I can't breathe.", "fear"),
    ("I can't stop crying. I miss her so much.", "joy"),
]


@pytest.fixture(scope="module")
def brain() -> TextBrain:
    return TextBrain.load()


def write(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([header, *rows])
    return path


def test_the_figures_of_named_emotions_are_those_of_the_answers(tmp_path: Path, brain: TextBrain) -> None:
    path = write(tmp_path / "lines.csv", ["text", "emotion"], [list(row) for row in LINES])
    found = evaluate_text.text_emotion(path, brain=brain)
    truth = ["anger", "neutral", "joy", "fear", "joy"]
    named = [str(brain.read(line).emotion.label) for line, _ in LINES]
    assert found["accuracy"] == pytest.approx(np.mean(np.array(truth) == np.array(named)))
    assert found["weighted_f1"] == pytest.approx(f1_score(truth, named, average="weighted", zero_division=0))
    assert found["macro_f1"] == pytest.approx(f1_score(truth, named, average="macro", zero_division=0))
    assert (found["n"], found["with_context"], found["skipped"]) == (5, 0, {})
    json.dumps(found)


def test_the_demand_on_neutral_lines_is_told_apart_from_that_on_others(
    tmp_path: Path, brain: TextBrain
) -> None:
    path = write(tmp_path / "lines.csv", ["text", "emotion"], [list(row) for row in LINES])
    demanded = evaluate_text.text_emotion(path, brain=brain)["expected_intensity"]
    assert demanded["auc"] == 1.0
    assert demanded["neutral"] == [pytest.approx(brain.read(LINES[1][0]).expected, abs=1e-3)] * 3


def test_without_neutral_lines_the_demand_s_auc_is_null(tmp_path: Path, brain: TextBrain) -> None:
    path = write(
        tmp_path / "lines.csv", ["text", "emotion"], [["How dare you!", "anger"], ["...", "neutral"]]
    )
    assert evaluate_text.text_emotion(path, brain=brain)["expected_intensity"]["auc"] is None


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_an_evaluator(task: str) -> None:
    module, name = HOMES[task]
    assert callable(getattr(import_module(module), name))


def test_labels_the_brain_does_not_name_are_counted_and_left_out(tmp_path: Path, brain: TextBrain) -> None:
    rows = [list(row) for row in LINES] + [["Hm.", "contempt"], ["Oh.", "amusement"], ["Ah.", "contempt"]]
    found = evaluate_text.text_emotion(write(tmp_path / "a.csv", ["text", "emotion"], rows), brain=brain)
    assert found["n"] == len(LINES)
    assert found["skipped"] == {"amusement": 1, "contempt": 2}


def test_lines_before_come_from_the_same_dialogue_in_its_order_whatever_the_file_s_order() -> None:
    header = ["dialogue_id", "utterance_id", "text"]
    rows = [["b", 10, "b10"], ["a", 2, "a2"], ["a", 0, "a0"], ["b", 9, "b9"], ["a", 1, "a1"], ["a", 3, "a3"]]
    frame = evaluate_text.pd.DataFrame(rows, columns=header).astype(str)
    assert evaluate_text._lines_before(frame) == [["b9"], ["a0", "a1"], [], [], ["a0"], ["a0", "a1", "a2"]]


def test_a_line_with_an_unknown_label_still_serves_as_context(tmp_path: Path, brain: TextBrain) -> None:
    header = ["dialogue_id", "utterance_id", "text", "emotion"]
    rows = [[1, 0, "I hate him, he hit me!", "contempt"], [1, 1, "What?", "anger"]]
    found = evaluate_text.text_emotion(write(tmp_path / "a.csv", header, rows), brain=brain)
    assert (found["n"], found["with_context"]) == (1, 1)


def test_a_line_without_words_counts_as_neutral(tmp_path: Path, brain: TextBrain) -> None:
    path = write(tmp_path / "a.csv", ["text", "emotion"], [["...", "neutral"], ["", "anger"]])
    found = evaluate_text.text_emotion(path, brain=brain)
    assert (found["accuracy"], found["no_words"]) == (0.5, 2)


def test_intensity_figures_are_given_by_emotion_and_undefined_ones_are_null(
    tmp_path: Path, brain: TextBrain
) -> None:
    rows = [
        ["I am furious, I could kill him", "anger", 0.95],
        ["That was a bit annoying", "anger", 0.3],
        ["I hate everyone here", "anger", 0.8],
        ["yuck, gross", "disgust", 0.6],
        ["fine", "pride", 0.5],
    ]
    path = write(tmp_path / "a.csv", ["text", "emotion", "intensity"], rows)
    found = evaluate_text.text_intensity(path, brain=brain)
    assert found["pearson"]["anger"] > 0
    assert found["pearson"]["disgust"] is None
    assert found["pearson_mean"] == found["pearson"]["anger"]
    assert 0 <= found["mae"] <= 1
    assert (found["n"], found["skipped"]) == (4, {"pride": 1})
    json.dumps(found)


def test_texts_of_the_training_sets_are_recognised(tmp_path: Path, brain: TextBrain) -> None:
    rows = [["You must’ve had your hands full.", "neutral"], ["A line nobody wrote before 7261.", "neutral"]]
    found = evaluate_text.text_emotion(write(tmp_path / "a.csv", ["text", "emotion"], rows), brain=brain)
    assert found["seen_in_training"] == 1


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled sets are not beside the checkout")
def test_the_shipped_weights_name_the_emotions_of_unseen_dialogues_above_the_floor(
    tmp_path: Path, brain: TextBrain
) -> None:
    found = evaluate_text.text_emotion(_some(SHARED / "meld_dev.csv", tmp_path), brain=brain)
    assert found["weighted_f1"] > 0.48
    assert found["macro_f1"] > 0.30


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled sets are not beside the checkout")
def test_the_shipped_weights_rate_unseen_intensity_in_order(tmp_path: Path, brain: TextBrain) -> None:
    found = evaluate_text.text_intensity(_some(SHARED / "semeval2018_ei_reg_dev.csv", tmp_path), brain=brain)
    assert found["pearson_mean"] > 0.55
    assert found["seen_in_training"] == 0


def _some(table: Path, folder: Path) -> Path:
    """Every third row; rows that follow one another are a dialogue, or of one emotion."""
    with table.open(encoding="utf-8", newline="") as opened:
        header, *rows = csv.reader(opened)
    step = repeats(3, thorough=1)
    return write(folder / table.name, header, [list(row) for row in rows[::step]])


def test_an_unknown_task_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=", ".join(TASKS)):
        evaluate("text-colour", Path("x.csv"))


@pytest.mark.parametrize("task", ["text-emotion", "text-intensity"])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no CSV in UTF-8"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "no CSV in UTF-8|lacks the columns|more cells"),
        (b"text,emotion,intensity\nwell, no,joy,0.5\n", "more cells than the header"),
        (b"text,emotion,intensity\na,joy,0.5\nwell, no, no,joy,0.5\n", "more cells than the header"),
        ("text,emotion,intensity\nH\xf6r auf,anger,0.5\n".encode("latin-1"), "no CSV in UTF-8"),
        (b"line,label\nhello,joy\n", "lacks the columns text, emotion"),
        (b"text,emotion,intensity\n", "no row with an emotion"),
        (b"text,emotion,intensity\nhello,mauve,0.5\n", "no row with an emotion"),
        (b"text,emotion,intensity\nhello,joy,0.5\nhello,,0.5\n", "Row 3 of lines.csv names no emotion"),
    ],
)
def test_a_file_that_cannot_be_measured_is_refused_in_a_sentence(
    tmp_path: Path, task: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / "lines.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=sentence):
        evaluate(task, path)


@pytest.mark.parametrize("value", ["", "nan", "inf", "-0.1", "1.2", "much"])
def test_an_intensity_that_is_no_share_is_refused(tmp_path: Path, value: str) -> None:
    path = write(
        tmp_path / "a.csv", ["text", "emotion", "intensity"], [["hello", "joy", 0.5], ["ah", "joy", value]]
    )
    with pytest.raises(TableError, match=r"Row 3 of a.csv has the intensity .*numbers from 0 to 1"):
        evaluate("text-intensity", path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"no file gone.csv"):
        evaluate("text-emotion", tmp_path / "gone.csv")
    with pytest.raises(TableError, match="is a folder"):
        evaluate("text-emotion", tmp_path)
