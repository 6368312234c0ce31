"""Answers before and after the machine's opinion was shown, and answers it was withheld from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services.given_answers import Field
from dashboard.services.judging import judge, policy_of
from dashboard.services.rating import DELIVERY_OF_VERDICT
from db import policies, rating_marks, ratings
from db.records import ProjectRecord, RatedClip, RatingRecord, TaskKey
from engine.raters.answers import Level
from engine.verdict.fixed import FIXED
from engine.verdict.policy import Policy
from engine.vocabulary import Channel, Emotion, Phase, Protocol

EMOTIONS: Final = tuple(Emotion)

Place = tuple[str, int]
"""A clip's and a person's id."""


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A person's blind answer to a clip and what they say after the reveal.

    Attributes
    ----------
    before, after, machine, others : Mapping[Field, float]
        What was said, shown, and answered blind by others; emotions by their place in the vocabulary.
        What is not there was not answered, not known, or left others split.
    """

    clip_id: str
    person_id: int
    before: Mapping[Field, float]
    after: Mapping[Field, float]
    machine: Mapping[Field, float]
    others: Mapping[Field, float]


@dataclass(frozen=True, slots=True)
class ComparedAnswer:
    """An answer that stands, and whether it was given in sight of the machine's opinion."""

    clip_id: str
    person_id: int
    is_shown: bool
    said: Mapping[Field, float]
    machine: Mapping[Field, float]


@dataclass(frozen=True, slots=True)
class Looks:
    """Everything the report on anchoring is told from; people only, no clips asked again.

    Attributes
    ----------
    second : tuple of SecondLook
        Empty in a project that reveals nothing after an answer.
    compared : tuple of ComparedAnswer
        Empty unless both kinds are there.
    is_drawn : bool
        Whether lots decided from which clips the opinion was withheld.
    """

    second: tuple[SecondLook, ...]
    compared: tuple[ComparedAnswer, ...]
    is_drawn: bool


def collect(session: Session, project: ProjectRecord) -> Looks:
    """Read a project's answers; none where all were given in sight of the opinion."""
    if not ratings.has_blind(session, project.id):
        return Looks((), (), is_drawn=False)
    given = tuple(ratings.all_of_project(session, project.id))
    superseded = {row.rating.supersedes_id for row in given}
    withdrawn = rating_marks.withdrawn(session, project.id)
    controls = {(key.clip_id, key.person_id) for key in _full(rating_marks.controls(session, project.id))}
    rows: dict[Place, list[RatedClip]] = defaultdict(list)
    for row in given:
        if row.rating.id not in withdrawn and _counts(row.rating):
            rows[row.clip.id, row.person.id].append(row)
    known = _policies(session, rows.values())
    blind = _first_blind(rows)
    by_clip: dict[str, dict[int, Mapping[Field, float]]] = defaultdict(dict)
    for (clip_id, person_id), row in blind.items():
        by_clip[clip_id][person_id] = numbers(row.rating)
    has_reveal = project.protocol is Protocol.BLIND_FIRST or any(
        row.rating.phase is Phase.REVISED for said in rows.values() for row in said
    )
    revealed = {place for place in blind if has_reveal and place not in controls and _is_known(blind[place])}
    second = tuple(
        _second(place, blind[place], _last(rows[place]), known, _of_others(place[1], by_clip[place[0]]))
        for place in sorted(revealed)
    )
    standing = {place: said[-1] for place, said in rows.items() if said[-1].rating.id not in superseded}
    compared, is_drawn = _compared(standing, controls, revealed, known)
    return Looks(second, compared, is_drawn)


def numbers(rating: RatingRecord) -> dict[Field, float]:
    """What an answer says, as numbers."""
    said = {
        Field.DELIVERY: None if rating.delivery is None else float(rating.delivery),
        Field.EMOTION: None if rating.emotion is None else float(EMOTIONS.index(rating.emotion)),
        Field.EXPECTED: rating.expected_intensity,
        Field.EXPRESSED: rating.expressed_intensity,
    }
    return {field: value for field, value in said.items() if value is not None}


