"""No two answers share a key, and none takes a key of the player."""

from __future__ import annotations

import pytest

from dashboard.components.keymap import EMOTION_CODES, RESERVED_CODES, Keymap, cap, keymap_of
from engine.errors import UnknownNameError
from engine.vocabulary import BASIC_EMOTIONS, Delivery, Emotion


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


def test_a_project_may_move_the_answers_of_a_question() -> None:
    keys = keymap_of({"delivery": ("Digit6", "Digit7", "Digit8", "Digit9", "F9")})
    assert keys.delivery[4] == "F9"
    assert keys.emotion == EMOTION_CODES


def test_every_emotion_there_is_has_a_key() -> None:
    assert len(keymap_of({}, answers={"emotion": len(Emotion)}).emotion) >= len(Emotion)


@pytest.mark.parametrize("code", ["KeyI", "KeyO", "KeyP", "Backspace", "BracketLeft", "ArrowUp"])
def test_a_key_of_the_form_or_the_player_is_refused(code: str) -> None:
    with pytest.raises(UnknownNameError, match="taken twice"):
        keymap_of({"emotion": (code,)})


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"delivery": ("KeyQ", "Digit2", "Digit3", "Digit4", "Digit5")}, "The key Q is taken twice"),
        ({"delivery": ("Digit1", "Digit2")}, "has 5 answers and 2 keys"),
        ({"mood": ("Digit1",)}, "no question 'mood'"),
        ({"delivery": ("the a key", "Digit2", "Digit3", "Digit4", "Digit5")}, "names no key"),
    ],
)
def test_keys_that_could_not_answer_are_refused_in_a_sentence(
    keys: dict[str, tuple[str, ...]], sentence: str
) -> None:
    with pytest.raises(UnknownNameError, match=sentence):
        keymap_of(keys, answers={"delivery": len(Delivery)})


@pytest.mark.parametrize(("code", "printed"), [("KeyA", "A"), ("Digit5", "5"), ("Semicolon", ";")])
def test_a_key_is_named_as_it_is_printed(code: str, printed: str) -> None:
    assert cap(code) == printed
