"""What was said against the script, word by word."""

from __future__ import annotations

import pytest

from engine.analysis import ScriptMatch, SpokenWord
from engine.features.words import split_words
from engine.script_match import compare
from engine.systems.spoken_words import matched_spans


def heard(text: str) -> tuple[SpokenWord, ...]:
    """A word each second, half a second long."""
    return tuple(SpokenWord(word, float(i), i + 0.5, 0.0) for i, word in enumerate(text.split()))


@pytest.mark.parametrize(
    ("line", "said", "expected"),
    [
        ("How dare you!", "how dare you", ScriptMatch(0.0)),
        ("“How”, dare – you…", "How DARE you?", ScriptMatch(0.0)),
        ("How dare you leave me!", "how dare leave me", ScriptMatch(1 / 5, missed=("you",))),
        ("How dare you!", "how dare we", ScriptMatch(1 / 3, changed=(("you!", "we"),))),
        ("How dare you!", "oh how dare you", ScriptMatch(1 / 3, added=("oh",))),
        ("How dare you!", "", ScriptMatch(1.0, missed=("How", "dare", "you!"))),
        ("Go.", "no no no", ScriptMatch(3.0, changed=(("Go.", "no"),), added=("no", "no"))),
        ("Straße 🙂", "STRASSE", ScriptMatch(0.0)),
        ("आप कैसे हैं?", "आप कैसी हैं।", ScriptMatch(1 / 3, changed=(("कैसे", "कैसी"),))),
        ("آپ کیسے ہیں؟", "آپ ہیں", ScriptMatch(1 / 3, missed=("کیسے",))),
    ],
)
def test_the_fewest_words_missed_changed_and_added_are_found(
    line: str, said: str, expected: ScriptMatch
) -> None:
    found = compare(line, heard(said))
    assert found is not None
    assert found.match.wer == pytest.approx(expected.wer)
    assert found.match.missed == expected.missed
    assert sorted(found.match.changed) == sorted(expected.changed)
    assert found.match.added == expected.added
    assert found.match.is_exact == (expected.wer == 0)


@pytest.mark.parametrize("line", ["", "…", "🙂 —"])
def test_a_line_without_a_word_to_say_is_not_compared(line: str) -> None:
    assert compare(line, heard("anything at all")) is None


def test_the_script_s_words_take_the_times_at_which_they_were_heard() -> None:
    line = "How dare you leave me here now!"
    found = compare(line, heard("how dare we oh me here now"))
    assert found is not None
    assert found.line_times is not None
    assert [word.text for word in found.line_times] == list(split_words(line))
    spans = matched_spans(found.line_times, split_words(line))
    assert spans[[0, 1, 4, 5, 6]].tolist() == [[0, 0.5], [1, 1.5], [4, 4.5], [5, 5.5], [6, 6.5]]


def test_words_that_were_not_heard_share_the_time_between_their_neighbours() -> None:
    found = compare(
        "Oh how dare you ever leave me",
        [SpokenWord("how", 1.0, 1.5, 0.0), *(SpokenWord(w, 3.0, 3.5, 0.0) for w in ("leave", "me"))],
    )
    assert found is not None
    assert found.line_times is None  # four of seven missed: not to be trusted
    found = compare(
        "Oh how dare you leave me",
        [SpokenWord("how", 1.0, 1.5, 0.0), *(SpokenWord(w, 3.0, 3.5, 0.0) for w in ("leave", "me"))],
    )
    assert found is not None
    assert found.line_times is not None
    spans = [(word.start_s, word.end_s) for word in found.line_times]
    assert spans == [(1.0, 1.0), (1.0, 1.5), (1.5, 2.25), (2.25, 3.0), (3.0, 3.5), (3.0, 3.5)]


def test_times_of_another_text_are_not_taken() -> None:
    found = compare("How dare you leave me", heard("the train leaves at four"))
    assert found is not None
    assert found.match.wer > 0.5
    assert found.line_times is None
