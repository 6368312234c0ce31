"""The form in which a student's work is graded: one key for each score, Enter for the next student."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import dashboard.components.asset as asset
from dashboard.services import messages
from dashboard.services.rubric import HIGHEST, LOWEST

FORM_KEY: Final = "grade_form"
_mount = asset.renderer("grade_form", scripts=("draft_shelf.js",), styles=("rating_form.css",))


@dataclass(frozen=True, slots=True)
class AskedScore:
    """A criterion as the form shows it.

    Attributes
    ----------
    share : str
        How much it counts, in words.
    advice : str
        What the machine says; empty where nothing is shown.
    others : tuple of (str, int)
        Who gave which score, as far as it may be seen.
    """

    key: str
    label: str
    share: str
    advice: str = ""
    others: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class GradeScene:
    """What the form is given.

    Attributes
    ----------
    task : str
        Names work and student, and the person who grades; a draft is kept for it.
    scores : Mapping of str to int
        What the person has given before.
    is_settling : bool
        Two marks differ, and this decides.
    stored : str or None
        The press that was stored last, so that its draft can go.
    """

    task: str
    student: int
    criteria: tuple[AskedScore, ...]
    scores: Mapping[str, int]
    remark: str
    is_settling: bool
    stored: str | None = None


@dataclass(frozen=True, slots=True)
class SentGrade:
    """What was sent: about whom, and by which press."""

    student: int
    scores: Mapping[str, int]
    remark: str
    is_settling: bool
    press: str


def grade_form(
    scene: GradeScene, *, on_grade: Callable[[SentGrade], None], on_move: Callable[[str], None]
) -> None:
    """Show the form.

    Parameters
    ----------
    on_grade : callable
        Gets what was sent, before the page runs again.
    on_move : callable
        Gets ``"next"`` or ``"previous"``.
    """

    def moved(where: str) -> None:
        if where in ("next", "previous"):
            on_move(where)

    acts: dict[str, asset.Act] = {"grade": lambda sent: on_grade(_read(sent)), "move": moved}
    _mount(key=FORM_KEY, data=_data(scene), acts=acts)


def _read(sent: Mapping[str, Any]) -> SentGrade:
    scores = {str(key): int(value) for key, value in dict(sent.get("scores") or {}).items()}
    return SentGrade(
        student=int(sent["student"]),
        scores=scores,
        remark=str(sent.get("remark") or ""),
        is_settling=bool(sent.get("is_settling")),
        press=str(sent["press"]),
    )


def _data(scene: GradeScene) -> dict[str, Any]:
    return {
        "task": scene.task,
        "student": scene.student,
        "criteria": [
            {
                "key": each.key,
                "label": each.label,
                "share": each.share,
                "advice": each.advice,
                "others": [
                    {
                        "score": score,
                        "initial": name[:1].upper(),
                        "said": messages.say("classes.form.mark_of", name=name, score=score),
                    }
                    for name, score in each.others
                ],
            }
            for each in scene.criteria
        ],
        "levels": list(range(LOWEST, HIGHEST + 1)),
        "scores": dict(scene.scores),
        "remark": scene.remark,
        "is_settling": scene.is_settling,
        "advises": messages.say("classes.advice.title")
        if any(each.advice for each in scene.criteria)
        else "",
        "stored": scene.stored,
        "labels": messages.part("classes.form"),
    }
