"""MiniLM's word states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import WeightsError
from engine.features import encoder
from engine.features.encoder import (
    CONTEXT_PIECES,
    ENCODER_SHA256,
    MAX_WORDS,
    STATE_WIDTH,
    TextEncoder,
    encoder_folder,
    turn_mask,
)
from engine.weights import file_sha256


@pytest.fixture(scope="module")
def minilm() -> TextEncoder:
    return TextEncoder.load()


def test_the_encoder_is_the_published_one() -> None:
    assert file_sha256(encoder_folder() / "model.safetensors") == ENCODER_SHA256


def test_a_word_s_state_is_the_mean_of_its_pieces(minilm: TextEncoder) -> None:
    encoded = minilm.encode(["unbelievably rude!"])[0]
    pieces = minilm.tokenizer("unbelievably rude!", return_tensors="pt")
    with torch.inference_mode():
        hidden = minilm.model(**pieces).last_hidden_state[0].numpy()
    of_word = pieces.word_ids()
    rude = [at for at, word in enumerate(of_word) if word in (1, 2)]  # "rude" and "!"
    assert encoded.words == ("unbelievably", "rude!")
    assert np.allclose(encoded.states[1], hidden[rude].mean(axis=0), atol=1e-5)


def test_a_line_s_states_do_not_depend_on_the_lines_beside_it(minilm: TextEncoder) -> None:
    line = "Get out of my house!"
    alone = minilm.encode([line])[0]
    beside = minilm.encode(["Yes.", line, "word " * 90])[1]
    assert np.allclose(alone.states, beside.states, atol=1e-4)


def test_the_same_word_has_another_state_in_another_line(minilm: TextEncoder) -> None:
    first, second = minilm.encode(["I love this.", "I hate this."])
    assert not np.allclose(first.states[2], second.states[2], atol=0.05)


def test_a_line_longer_than_the_window_is_read_to_its_end(minilm: TextEncoder) -> None:
    encoded = minilm.encode(["They all died. " * 200])[0]
    assert len(encoded.words) == 600
    assert not encoded.cut
    assert (np.abs(encoded.states).sum(axis=1) > 0).all()


def test_a_line_beyond_the_limit_is_cut_and_says_so(minilm: TextEncoder) -> None:
    encoded = minilm.encode(["a " * (MAX_WORDS + 5)])[0]
    assert len(encoded.words) == MAX_WORDS
    assert encoded.cut


def test_one_endless_word_is_read(minilm: TextEncoder) -> None:
    encoded = minilm.encode(["no" * 3000])[0]
    assert encoded.states.shape == (1, STATE_WIDTH)
    assert np.isfinite(encoded.states).all()


@pytest.mark.parametrize(
    ("line", "share"),
    [
        ("The train leaves at four.", 1.0),
        ("I don’t know what you’re on about, Phoebe!", 1.0),
        ("It is 12 past 4", 1.0),
        ("😡😡", 1.0),
        ("मुझे जाने दो", 0.0),
        ("我不知道", 0.0),
        ("Уходи отсюда", 0.0),
        ("xqzvt blrgh pfffk", 0.0),
    ],
)
def test_words_the_vocabulary_covers_are_told_from_others(
    minilm: TextEncoder, line: str, share: float
) -> None:
    assert minilm.encode([line])[0].known.mean() == share


def test_lines_without_words_have_no_states(minilm: TextEncoder) -> None:
    assert [each.states.shape for each in minilm.encode(["", "...", "?!"])] == [(0, STATE_WIDTH)] * 3
    assert minilm.encode([]) == []


def test_altered_encoder_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "altered_minilm"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('the package was imported')\n")
    (package / "model" / "model.safetensors").write_bytes(b"not the published weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(encoder, "PACKAGE", "altered_minilm")
    with pytest.raises(WeightsError, match="not the published all-MiniLM-L6-v2"):
        encoder_folder.__wrapped__()


def test_a_missing_encoder_package_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "PACKAGE", "no_such_encoder_package")
    with pytest.raises(WeightsError, match="not installed"):
        encoder_folder.__wrapped__()


def test_the_lines_before_change_the_states_of_a_line_s_words_and_not_their_number(
    minilm: TextEncoder,
) -> None:
    alone = minilm.encode(["What is it?"])[0]
    behind = minilm.encode(["What is it?"], before=[["He hit me.", "I hate him!"]])[0]
    assert behind.words == alone.words
    assert behind.states.shape == alone.states.shape
    assert not np.allclose(behind.states, alone.states, atol=0.05)


def test_nothing_before_a_line_is_the_line_alone(minilm: TextEncoder) -> None:
    lines = ["What is it?", "Get out of my house!"]
    beside = minilm.encode(lines, before=[["", "..."], ["What is it?"]])
    assert np.allclose(beside[0].states, minilm.encode(lines)[0].states, atol=1e-4)


def test_a_line_does_not_see_the_lines_after_it() -> None:
    turns = torch.tensor([[0, 0, 1, 1, 2, 0]])
    there = torch.tensor([[True, True, True, True, True, False]])
    seen = turn_mask(turns, there)[0, 0]
    assert seen[0].tolist() == [True, True, False, False, False, False]
    assert seen[2].tolist() == [True, True, True, True, False, False]
    assert seen[4].tolist() == [True, True, True, True, True, False]


def test_the_earliest_lines_are_left_out_where_there_is_no_room(minilm: TextEncoder) -> None:
    long, near = "word " * (CONTEXT_PIECES - 10), "I hate him!"
    only_near = minilm.encode(["What?"], before=[[near]])[0].states
    both = minilm.encode(["What?"], before=[["word " * 20 + long, near]])[0].states
    assert np.allclose(both, only_near, atol=1e-4)


def test_a_line_that_fills_the_window_leaves_no_room_for_those_before(minilm: TextEncoder) -> None:
    line = "word " * 300
    alone = minilm.encode([line])[0].states
    assert np.allclose(minilm.encode([line], before=[["I hate him!"]])[0].states, alone, atol=1e-4)
