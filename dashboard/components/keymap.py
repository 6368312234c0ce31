"""Which key gives which answer: rows of the screen are rows of the keyboard, known by their place.

Codes are those of ``KeyboardEvent.code``, so that a key means the same under any layout. The map is
checked when it is made: two answers on one key never reach a rater.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.errors import UnknownNameError

DELIVERY_CODES: Final = ("Digit1", "Digit2", "Digit3", "Digit4", "Digit5")
EXPECTED_CODES: Final = ("KeyQ", "KeyW", "KeyE", "KeyR", "KeyT", "KeyY", "KeyU")
EMOTION_CODES: Final = (
    "KeyA", "KeyS", "KeyD", "KeyF", "KeyG", "KeyH", "KeyJ", "KeyK", "KeyL", "Semicolon",
)  # fmt: skip
EXPRESSED_CODES: Final = ("KeyZ", "KeyX", "KeyC", "KeyV", "KeyB", "KeyN", "KeyM")
QUESTIONS: Final = ("delivery", "expected", "emotion", "expressed")
RESERVED_CODES: Final = frozenset(
    {
        "Space", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Comma", "Period", "Minus", "Equal",
        "Digit0", "BracketLeft", "BracketRight", "Backslash",
        "Enter", "NumpadEnter", "Escape", "PageUp", "PageDown", "Slash", "Tab", "Backspace",
        "KeyI", "KeyO", "KeyP",
    }
)  # fmt: skip
"""What the player and the form itself listen to."""

CODE: Final = re.compile(r"[A-Z][A-Za-z]*[0-9]*")


@dataclass(frozen=True, slots=True)
class Keymap:
    """The codes of each question's answers, in the order of the answers.

    Raises
    ------
    UnknownNameError
        If two answers, or an answer and the player, share a key, or a code is none.
    """

    delivery: Sequence[str] = DELIVERY_CODES
    expected: Sequence[str] = EXPECTED_CODES
    emotion: Sequence[str] = EMOTION_CODES
    expressed: Sequence[str] = EXPRESSED_CODES

    def __post_init__(self) -> None:
        seen = set(RESERVED_CODES)
        for name in QUESTIONS:
            for code in self.of(name):
                if not CODE.fullmatch(code):
                    raise UnknownNameError(f"{code!r} names no key; give a code such as KeyA or Digit1.")
                if code in seen:
                    raise UnknownNameError(
                        f"The key {cap(code)} is taken twice (again under {name}); give one another key."
                    )
                seen.add(code)

    def of(self, question: str) -> Sequence[str]:
        """The codes of a question's answers."""
        codes: Sequence[str] = getattr(self, question)
        return codes


def keymap_of(keys: Mapping[str, Sequence[str]], *, answers: Mapping[str, int] | None = None) -> Keymap:
    """The keys of a project.

    Parameters
    ----------
    keys : Mapping
        Codes by question where they differ from the usual ones, as in
        :class:`~dashboard.services.rating_protocol.RatingProtocol`.
    answers : Mapping, optional
        How many answers each question has: each needs a key.

    Raises
    ------
    UnknownNameError
        If keys collide, are too few, or belong to no question.
    """
    unknown = [name for name in keys if name not in QUESTIONS]
    if unknown:
        raise UnknownNameError(f"There is no question {unknown[0]!r}; use {', '.join(QUESTIONS)}.")
    made = Keymap(**{name: tuple(codes) for name, codes in keys.items()})
    for name, count in (answers or {}).items():
        if len(made.of(name)) < count:
            raise UnknownNameError(
                f"The question {name} has {count} answers and {len(made.of(name))} keys; give each a key."
            )
    return made


def cap(code: str) -> str:
    """What is printed on the key of ``code`` on a US keyboard; the browser puts the real one."""
    return ";" if code == "Semicolon" else code.removeprefix("Key").removeprefix("Digit")
