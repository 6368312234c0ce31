"""Which key gives which answer: rows of the screen are rows of the keyboard, known by their place.

Codes are those of ``KeyboardEvent.code``, so that a key means the same under any layout. The map is
checked when it is made: two answers on one key never reach a rater.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.errors import UnknownNameError

DELIVERY_CODES: Final = ("Digit1", "Digit2", "Digit3", "Digit4", "Digit5")
EXPECTED_CODES: Final = ("KeyQ", "KeyW", "KeyE", "KeyR", "KeyT", "KeyY", "KeyU")
EMOTION_CODES: Final = (
    "KeyA", "KeyS", "KeyD", "KeyF", "KeyG", "KeyH", "KeyJ", "KeyK", "KeyL", "Semicolon",
)  # fmt: skip
EXPRESSED_CODES: Final = ("KeyZ", "KeyX", "KeyC", "KeyV", "KeyB", "KeyN", "KeyM")
RESERVED_CODES: Final = frozenset(
    {
        "Space", "ArrowLeft", "ArrowRight", "Comma", "Period", "Minus", "Equal", "Digit0",
        "Enter", "NumpadEnter", "Escape", "PageUp", "PageDown", "Slash", "Tab",
    }
)  # fmt: skip
"""What the player and the form itself listen to."""


@dataclass(frozen=True, slots=True)
class Keymap:
    """The codes of each question's answers, in the order of the answers.

    Raises
    ------
    UnknownNameError
        If two answers, or an answer and the player, share a key.
    """

    delivery: Sequence[str] = DELIVERY_CODES
    expected: Sequence[str] = EXPECTED_CODES
    emotion: Sequence[str] = EMOTION_CODES
    expressed: Sequence[str] = EXPRESSED_CODES

    def __post_init__(self) -> None:
        seen = set(RESERVED_CODES)
        for name in ("delivery", "expected", "emotion", "expressed"):
            for code in getattr(self, name):
                if code in seen:
                    raise UnknownNameError(
                        f"The key {cap(code)} is taken twice (again under {name}); give one another key."
                    )
                seen.add(code)


def cap(code: str) -> str:
    """What is printed on the key of ``code`` on a US keyboard; the browser puts the real one."""
    return ";" if code == "Semicolon" else code.removeprefix("Key").removeprefix("Digit")
