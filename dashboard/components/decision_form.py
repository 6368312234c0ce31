"""The form in which somebody decides about a disputed clip: by keyboard, with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import dashboard.components.asset as asset
from dashboard.components.keymap import Keymap, cap
from dashboard.components.rating_form import INTENSITY_LEVELS, EmotionOption
from dashboard.services import messages
from dashboard.services.adjudication import Decision
from engine.vocabulary import Delivery, Emotion

FORM_KEY: Final = "decision_form"
_mount = asset.renderer(
    "decision_form", scripts=("answer_rows.js", "draft_shelf.js"), styles=("rating_form.css",)
)


@dataclass(frozen=True, slots=True)
class StoredPress:
    """The press of the button that was stored last, so that its draft can go."""

    clip: str
    key: str


@dataclass(frozen=True, slots=True)
class DecisionScene:
    """What the form is given.

    Attributes
    ----------
    clip, person : str
        Their ids; a draft is kept for both together.
    base : int or None
        Number of the decision that counts now.
    emotions : tuple of EmotionOption
    suggestion : Decision
        What the answers add up to; empty where people are split.
    is_split : bool
        Whether they are about some question.
    stored : StoredPress or None
    """

    clip: str
    person: str
    base: int | None
    emotions: tuple[EmotionOption, ...]
    suggestion: Decision
    is_split: bool
    stored: StoredPress | None = None


@dataclass(frozen=True, slots=True)
class SentDecision:
    """What was decided: about which clip, with which decision counting then, by which press."""

    clip: str
    base: int | None
    key: str
    decision: Decision


def decision_form(
    scene: DecisionScene,
    *,
    keymap: Keymap,
    on_decide: Callable[[SentDecision], None],
    on_move: Callable[[str], None],
) -> None:
    """Show the form.

    Parameters
    ----------
    on_decide : callable
        Gets what was sent, before the page runs again.
    on_move : callable
        Gets ``"next"`` or ``"previous"``.
    """

    def moved(where: str) -> None:
        if where in ("next", "previous"):
            on_move(where)

    acts = {"decide": lambda sent: on_decide(_read(sent)), "move": moved}
    _mount(key=FORM_KEY, data=_data(scene, keymap), acts=acts)


def _read(sent: dict[str, Any]) -> SentDecision:
    base, delivery, emotion = sent.get("base"), sent.get("delivery"), sent.get("emotion")
    levels = [sent.get(name) for name in ("expected", "expressed")]
    return SentDecision(
        clip=str(sent["clip"]),
        base=None if base is None else int(base),
        key=str(sent["key"]),
        decision=Decision(
            reason=str(sent.get("reason") or ""),
            delivery=None if delivery is None else Delivery(int(delivery)),
            emotion=None if emotion is None else Emotion(str(emotion)),
            expected_intensity=None if levels[0] is None else float(levels[0]),
            expressed_intensity=None if levels[1] is None else float(levels[1]),
        ),
    )


def _data(scene: DecisionScene, keymap: Keymap) -> dict[str, Any]:
    said, stored = scene.suggestion, scene.stored
    return {
        "clip": scene.clip,
        "person": scene.person,
        "base": scene.base,
        "fields": _fields(scene.emotions, keymap),
        "machine": {
            "delivery": None if said.delivery is None else int(said.delivery),
            "expected": said.expected_intensity,
            "emotion": None if said.emotion is None else said.emotion.value,
            "expressed": said.expressed_intensity,
        },
        "is_split": scene.is_split,
        "stored": None if stored is None else {"clip": stored.clip, "key": stored.key},
        "labels": messages.part("adjudicate.form"),
    }


def _fields(emotions: Sequence[EmotionOption], keymap: Keymap) -> list[dict[str, Any]]:
    last = INTENSITY_LEVELS - 1
    levels = [(step / last, messages.say(f"level.{step}"), "") for step in range(INTENSITY_LEVELS)]
    named = [(option.code.value, option.name, option.definition) for option in emotions]
    steps = [(int(step), messages.say(f"delivery.{step.name.lower()}"), "") for step in Delivery]
    asked: tuple[tuple[str, Sequence[tuple[object, str, str]]], ...] = (
        ("delivery", steps),
        ("expected", levels),
        ("emotion", named),
        ("expressed", levels),
    )
    return [
        {
            "name": name,
            "label": messages.say(f"adjudicate.form.{name}"),
            "options": [
                {"value": value, "label": label, "definition": definition, "code": code, "key": cap(code)}
                for (value, label, definition), code in zip(options, keymap.of(name), strict=False)
            ],
        }
        for name, options in asked
    ]
