"""The rating form: its questions, what it is given, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import streamlit as st

import dashboard.components.asset as asset
from dashboard.components.keymap import Keymap, cap
from dashboard.services import messages
from engine.vocabulary import Delivery, Emotion

FORM_KEY: Final = "rating_form"
INTENSITY_LEVELS: Final = 7
OTHER_KEYS: Final = {
    "confirm": ("Enter",),
    "play": ("Space",),
    "second": ("←", "→"),
    "frame": (",", "."),
    "speed": ("−", "="),
    "replay": ("0",),
    "move": ("PgUp", "PgDn"),
    "reset": ("Esc",),
    "comment": ("/",),
    "sheet": ("?",),
}
"""What is printed on the keys that are no answers, for the cheat-sheet."""
_mount = asset.renderer("rating_form", scripts=("answer_store.js", "key_sheet.js"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said about a clip, or what the machine would have them say; ``None`` is no answer.

    Attributes
    ----------
    expected, expressed : float or None
        Intensities in [0, 1].
    at : datetime or None
        When it was stored, in UTC.
    """

    delivery: Delivery | None = None
    emotion: Emotion | None = None
    expected: float | None = None
    expressed: float | None = None
    comment: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """How a clip was watched before it was rated; shares in [0, 1], times in seconds."""

    share: float | None = None
    active_s: float | None = None
    replays: int | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """An answer on its way to the database.

    Attributes
    ----------
    key : str
        Made in the browser for one press of the button: the same key is the same answer.
    shown : str or None
        The prediction the browser had when the answer was given, as it was told.
    confirmed : bool
        Nothing was corrected.
    """

    key: str
    clip: str
    answer: Answer
    shown: str | None
    confirmed: bool
    watched: Watched


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the last submission: stored at a moment, or refused with a sentence."""

    key: str
    clip: str
    clip_name: str
    at: datetime | None = None
    refusal: str | None = None


def rating_form(
    *,
    clip: str,
    person: str,
    emotions: Sequence[Emotion],
    machine: Answer | None,
    mine: Answer | None,
    receipt: Receipt | None,
    shown: str | None,
    keymap: Keymap,
    on_submit: Callable[[Submission], None],
    on_move: Callable[[str], None],
) -> None:
    """Show the form.

    Parameters
    ----------
    clip, person : str
        Ids; drafts are kept for the pair of them.
    machine : Answer or None
        Stands wherever the person answers nothing; ``None`` keeps it out of the browser.
    mine : Answer or None
        The person's own stored answer.
    shown : str or None
        Names the prediction and policy on the page, handed back with the answer.
    on_submit : callable
        Gets the answer before the page runs again.
    on_move : callable
        Gets ``"next"`` or ``"previous"``.
    """

    def submitted() -> None:
        sent = st.session_state[FORM_KEY].get("submit")
        if sent:
            on_submit(_submission(sent))

    def moved() -> None:
        where = st.session_state[FORM_KEY].get("move")
        if where in ("next", "previous"):
            on_move(where)

    labels = messages.part("rating")
    _mount(
        key=FORM_KEY,
        data={
            "clip": clip,
            "person": person,
            "fields": _fields(emotions, keymap, labels),
            "machine": _sent(machine),
            "mine": _sent(mine),
            "shown": shown,
            "saved": _saved(receipt),
            "refused": None
            if receipt is None or receipt.refusal is None
            else {"key": receipt.key, "sentence": receipt.refusal},
            "labels": labels,
            "other_keys": [[caps, messages.say(f"keys.{name}")] for name, caps in OTHER_KEYS.items()],
        },
        on_submit_change=submitted,
        on_move_change=moved,
    )


def _fields(emotions: Sequence[Emotion], keymap: Keymap, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    last = INTENSITY_LEVELS - 1
    levels = [(step / last, messages.say(f"level.{step}")) for step in range(INTENSITY_LEVELS)]
    steps = [(int(step), messages.say(f"delivery.{step.name.lower()}")) for step in Delivery]
    named = [(emotion.value, messages.say(f"emotion.{emotion.value}")) for emotion in emotions]
    questions: tuple[tuple[str, Sequence[tuple[object, str]], Sequence[str], bool], ...] = (
        ("delivery", steps, keymap.delivery, True),
        ("expected", levels, keymap.expected, False),
        ("emotion", named, keymap.emotion, False),
        ("expressed", levels, keymap.expressed, False),
    )
    return [
        {
            "name": name,
            "label": labels[name],
            "required": required,
            "options": [
                {"value": value, "label": label, "code": code, "key": cap(code)}
                for (value, label), code in zip(options, codes, strict=False)
            ],
        }
        for name, options, codes, required in questions
    ]


def _sent(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "delivery": None if answer.delivery is None else int(answer.delivery),
        "emotion": None if answer.emotion is None else answer.emotion.value,
        "expected": answer.expected,
        "expressed": answer.expressed,
        "comment": answer.comment or None,
        "at": None if answer.at is None else answer.at.isoformat(),
    }


def _saved(receipt: Receipt | None) -> dict[str, str] | None:
    if receipt is None or receipt.at is None:
        return None
    return {
        "key": receipt.key,
        "clip": receipt.clip,
        "name": receipt.clip_name,
        "at": receipt.at.isoformat(),
    }


def _submission(sent: Mapping[str, Any]) -> Submission:
    """Read what the browser sent; ranges are checked where the answer is stored."""
    delivery = sent.get("delivery")
    emotion = sent.get("emotion")
    watched = sent.get("watched") or {}
    return Submission(
        key=str(sent.get("key", "")),
        clip=str(sent.get("clip", "")),
        answer=Answer(
            delivery=None if delivery is None else Delivery(int(delivery)),
            emotion=None if emotion is None else Emotion(str(emotion)),
            expected=_number(sent.get("expected")),
            expressed=_number(sent.get("expressed")),
            comment=str(sent.get("comment") or ""),
        ),
        shown=None if sent.get("shown") is None else str(sent["shown"]),
        confirmed=bool(sent.get("confirmed")),
        watched=Watched(
            share=_number(watched.get("watched_share")),
            active_s=_number(watched.get("active_s")),
            replays=int(watched.get("replays") or 0),
        ),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
