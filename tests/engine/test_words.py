"""Words of a line: splitting, spreading, and the table's word block."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.features.table import INSTANTS, WORD_WIDTH, instants
from engine.features.words import REACH_S, plain_form, split_words, spread, word_block

NO_SPEECH = np.zeros(INSTANTS, dtype=np.bool_)


def states_of(count: int) -> np.ndarray:
    """States that tell which word they belong to: word i is full of i + 1."""
    return np.repeat(np.arange(1, count + 1, dtype=np.float32)[:, None], WORD_WIDTH, axis=1)


def words_at(values: np.ndarray) -> list[int]:
    """Which word each instant took, 0 for none."""
    return values[:, 0].astype(int).tolist()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("How dare you!", ("How", "dare", "you!")),
        ("  I don’t   know.\n", ("I", "don’t", "know.")),
        ("Well - no.", ("Well-", "no.")),
        ("... and then?", ("...and", "then?")),
        ("I — I can't ...", ("I—", "I", "can't...")),
        ("我不知道", ("我", "不", "知", "道")),
        ("मुझे जाने दो", ("मुझे", "जाने", "दो")),
        ("no 😡 more", ("no", "😡", "more")),
        ("", ()),
        ("?! ... —", ()),
        ("\t\n ", ()),
    ],
)
def test_a_line_is_split_into_its_words(line: str, words: tuple[str, ...]) -> None:
    assert split_words(line) == words


@given(st.text(max_size=80))
def test_no_sign_of_a_line_with_words_is_lost_and_no_word_is_blank(line: str) -> None:
    words = split_words(line)
    assert all(word.strip() for word in words)
    if words:
        assert "".join("".join(words).split()) == "".join(line.split())


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("don’t", "don't"),
        ("😡", "pouting face"),
        ("❤️", "heavy black heart"),
        ("@someone_else", "@user"),
        ("https://example.org/a?b", "link"),
        ("café", "café"),
    ],
)
def test_words_are_written_as_the_vocabulary_knows_them(word: str, plain: str) -> None:
    assert plain_form(word) == plain


def test_words_without_times_fill_the_voiced_stretch() -> None:
    times = instants(10.0)
    speech = (times > 2) & (times < 6)
    spans = spread(4, speech, times)
    assert spans[0, 0] == pytest.approx(2.0)
    assert spans[-1, 1] == pytest.approx(6.0)
    assert np.allclose(spans[1:, 0], spans[:-1, 1])
    assert np.allclose(np.diff(spans, axis=1), 1.0)


def test_words_without_times_and_without_voice_fill_the_clip() -> None:
    spans = spread(5, NO_SPEECH, instants(10.0))
    assert spans[0, 0] == pytest.approx(0.0)
    assert spans[-1, 1] == pytest.approx(10.0)


def test_each_instant_takes_the_word_nearest_in_time() -> None:
    times = instants(5.0)  # 0.05, 0.15, …
    block = word_block(states_of(2), times_s=times, speech=NO_SPEECH, spans_s=[(1.0, 1.5), (3.0, 3.5)])
    taken = words_at(block.values)
    assert all(word == 1 for word, time in zip(taken, times, strict=True) if time < 2.2)
    assert all(word == 2 for word, time in zip(taken, times, strict=True) if time > 2.3)
    assert block.mask.all()


def test_an_instant_out_of_reach_of_every_word_is_masked_and_zero() -> None:
    times = instants(20.0)
    block = word_block(states_of(1), times_s=times, speech=NO_SPEECH, spans_s=[(9.0, 10.0)])
    expected = (times >= 9.0 - REACH_S) & (times <= 10.0 + REACH_S)
    assert np.array_equal(block.mask, expected)
    assert not block.values[~block.mask].any()
    assert block.values[block.mask].all()


def test_of_two_overlapping_words_an_instant_takes_the_one_whose_middle_is_nearer() -> None:
    spans = [(0.0, 2.0), (1.2, 1.6)]
    times = instants(2.0)
    taken = words_at(word_block(states_of(2), times_s=times, speech=NO_SPEECH, spans_s=spans).values)
    assert taken[np.abs(times - 1.4).argmin()] == 2
    assert taken[np.abs(times - 0.8).argmin()] == 1


def test_a_line_without_words_gives_an_empty_masked_block() -> None:
    block = word_block(states_of(0), times_s=instants(3.0), speech=NO_SPEECH)
    assert block.values.shape == (INSTANTS, WORD_WIDTH)
    assert not block.values.any()
    assert not block.mask.any()
    assert block.spans_s.shape == (0, 2)


@given(st.integers(1, 200), st.floats(0.5, 600.0))
def test_every_word_is_laid_inside_the_clip_in_order(count: int, duration_s: float) -> None:
    block = word_block(states_of(count), times_s=instants(duration_s), speech=NO_SPEECH)
    assert block.mask.all()
    assert block.spans_s.min() >= -1e-6
    assert block.spans_s.max() <= duration_s + 1e-6
    assert np.all(np.diff(words_at(block.values)) >= 0)


@pytest.mark.parametrize(
    "spans",
    [[(0.0, 1.0)], [(0.0, 1.0), (2.0, 1.0)], [(0.0, 1.0), (np.nan, 2.0)], [(0.0, np.inf), (1.0, 2.0)]],
    ids=["too few", "ends before it starts", "no number", "endless"],
)
def test_times_that_cannot_be_word_times_are_refused(spans: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="2 words need 2 finite pairs"):
        word_block(states_of(2), times_s=instants(3.0), speech=NO_SPEECH, spans_s=spans)
