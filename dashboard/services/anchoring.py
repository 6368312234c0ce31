"""How far the machine's opinion moves people: after a reveal, and against clips it was withheld from.

By how much shown verdicts pull the lines that people draw on the gap is told beside the thresholds, see
:mod:`~dashboard.services.shown_pull`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from dashboard.services import aside, rater_letters
from dashboard.services.aside import WorkedOut
from dashboard.services.given_answers import Field
from dashboard.services.permissions import Act, ensure
from dashboard.services.second_looks import ComparedAnswer, Looks, SecondLook, collect
from db import projects
from db.session import reading
from engine.raters.answer_moves import SAME, AnswerMoves
from engine.raters.crossed_draws import CrossedDraws, Estimate
from engine.vocabulary import Delivery

SEED: Final = 0
SAME_LEVEL: Final = 1 / 12
"""Intensities this near are the same answer: half of one of the form's six steps."""


@dataclass(frozen=True, slots=True)
class Moves:
    """How answers about one field moved after the reveal, of everybody or of one rater.

    Attributes
    ----------
    rater : str
        ``""`` for all.
    answers : int
        Blind answers after which the opinion was shown.
    moved, towards, away : int
        Changed ones; nearer the opinion; farther from it. The rest went neither way.
    nearer, farther : int
        Changed ones that came nearer what others had answered blind, or went farther from it.
    share_moved : Estimate
    share_towards : Estimate
        Of the changed ones.
    pull : Estimate
        Mean approach to the opinion over all answers, changed or not: steps of the delivery, the share of
        emotions, or intensity.
    gain : Estimate
        Mean approach of the changed ones to others' blind answers, in the same units.
    """

    field: Field
    rater: str
    answers: int
    moved: int
    towards: int
    away: int
    nearer: int
    farther: int
    share_moved: Estimate
    share_towards: Estimate
    pull: Estimate
    gain: Estimate


@dataclass(frozen=True, slots=True)
class ControlComparison:
    """How many say what the machine says, where they saw it and where it was withheld."""

    field: Field
    shown: Estimate
    withheld: Estimate
    difference: Estimate


@dataclass(frozen=True, slots=True)
class AnchoringReport:
    """What the Anchoring tab shows.

    Attributes
    ----------
    moves : tuple of Moves
        Of everybody, one for each field that was answered.
    by_rater : tuple of Moves
        Of each rater, by field, then letter.
    controls : tuple of ControlComparison
        By field; empty unless answers of both kinds are there.
    is_drawn : bool
        Whether lots decided where the opinion was withheld.
    """

    moves: tuple[Moves, ...]
    by_rater: tuple[Moves, ...]
    controls: tuple[ControlComparison, ...]
    is_drawn: bool

    @property
    def is_empty(self) -> bool:
        """Whether nobody has answered both before and after, nor with and without the opinion."""
        return not self.moves and not self.controls

    def raters_of(self, field: Field) -> tuple[Moves, ...]:
        """How each rater's answers about a field moved."""
        return tuple(each for each in self.by_rater if each.field is field)


def report(project_id: int, *, person_id: int | None = None) -> WorkedOut[AnchoringReport]:
    """How far the machine's opinion moves the people of a project.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.SEE_MACHINE)
    return aside.of_project("anchoring", project_id, lambda: work_out(project_id))


def work_out(project_id: int) -> AnchoringReport:
    """How far it moves them now."""
    with reading() as session:
        project = projects.by_id(session, project_id)
        looks = collect(session, project)
        names = rater_letters.names(session, project_id)
    return AnchoringReport(
        moves=tuple(_moves(field, looks.second) for field in Field if _asked(field, looks.second)),
        by_rater=tuple(_by_rater(looks.second, names)),
        controls=_controls(looks),
        is_drawn=looks.is_drawn,
    )


def _asked(field: Field, looks: Iterable[SecondLook]) -> bool:
    return any(field in look.before for look in looks)


def _by_rater(looks: tuple[SecondLook, ...], names: Mapping[int, str]) -> Iterable[Moves]:
    for field in Field:
        for person_id, name in names.items():
            own = tuple(look for look in looks if look.person_id == person_id)
            if _asked(field, own):
                yield _moves(field, own, rater=name)


def _moves(field: Field, looks: tuple[SecondLook, ...], *, rater: str = "") -> Moves:
    asked = [look for look in looks if field in look.before]

    def column(part: Callable[[SecondLook], Mapping[Field, float]]) -> list[float]:
        return [part(look).get(field, math.nan) for look in asked]

    found = AnswerMoves.of(
        before=column(lambda look: look.before),
        after=column(lambda look: look.after),
        machine=column(lambda look: look.machine),
        others=column(lambda look: look.others),
        clip=[look.clip_id for look in asked],
        rater=[look.person_id for look in asked],
        level=field.level,
        generator=np.random.default_rng(SEED),
    )
    return Moves(
        field=field,
        rater=rater,
        answers=len(asked),
        moved=int(found.moved.sum()),
        towards=int((found.moved & found.is_towards).sum()),
        away=int((found.moved & found.is_away).sum()),
        nearer=int((found.gain > SAME).sum()),
        farther=int((found.gain < -SAME).sum()),
        share_moved=found.share_moved(),
        share_towards=found.share_towards(),
        pull=found.pull(),
        gain=found.mean_gain(),
    )


def _controls(looks: Looks) -> tuple[ControlComparison, ...]:
    found = (_control(field, looks.compared) for field in Field)
    return tuple(each for each in found if each is not None)


def _control(field: Field, answers: tuple[ComparedAnswer, ...]) -> ControlComparison | None:
    asked = [each for each in answers if field in each.said and field in each.machine]
    shown = np.array([each.is_shown for each in asked], dtype=bool)
    if not shown.any() or shown.all():
        return None
    draws = CrossedDraws.of(
        [each.clip_id for each in asked],
        [each.person_id for each in asked],
        generator=np.random.default_rng(SEED),
    )
    agrees = np.array([_agrees(field, each) for each in asked], dtype=np.float64)
    return ControlComparison(
        field=field,
        shown=draws.mean(agrees, shown),
        withheld=draws.mean(agrees, ~shown),
        difference=draws.difference(agrees, shown, ~shown),
    )


def _agrees(field: Field, answer: ComparedAnswer) -> bool:
    said, machine = answer.said[field], answer.machine[field]
    if field is Field.DELIVERY:  # the machine tells three verdicts, people five steps
        return Delivery(int(said)).verdict is Delivery(int(machine)).verdict
    return abs(said - machine) <= (SAME_LEVEL if field is not Field.EMOTION else 0.0) + SAME
