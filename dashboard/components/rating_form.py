"""The rating form: its questions, what it is given, and what it tells the page.

The answer itself does not come back through the page: the form hands it to
:mod:`dashboard.answer_routes` with its pass, so that it is stored also while the page is away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import dashboard.components.asset as asset
from dashboard.components.keymap import Keymap, cap
from dashboard.services import label_sets, messages
from dashboard.services.rating_protocol import Question
from db.records import SkipReason
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
    "stretch": ("[", "]", "\\"),
    "move": ("PgUp", "PgDn"),
    "skip": ("O",),
    "flag": ("P",),
    "guide": ("I",),
    "undo": ("⌫",),
    "reset": ("Esc",),
    "comment": ("/",),
    "cues": ("'",),
    "sheet": ("?",),
}
"""What is printed on the keys that are no answers, for the cheat-sheet."""
_mount = asset.renderer(
    "rating_form",
    scripts=(
        "answer_store.js",
        "answer_box.js",
        "draft_keeper.js",
        "answer_rows.js",
        "form_status.js",
        "form_foot.js",
        "form_keys.js",
        "lease_pulse.js",
        "outage_watch.js",
        "key_sheet.js",
        "task_dialogs.js",
    ),
)


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
class EmotionOption:
    """An emotion that can be chosen, as a project names and defines it in the person's language."""

    code: Emotion
    name: str
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the line over the buttons, until something else is to be said there."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FormScene:
    """Everything the form is given, and nothing else.

    Attributes
    ----------
    task : str
        Names the task; drafts are kept for it and the person.
    clip, title, person : str
    pass_ : str or None
        Lets the browser hand in answers to the task; ``None`` where there is nothing to be answered.
    base : int or None
        The rating shown as the person's own.
    questions : tuple of Question
    emotions : tuple of EmotionOption
    machine : Answer or None
        Stands wherever the person answers nothing; ``None`` keeps it out of the browser.
    mine : Answer or None
        The person's own stored answer.
    shown : int or None
        The prediction on the page.
    draft : Mapping or None
        As :func:`dashboard.answer_routes.draft_sent` writes it.
    needs_reason : bool
        A changed answer says why.
    reveals : bool
        The first answer brings the machine's opinion, not the next task.
    watched_share : float
        Share of the clip to be played before it is answered, 0 to 1.
    lease_s : float
        How long the task is kept without a sign of life.
    guideline_id : int or None
        The text raters go by.
    notice : Notice or None
        What became of the last press.
    onward, no_undo : str or None
        What the main button says where nothing is to be sent, if it is there; why nothing can be taken back.
    """

    task: str
    clip: str
    title: str
    person: str
    pass_: str | None
    base: int | None
    questions: tuple[Question, ...]
    emotions: tuple[EmotionOption, ...]
    machine: Answer | None
    mine: Answer | None
    shown: int | None
    draft: Mapping[str, Any] | None = None
    needs_reason: bool = False
    reveals: bool = False
    watched_share: float = 0.0
    lease_s: float = 0.0
    guideline_id: int | None = None
    notice: Notice | None = None
    onward: str | None = None
    no_undo: str | None = None


@dataclass(frozen=True, slots=True)
class FormActs:
    """What the page does when the form asks; each runs before the page is drawn again.

    Attributes
    ----------
    answered : callable
        Gets the name of the task whose answer is stored and leaves nothing more to be seen.
    moved : callable
        Gets ``"next"``, ``"previous"`` or ``"on"``: to what is to be answered next.
    skipped : callable
        Gets the pass, the reason and a note.
    flagged : callable
        Gets a note.
    undone, guided : callable
    """

    answered: Callable[[str], None]
    moved: Callable[[str], None]
    skipped: Callable[[str, SkipReason, str], None]
    flagged: Callable[[str], None]
    undone: Callable[[], None]
    guided: Callable[[], None]


def rating_form(scene: FormScene, *, keymap: Keymap, acts: FormActs) -> None:
    """Show the form."""

    def moved(where: str) -> None:
        if where in ("next", "previous", "on"):
            acts.moved(where)

    def skipped(what: Mapping[str, Any]) -> None:
        acts.skipped(str(what["pass"]), SkipReason(what["reason"]), str(what.get("note") or ""))

    _mount(
        key=FORM_KEY,
        data=_data(scene, keymap),
        acts={
            "turn": lambda task: acts.answered(str(task)),
            "stay": lambda _: None,
            "move": moved,
            "skip": skipped,
            "flag": lambda what: acts.flagged(str(what.get("note") or "")),
            "undo": lambda _: acts.undone(),
            "guide": lambda _: acts.guided(),
            "refresh": lambda _: None,
        },
    )


def _data(scene: FormScene, keymap: Keymap) -> dict[str, Any]:
    labels = messages.part("rating")
    return {
        "task": scene.task,
        "clip": scene.clip,
        "title": scene.title,
        "person": scene.person,
        "pass": scene.pass_,
        "base": scene.base,
        "fields": _fields(scene, keymap, labels),
        "machine": _sent(scene.machine),
        "mine": _sent(scene.mine),
        "shown": scene.shown,
        "draft": None if scene.draft is None else dict(scene.draft),
        "needs_reason": scene.needs_reason,
        "reveals": scene.reveals,
        "watched_share": scene.watched_share,
        "lease_s": scene.lease_s,
        "guideline": scene.guideline_id,
        "notice": None if scene.notice is None else _told(scene.notice),
        "onward": scene.onward,
        "no_undo": scene.no_undo,
        "language": messages.spoken(),
        "skip_reasons": [
            {"value": reason.value, "label": messages.say(f"skip.{reason.value}")} for reason in SkipReason
        ],
        "labels": labels,
        "other_keys": [[caps, messages.say(f"keys.{name}")] for name, caps in OTHER_KEYS.items()],
    }


def _fields(scene: FormScene, keymap: Keymap, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    last = INTENSITY_LEVELS - 1
    anchors = label_sets.delivery_anchors(messages.spoken())
    levels = [
        (step / last, messages.say(f"level.{step}"), meaning)
        for step, meaning in enumerate(label_sets.level_anchors(messages.spoken()))
    ]
    steps = [
        (int(step), messages.say(f"delivery.{step.name.lower()}"), anchors[step.name.lower()])
        for step in Delivery
    ]
    named = [(option.code.value, option.name, option.definition) for option in scene.emotions]
    options: dict[Question, Sequence[tuple[object, str, str]]] = {
        Question.DELIVERY: steps,
        Question.EXPECTED: levels,
        Question.EMOTION: named,
        Question.EXPRESSED: levels,
    }
    return [
        {
            "name": question.value,
            "label": labels[question.value],
            "required": question is scene.questions[0],
            "options": [
                {"value": value, "label": label, "definition": definition, "code": code, "key": cap(code)}
                for (value, label, definition), code in zip(
                    options[question], keymap.of(question.value), strict=False
                )
            ],
        }
        for question in scene.questions
    ]


def _told(notice: Notice) -> dict[str, str]:
    return {"text": notice.text, "at": notice.at.isoformat()}


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
