"""What agreement refuses, in one sentence each."""

from __future__ import annotations

import pytest

from engine.errors import TableError
from engine.raters.answers import Answers, Level


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"unit": [], "value": []}, "no answer at all"),
        ({"unit": [1, 1], "value": ["", None]}, "no answer at all"),
        ({"unit": [1, 1], "value": [float("nan"), "NaN"]}, "no answer at all"),
        ({"unit": [1, 1, 2], "value": [1, 2]}, "one unit, one value"),
        ({"unit": [1, 1], "value": [1, 2], "rater": ["a"]}, "one unit, one value"),
        ({"unit": [1, ""], "value": [1, 2]}, "Answer 2 names no unit"),
        ({"unit": [1, 1], "value": [1, 2], "rater": ["a", None]}, "Answer 2 names no rater"),
        ({"unit": [1, 2, 3], "value": [1, 2, 3], "rater": "aaa"}, "All answers are by one rater"),
        ({"unit": [1, 1, 1], "value": [1, 2, 3]}, "Only one unit has two answers"),
        ({"unit": [1, 2, 3], "value": [1, 2, 3]}, "No unit has two answers"),
        ({"unit": [1, 1, 2, 2], "value": [1, "much", 2, 2]}, "Answer 2 is 'much'; at the interval level"),
        ({"unit": [1, 1, 2, 2], "value": [1, 2, 2, "inf"]}, "Answer 4 is 'inf'"),
        (
            {"unit": [1, 1, 1, 2, 2], "value": [1, 3, 2, 2, 2], "rater": "abaab"},
            "a answers 1 twice and differently, first in answer 1",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(given: dict[str, list[object]], sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        Answers.of(**given, level=Level.INTERVAL)


def test_a_word_that_is_no_step_is_refused_at_the_ordinal_level() -> None:
    with pytest.raises(TableError, match="Answer 3 is 'fine'; at the ordinal level give a number, or under"):
        Answers.of(unit=[1, 1, 2, 2], value=["1", "2", "fine", "3"], level=Level.ORDINAL)


def test_a_number_beside_words_must_be_a_step() -> None:
    with pytest.raises(TableError, match=r"Answer 2 is '7'.*a step from -2 to 2"):
        Answers.of(unit=[1, 1, 2, 2], value=["under", "7", "over", "over"], level=Level.ORDINAL)


def test_the_same_answer_given_twice_counts_once() -> None:
    answers = Answers.of(
        unit=[1, 1, 1, 2, 2], rater="aabab", value=["x", "x", "y", "x", "x"], level=Level.NOMINAL
    )
    assert (answers.repeated, answers.pairs) == (1, 2)