def _counts(rating: RatingRecord) -> bool:
    return (
        rating.channel is Channel.FULL
        and rating.occasion == 1
        and not rating.simulated
        and rating.purpose in ratings.TEACHING  # where the right answer is told, that moves answers too
    )


def _full(keys: Iterable[TaskKey]) -> Iterable[TaskKey]:
    return (key for key in keys if key.channel is Channel.FULL and key.occasion == 1)


def _first_blind(rows: Mapping[Place, list[RatedClip]]) -> dict[Place, RatedClip]:
    """Each person's first answer to each clip, where it was blind."""
    return {place: said[0] for place, said in rows.items() if said[0].rating.phase is Phase.BLIND}


def _last(said: list[RatedClip]) -> RatedClip:
    """What stands after the reveal: the last change, else the blind answer itself."""
    changed = [row for row in said if row.rating.phase is Phase.REVISED]
    return changed[-1] if changed else said[0]


def _is_known(row: RatedClip) -> bool:
    return row.prediction is not None


def _second(
    place: Place,
    first: RatedClip,
    last: RatedClip,
    known: Mapping[int | None, Policy],
    others: Mapping[Field, float],
) -> SecondLook:
    before = numbers(first.rating)
    return SecondLook(
        clip_id=place[0],
        person_id=place[1],
        before=before,
        after={**before, **numbers(last.rating)},
        machine=_machine(last, known),
        others=others,
    )


def _of_others(person_id: int, blind: Mapping[int, Mapping[Field, float]]) -> dict[Field, float]:
    """The consensus of what others answered blind to the same clip."""
    said = [answer for person, answer in blind.items() if person != person_id]
    found = {}
    for field in Field:
        values = [each[field] for each in said if field in each]
        if not values:
            continue
        if field.level is not Level.NOMINAL:
            found[field] = float(median(values))
            continue
        (name, most), *rest = Counter(values).most_common(2)
        if not rest or rest[0][1] < most:
            found[field] = name
    return found


def _compared(
    standing: Mapping[Place, RatedClip],
    controls: set[Place],
    revealed: set[Place],
    known: Mapping[int | None, Policy],
) -> tuple[tuple[ComparedAnswer, ...], bool]:
    answers = []
    is_drawn = any(place in controls for place in standing)
    for place, row in sorted(standing.items(), key=lambda item: item[0]):
        is_blind = row.rating.phase is Phase.BLIND
        is_shown = place in revealed or not is_blind
        is_withheld = is_blind and (place in controls if is_drawn else place not in revealed)
        if (is_shown or is_withheld) and _is_known(row):
            said = numbers(row.rating)
            answers.append(ComparedAnswer(place[0], place[1], is_shown, said, _machine(row, known)))
    both = len({each.is_shown for each in answers}) == 2
    return (tuple(answers) if both else ()), is_drawn


def _policies(session: Session, said: Iterable[list[RatedClip]]) -> dict[int | None, Policy]:
    numbers_of = {row.rating.policy_id for rows in said for row in rows}
    return {
        number: FIXED if number is None else policy_of(policies.by_id(session, number))
        for number in numbers_of
    }


def _machine(row: RatedClip, known: Mapping[int | None, Policy]) -> dict[Field, float]:
    """What was to be seen of the machine's opinion, as numbers."""
    said = row.prediction
    if said is None:
        return {}
    verdict = judge(known[row.rating.policy_id], row.clip, said).verdict
    shown = {
        Field.DELIVERY: None if verdict is None else float(DELIVERY_OF_VERDICT[verdict]),
        Field.EMOTION: None if said.emotion is None else float(EMOTIONS.index(said.emotion)),
        Field.EXPECTED: said.expected_intensity,
        Field.EXPRESSED: said.expressed_intensity,
    }
    return {field: value for field, value in shown.items() if value is not None}
