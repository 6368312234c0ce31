"""No two answers share a key, and none takes a key of the player."""

from __future__ import annotations

import pytest

from dashboard.components.keymap import RESERVED_CODES, Keymap, cap
from engine.errors import UnknownNameError
from engine.vocabulary import BASIC_EMOTIONS, Delivery


def test_the_usual_keys_answer_every_question() -> None:
    keys = Keymap()
    assert len(keys.delivery) == len(Delivery)
    assert len(keys.emotion) >= len(BASIC_EMOTIONS)
    assert not RESERVED_CODES & {*keys.delivery, *keys.expected, *keys.emotion, *keys.expressed}


def test_two_answers_on_one_key_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="The key Q is taken twice"):
        Keymap(emotion=("KeyQ", "KeyS"))


def test_a_key_of_the_player_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="The key Space is taken twice"):
        Keymap(delivery=("Space",))


@pytest.mark.parametrize(("code", "printed"), [("KeyA", "A"), ("Digit5", "5"), ("Semicolon", ";")])
def test_a_key_is_named_as_it_is_printed(code: str, printed: str) -> None:
    assert cap(code) == printed
