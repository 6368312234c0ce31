"""Word times from outside fit the line's words or are refused in a sentence."""

from __future__ import annotations

import pytest

from engine.analysis import SpokenWord
from engine.errors import TableError
from engine.features.words import split_words
from engine.systems.spoken_words import matched_spans


def spoken(text: str, start: float, end: float) -> SpokenWord:
    return SpokenWord(text, start, end, 0.0)


def test_one_time_a_word_is_taken_as_it_is() -> None:
    spans = matched_spans([spoken("Get", 0.5, 0.8), spoken("out!", 0.9, 1.4)], split_words("Get out!"))
    assert spans.tolist() == [[0.5, 0.8], [0.9, 1.4]]


def test_an_entry_of_two_words_shares_its_time() -> None:
    spans = matched_spans([spoken("get out", 1.0, 2.0)], split_words("Get out!"))
    assert spans.tolist() == [[1.0, 1.5], [1.5, 2.0]]


def test_an_entry_of_mere_punctuation_takes_no_word() -> None:
    spans = matched_spans([spoken("Out", 0.0, 1.0), spoken("—", 1.0, 1.1)], split_words("Out!"))
    assert spans.tolist() == [[0.0, 1.0]]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_more_or_fewer_times_than_words_are_refused(count: int) -> None:
    with pytest.raises(TableError, match=rf"for {count} words, but the line has 2"):
        matched_spans([spoken("x", 0, 1)] * count, split_words("Get out!"))


@pytest.mark.parametrize(("start", "end"), [(1.0, 0.5), (float("nan"), 1.0), (0.0, float("inf"))])
def test_times_that_are_none_are_refused(start: float, end: float) -> None:
    with pytest.raises(TableError, match="a word starts at a finite time"):
        matched_spans([spoken("Out!", start, end)], split_words("Out!"))
