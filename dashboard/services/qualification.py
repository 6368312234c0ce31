"""The round of known clips a new rater answers before the project's own: what is asked, whether it is passed.

A round is as many first answers to qualification clips as the project asks, graded by what is right about
those clips now. Somebody who does not reach the share waits until the lead gives them another round or
lets them in. Only raters take it; whoever leads the project made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session

from dashboard.services.check_lots import lot
from dashboard.services.gold import wrong_questions
from dashboard.services.handing_out import DueCheck
from dashboard.services.permissions import Act, NotAllowedError, ensure, require
from dashboard.services.rating_protocol import protocol_of
from dashboard.services.refusals import worded
from db import assignments, audit, clips, first_answers, gold, people, places, projects
from db.records import ClipStatus, GoldRecord, ProjectRecord, Purpose
from db.session import reading, writing
from engine.vocabulary import Role

SETTING: Final = "qualification"
FIRST_ROUND: Final = 1
ROUNDING: Final = 1e-9


class NotQualifiedError(NotAllowedError):
    """Somebody who has not passed the round that comes before the project's clips."""


class Stand(StrEnum):
    """Where a person is with the qualification round."""

    NOT_ASKED = "not_asked"
    UNDER_WAY = "under_way"
    PASSED = "passed"
    LET_IN = "let_in"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Qualification:
    """How a person does in the qualification round.

    Attributes
    ----------
    stand : Stand
    asked : int
        Clips in a round.
    answered, right : int
        Of the round under way, else of the last one.
    round : int
        Which one that is, from 1.
    """

    stand: Stand
    asked: int = 0
    answered: int = 0
    right: int = 0
    round: int = FIRST_ROUND

    @property
    def is_open(self) -> bool:
        """Whether the project's own clips may be given to the person."""
        return self.stand in {Stand.NOT_ASKED, Stand.PASSED, Stand.LET_IN}


def of_person(session: Session, project: ProjectRecord, person_id: int) -> Qualification:
    """How a person does in a project's qualification round."""
    rules = protocol_of(project)
    if not rules.qualification or people.role_in(session, project.id, person_id) is not Role.RATER:
        return Qualification(Stand.NOT_ASKED)
    granted = _granted(project, person_id)
    known = gold.of_project(session, project.id, purpose=Purpose.QUALIFICATION)
    size = min(rules.qualification, len(known)) or rules.qualification
    grades = _grades(session, project, person_id)
    rounds = [grades[start : start + size] for start in range(0, len(grades), size)] or [()]
    needed = rules.qualification_right * size - ROUNDING
    for number, graded in enumerate(rounds, start=FIRST_ROUND):
        if len(graded) == size and sum(graded) >= needed:
            return Qualification(Stand.PASSED, size, size, sum(graded), number)
    last, number = rounds[-1], len(rounds)
    if granted.get("let_in"):
        return Qualification(Stand.LET_IN, size, len(last), sum(last), number)
    if len(last) < size:
        return Qualification(Stand.UNDER_WAY, size, len(last), sum(last), number)
    if number < int(granted.get("rounds", FIRST_ROUND)):
        return Qualification(Stand.UNDER_WAY, size, 0, 0, number + 1)
    return Qualification(Stand.FAILED, size, size, sum(last), number)


