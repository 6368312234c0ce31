"""How each rater of a project works: pace, severity, steadiness, known clips, and what stands out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import aside
from dashboard.services.aside import WorkedOut
from dashboard.services.given_answers import Field
from dashboard.services.gold import accepted_of
from dashboard.services.permissions import Act, ensure
from dashboard.services.qualification import Qualification, of_person
from dashboard.services.rater_signs import OthersSaid, Sign, WorkedAnswer, contents, signs
from dashboard.services.rating_protocol import RatingProtocol, protocol_of
from dashboard.services.steadiness import Steadiness, steadiness
from db import circumstances, first_answers, gold, people, projects
from db.records import GoldRecord, PersonRecord, Purpose, RatingRecord
from db.session import reading
from engine.raters.severity import Severity, severities
from engine.vocabulary import Channel

NAME: Final = "raters"
LOOKUP: Final = 500
COMPARED: Final = (Field.DELIVERY, Field.EXPECTED, Field.EXPRESSED)
"""What has an order, so that somebody can answer higher than others."""

SILENT: Final = frozenset({Purpose.ORDINARY, Purpose.GOLD_SILENT})


@dataclass(frozen=True, slots=True)
class Tally:
    """How many known clips somebody had right."""

    right: int
    asked: int


@dataclass(frozen=True, slots=True)
class RaterFigures:
    """How one person rates in a project; all from their first answers.

    Attributes
    ----------
    seconds : float or None
        Median time for an answer; ``None`` where no time is known.
    severity : Mapping[Field, Severity]
        Against the others who rated the same full clips; fields with too few clips are left out.
    silent, training : Tally
        Known clips the rater did not and did learn the answer of.
    qualification : Qualification
    signs : tuple of Sign
    """

    person_id: int
    pseudonym: str
    simulated: bool
    answers: int
    seconds: float | None
    severity: Mapping[Field, Severity]
    steadiness: Steadiness
    silent: Tally
    training: Tally
    qualification: Qualification
    signs: tuple[Sign, ...]


def of_project(project_id: int, *, person_id: int | None) -> WorkedOut[tuple[RaterFigures, ...]]:
    """The figures of everybody who has answered or takes the qualification round, those with signs first.

    Raises
    ------
    NotAllowedError
        If the person may not see others' answers.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.SEE_MACHINE)
    return _figures(project_id)


def own(project_id: int, person_id: int) -> WorkedOut[tuple[RaterFigures, ...]]:
    """One's own figures alone, none before the first answer.

    Raises
    ------
    NotAllowedError
        If the person may not rate in the project.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.RATE)
    every = _figures(project_id)
    mine = None if every.value is None else tuple(each for each in every.value if each.person_id == person_id)
    return replace(every, value=mine)


def _figures(project_id: int) -> WorkedOut[tuple[RaterFigures, ...]]:
    return aside.of_project(NAME, project_id, lambda: work_out(project_id))


def work_out(project_id: int) -> tuple[RaterFigures, ...]:
    """Everybody's figures now, those with signs first."""
    with reading() as session:
        project = projects.by_id(session, project_id)
        rules = protocol_of(project)
        given = _worked(session, project_id)
        known = {(row.clip_id, row.channel): row for row in gold.of_project(session, project_id)}
        everybody = {person.id: person for person in people.everybody(session)}
        rounds = {person: of_person(session, project, person) for person in given}
    severity = {
        field: _severities([each for row in given.values() for each in row], field) for field in COMPARED
    }
    said = {person: contents(answers) for person, answers in given.items()}
    all_said: dict[bool, Counter[tuple[object, ...]]] = {False: Counter(), True: Counter()}
    for person, own_said in said.items():
        all_said[everybody[person].simulated].update(own_said)
    answered = {simulated: sum(counts.values()) for simulated, counts in all_said.items()}
    found = [
        _figures_of(
            everybody[person],
            answers,
            rules,
            known=known,
            severity={field: by[person] for field, by in severity.items() if person in by},
            others=OthersSaid(
                all_said[everybody[person].simulated],
                said[person],
                answered[everybody[person].simulated],
            ),
            qualification=rounds[person],
        )
        for person, answers in given.items()
    ]
    return tuple(sorted(found, key=lambda each: (-len(each.signs), each.pseudonym)))


def _figures_of(
    person: PersonRecord,
    answers: Sequence[WorkedAnswer],
    rules: RatingProtocol,
    *,
    known: Mapping[tuple[str, Channel], GoldRecord],
    severity: Mapping[Field, Severity],
    others: OthersSaid,
    qualification: Qualification,
) -> RaterFigures:
    silent = _tally(person.id, answers, known, SILENT)
    seconds = [each.seconds for each in answers if each.seconds is not None]
    return RaterFigures(
        person_id=person.id,
        pseudonym=person.pseudonym,
        simulated=person.simulated,
        answers=len(answers),
        seconds=median(seconds) if seconds else None,
        severity=severity,
        steadiness=steadiness(each.rating for each in answers),
        silent=silent,
        training=_tally(person.id, answers, known, frozenset({Purpose.GOLD_TRAINING})),
        qualification=qualification,
        signs=signs(
            answers,
            fastest_s=rules.fastest_s,
            others=others,
            known=(silent.right, silent.asked),
            right_share=rules.qualification_right,
        ),
    )


def _worked(session: Session, project_id: int) -> dict[int, list[WorkedAnswer]]:
    """Everybody's first answers with how they came about, in the order given."""
    rows = list(first_answers.of_project(session, project_id))
    around = {}
    for start in range(0, len(rows), LOOKUP):
        part = [rating.id for rating, _ in rows[start : start + LOOKUP]]
        around.update(circumstances.of_ratings(session, part))
    given: dict[int, list[WorkedAnswer]] = defaultdict(list)
    for rating, duration_s in rows:
        given[rating.person_id].append(WorkedAnswer(rating, duration_s, around.get(rating.id)))
    return given


def _severities(answers: Sequence[WorkedAnswer], field: Field) -> dict[int, Severity]:
    """By person; simulated raters and people are never compared with each other."""
    found: dict[int, Severity] = {}
    for simulated in (False, True):
        rows = [
            (each.rating.clip_id, each.rating.person_id, value)
            for each in answers
            if each.rating.simulated is simulated
            and each.rating.channel is Channel.FULL
            and each.rating.occasion == 1
            and (value := _value(each.rating, field)) is not None
        ]
        by_name = severities(
            unit=[clip for clip, _, _ in rows],
            rater=[person for _, person, _ in rows],
            value=[value for _, _, value in rows],
        )
        found |= {int(name): severity for name, severity in by_name.items()}
    return found


def _value(rating: RatingRecord, field: Field) -> float | None:
    given = {
        Field.DELIVERY: rating.delivery,
        Field.EXPECTED: rating.expected_intensity,
        Field.EXPRESSED: rating.expressed_intensity,
    }[field]
    return None if given is None else float(given)


def _tally(
    person_id: int,
    answers: Sequence[WorkedAnswer],
    known: Mapping[tuple[str, Channel], GoldRecord],
    purposes: frozenset[Purpose],
) -> Tally:
    """Known clips among some answers; one whose answer the person set themselves says nothing."""
    right = asked = 0
    for each in answers:
        row = known.get((each.rating.clip_id, each.rating.channel))
        is_own = row is not None and row.created_by == person_id
        if row is None or is_own or each.rating.purpose not in purposes:
            continue
        asked += 1
        right += not accepted_of(row).wrong(each.rating)
    return Tally(right, asked)
