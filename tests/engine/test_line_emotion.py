"""The line's emotion by a RoBERTa classifier, with a tiny one of the same class."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import RobertaConfig, RobertaForSequenceClassification, RobertaTokenizerFast

from engine import hub_models
from engine.errors import WeightsError
from engine.systems import line_emotion
from engine.systems.alignment import AlignmentSystem
from engine.systems.line_emotion import MODEL, LineEmotion
from engine.vocabulary import BASIC_EMOTIONS, Emotion, Modality

LABELS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
LINES = ["How dare you!", "The train leaves at four.", "I miss her.", "What a day!"]


def save_tiny_model(folder: Path, labels: tuple[str, ...] = LABELS) -> Path:
    """A RobertaForSequenceClassification of the published class, a few thousand weights large."""
    folder.mkdir(parents=True)
    pieces = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    pieces.train_from_iterator(LINES, vocab_size=300, special_tokens=special)
    pieces.save_model(str(folder))
    tokenizer = RobertaTokenizerFast(
        vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"), model_max_length=512
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=514,
        pad_token_id=tokenizer.pad_token_id,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    RobertaForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    save_tiny_model(root / MODEL)
    return root


@pytest.fixture
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hub_models.MODELS_VARIABLE, str(tmp_path / "empty"))


def test_a_local_folder_answers_with_a_distribution_over_the_basic_emotions(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(hub_models.MODELS_VARIABLE, str(models))
    model = LineEmotion.load()
    estimates = model.read_many(LINES)
    assert [tuple(estimate.probabilities) for estimate in estimates] == [BASIC_EMOTIONS] * len(LINES)
    assert all(sum(estimate.probabilities.values()) == pytest.approx(1) for estimate in estimates)


def test_the_answer_is_the_classifier_s_own_softmax(models: Path) -> None:
    model = LineEmotion.from_folder(models / MODEL)
    pieces = model.tokenizer(LINES[0], return_tensors="pt")
    with torch.inference_mode():
        shares = torch.softmax(model.model(**pieces).logits[0], dim=-1)
    read = model.read(LINES[0])
    assert read is not None
    for number, label in enumerate(LABELS):
        assert read.probabilities[Emotion(label)] == pytest.approx(float(shares[number]), abs=1e-6)


def test_padding_beside_a_longer_line_changes_nothing(models: Path) -> None:
    model = LineEmotion.from_folder(models / MODEL)
    alone, beside = model.read(LINES[2]), model.read_many([LINES[2], "word " * 60])[0]
    assert alone is not None
    assert beside is not None
    assert beside.probabilities == pytest.approx(alone.probabilities, abs=1e-5)


def test_a_blank_line_has_no_emotion_and_a_very_long_one_is_read(models: Path) -> None:
    model = LineEmotion.from_folder(models / MODEL)
    blank, long = model.read_many(["  \n", "word " * 3000])
    assert blank is None
    assert long is not None


def test_the_model_is_also_found_under_the_last_part_of_its_name(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / MODEL.rpartition("/")[2]).symlink_to(models / MODEL)
    monkeypatch.setenv(hub_models.MODELS_VARIABLE, str(tmp_path))
    assert line_emotion.local_folder() == tmp_path / MODEL.rpartition("/")[2]


def test_aliases_among_the_classes_are_understood(tmp_path: Path) -> None:
    labels = ("angry", "disgusted", "fearful", "happiness", "neutral", "sad", "surprised")
    assert LineEmotion.from_folder(save_tiny_model(tmp_path / "m", labels)).emotions == BASIC_EMOTIONS


def test_classes_that_are_no_emotions_are_refused_in_a_sentence(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "m", ("LABEL_0", "LABEL_1"))
    with pytest.raises(WeightsError, match="not emotions"):
        LineEmotion.from_folder(folder)


@pytest.mark.usefixtures("nothing_here")
def test_without_a_copy_it_says_where_to_put_one_and_opens_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(WeightsError, match=r"not on this machine; put its files into \$DAILIES_MODELS"):
        LineEmotion.load()


@pytest.mark.usefixtures("nothing_here")
def test_a_hub_that_nobody_answers_for_is_given_up_with_a_sentence() -> None:
    with pytest.raises(WeightsError, match="could not be fetched"):
        LineEmotion.load(fetch=True, hub="http://127.0.0.1:9")


@pytest.mark.usefixtures("nothing_here")
def test_a_hub_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_models, "HUB_PATIENCE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(WeightsError, match="could not be fetched"):
            LineEmotion.load(fetch=True, hub=f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer.json"])
def test_half_a_model_folder_is_refused_in_a_sentence(tmp_path: Path, missing: str) -> None:
    folder = save_tiny_model(tmp_path / "m")
    (folder / missing).unlink()
    if missing == "tokenizer.json":
        (folder / "vocab.json").unlink()
        (folder / "merges.txt").unlink()
    with pytest.raises(WeightsError, match="cannot be loaded"):
        LineEmotion.from_folder(folder)


def test_where_the_model_is_at_hand_it_names_the_emotion_of_the_words_and_nothing_else(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = Path(__file__).resolve().parents[2] / "dashboard" / "demo" / "takes" / "part_3.mp4"
    plain = AlignmentSystem.load()
    monkeypatch.setenv(hub_models.MODELS_VARIABLE, str(models))
    AlignmentSystem.load.cache_clear()
    try:
        named = AlignmentSystem.load()
        without, given = (system.analyze(take, line=LINES[0]) for system in (plain, named))
        assert named.line_emotion is not None
        expected = named.line_emotion.read(LINES[0])
    finally:
        AlignmentSystem.load.cache_clear()
    assert given.modalities[Modality.TEXT].emotion == expected
    assert without.modalities[Modality.TEXT].emotion != expected
    assert given.expected_intensity == without.expected_intensity
    assert given.expressed_intensity == without.expressed_intensity
    assert given.weights_version != without.weights_version