def look(project_id: int, person_id: int) -> Qualification:
    """As :func:`of_person`, in a transaction of its own.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.RATE)
    with reading() as session:
        return of_person(session, projects.by_id(session, project_id), person_id)


def due(session: Session, project: ProjectRecord, person_id: int) -> DueCheck | None:
    """The clip of the round that comes next, ``None`` for whoever needs none.

    Raises
    ------
    NotQualifiedError
        If the person did not pass, or the lead has chosen no clips yet.
    """
    found = of_person(session, project, person_id)
    if found.is_open:
        return None
    if found.stand is Stand.FAILED:
        raise worded(NotQualifiedError, "checks.not_passed", right=found.right, asked=found.asked)
    candidates = [
        each
        for known in gold.of_project(session, project.id, purpose=Purpose.QUALIFICATION)
        if (each := _candidate(session, project, person_id, known)) is not None
    ]
    if not candidates:
        raise worded(NotQualifiedError, "checks.no_clips")
    # A task that waits first, then the clips met least often, then by lot.
    return min(candidates, key=lambda each: each[:2])[2]


def ensure_open(session: Session, project: ProjectRecord, person_id: int) -> None:
    """Refuse the project's own clips to a person who has not passed the round.

    Raises
    ------
    NotQualifiedError
        In a sentence that says how far they are.
    """
    found = of_person(session, project, person_id)
    if found.stand is Stand.UNDER_WAY:
        raise worded(NotQualifiedError, "checks.first_qualify", answered=found.answered, asked=found.asked)
    if found.stand is Stand.FAILED:
        raise worded(NotQualifiedError, "checks.not_passed", right=found.right, asked=found.asked)


def grant_round(project_id: int, rater_id: int, *, person_id: int | None) -> Qualification:
    """Give a rater another round.

    Raises
    ------
    NotAllowedError
        If the person may not set the project up.
    UnknownRowError
        If there is no such project.
    """
    found = look(project_id, rater_id)
    return _grant(project_id, rater_id, {"rounds": found.round + 1}, "qualification.round", person_id)


def let_in(project_id: int, rater_id: int, *, person_id: int | None) -> Qualification:
    """Let a rater rate the project's clips whatever the round said.

    Raises
    ------
    NotAllowedError
        If the person may not set the project up.
    UnknownRowError
        If there is no such project.
    """
    return _grant(project_id, rater_id, {"let_in": True}, "qualification.let_in", person_id)


def _grant(
    project_id: int, rater_id: int, given: Mapping[str, Any], action: str, person_id: int | None
) -> Qualification:
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        project = projects.by_id(session, project_id)
        rater = people.by_id(session, rater_id)
        all_granted = dict(project.settings.get(SETTING) or {})
        all_granted[str(rater.id)] = {**_granted(project, rater.id), **given}
        changed = projects.update_settings(session, project_id, {**project.settings, SETTING: all_granted})
        audit.write(
            session,
            action,
            f"project:{project_id}",
            person_id=person_id,
            details={"rater": rater.pseudonym, **given},
        )
        return of_person(session, changed, rater_id)


def _granted(project: ProjectRecord, person_id: int) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (project.settings.get(SETTING) or {}).get(str(person_id), {})
    return found


def _grades(session: Session, project: ProjectRecord, person_id: int) -> tuple[bool, ...]:
    """Whether each first answer is right, oldest first; what nothing is known about now does not count."""
    given = first_answers.of_person(session, project.id, person_id, purpose=Purpose.QUALIFICATION)
    wrong = (wrong_questions(session, answer) for answer in given)
    return tuple(not questions for questions in wrong if questions is not None)


def _candidate(
    session: Session, project: ProjectRecord, person_id: int, known: GoldRecord
) -> tuple[int, float, DueCheck] | None:
    """What a clip would be asked as, before it how often it was asked already and its lot."""
    if clips.get(session, known.clip_id).status is not ClipStatus.READY:
        return None
    rules = protocol_of(project)
    if known.channel not in rules.channels:
        return None
    waiting = places.open_channels(session, known.clip_id, person_id, rules.before(known.channel))
    channel = next(iter(waiting), known.channel)
    given = [
        each for each in assignments.of_clip(session, known.clip_id, person_id) if each.channel is channel
    ]
    answered = first_answers.occasions(session, [known.clip_id], person_id)
    last = max([answered.get((known.clip_id, channel), 0), *(each.occasion for each in given)])
    is_at_hand = (
        any(each.occasion == last and each.skipped_at is None for each in given)
        and answered.get((known.clip_id, channel), 0) < last
    )
    drawn = lot(project.id, person_id, known.clip_id)
    if is_at_hand:
        return -1, drawn, DueCheck(known.clip_id, channel, last, Purpose.QUALIFICATION)
    return last, drawn, DueCheck(known.clip_id, channel, last + 1, Purpose.QUALIFICATION)
