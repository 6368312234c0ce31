"""Contractions are written out and sounds are named, and every spoken word knows the one it comes from."""

from __future__ import annotations

import pytest

from engine.features.spoken_form import spoken_form


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ("I don't know.", "I do not know."),
        ("Can't you?", "Can not you?"),
        ("We’ll see; they've gone!", "We will see; they have gone!"),
        ("John's book isn't here.", "John's book is not here."),
        ("[laughs] It's fine (sighs)", "laughter It is fine breathing"),
        ("*pause* No.", "silence No."),
        ("The door [slams]", "The door [slams]"),
        ("Gonna go", "Going to go"),
    ],
)
def test_a_line_is_written_as_it_is_spoken(line: str, spoken: str) -> None:
    assert " ".join(spoken_form(line).spoken) == spoken


def test_every_spoken_word_belongs_to_a_written_one() -> None:
    form = spoken_form("You don't say, [laughter] you'd never!")
    assert form.words == ("You", "don't", "say,", "laughter", "you'd", "never!")
    assert form.owner == (0, 1, 1, 2, 3, 4, 4, 5)


@pytest.mark.parametrize("line", ["", "  ", "…", "?!"])
def test_a_line_without_words_has_none(line: str) -> None:
    assert spoken_form(line).spoken == ()
