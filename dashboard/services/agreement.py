"""How far a project’s people agree, by field, language, phase and channel, and on which clips they do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import numpy as np

from dashboard.services.derived_consensus import Consensus, consensus
from dashboard.services.given_answers import Field, GivenAnswer, collect
from dashboard.services.permissions import Act, require
from dashboard.services.project_state import ProjectState, state_of
from db import projects
from db.session import reading
from engine.errors import TableError
from engine.raters.agreement import Agreement, agreement
from engine.raters.alpha import unit_disagreement
from engine.raters.answers import Answers
from engine.vocabulary import Channel, Phase

SEED: Final = 0
MOST_KEPT: Final = 16
MOST_DISAGREED: Final = 48


class Split(StrEnum):
    """By what answers are told apart."""

    ALL = "all"
    LANGUAGE = "language"
    PHASE = "phase"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class PartAgreement:
    """Agreement about one field in one part of the answers.

    Attributes
    ----------
    part : str
        The language, phase or channel; ``""`` for all.
    found : Agreement or None
        ``None`` where fewer than two clips have two answers. Every coefficient for all answers, alpha
        alone for a part.
    """

    field: Field
    split: Split
    part: str
    found: Agreement | None


@dataclass(frozen=True, slots=True)
class DisagreedClip:
    """A clip people differ about.

    Attributes
    ----------
    disagreement : float
        0 not at all, 1 as much as by chance.
    said : tuple of (str, int)
        Answers and how often each was given, the commonest first.
    consensus : Consensus
    """

    clip_id: str
    name: str
    disagreement: float
    said: tuple[tuple[str, int], ...]
    consensus: Consensus


@dataclass(frozen=True, slots=True)
class ProjectAgreement:
    """What the Agreement page shows.

    Attributes
    ----------
    simulated : bool
        Whether it is about simulated raters instead of people; never about both.
    people, simulated_raters : int
        How many of each have answered.
    parts : tuple of PartAgreement
        For each field all answers about the full clip that stand, then each language, phase and channel
        where there are two or more of them. Within a phase each person's answer in that phase counts, even
        if a later phase superseded it: leaving out those who changed their mind would flatter the rest.
    disagreed : Mapping[Field, tuple of DisagreedClip]
        The clips people differ about most, first those most differed about.
    """

    simulated: bool
    people: int
    simulated_raters: int
    parts: tuple[PartAgreement, ...]
    disagreed: Mapping[Field, tuple[DisagreedClip, ...]]

    def of(self, field: Field) -> tuple[PartAgreement, ...]:
        """The parts of one field, all answers first."""
        return tuple(part for part in self.parts if part.field is field)


def of_project(
    project_id: int, *, person_id: int | None = None, simulated: bool | None = None
) -> ProjectAgreement:
    """How far the raters of a project agree.

    Parameters
    ----------
    person_id : int, optional
        Who asks; what others answered is for those who lead the project.
    simulated : bool, optional
        About simulated raters; if not given, only where no person has answered.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    state = state_of(project_id)
    with reading() as session:
        require(session, project_id, person_id, Act.SEE_MACHINE)
    return _at(project_id, simulated, state)


@lru_cache(maxsize=MOST_KEPT)
def _at(project_id: int, simulated: bool | None, _state: ProjectState) -> ProjectAgreement:
    with reading() as session:
        answers = collect(session, projects.by_id(session, project_id))
    people = {each.person_id for each in answers if not each.simulated}
    made_up = {each.person_id for each in answers if each.simulated}
    about_simulated = not people and bool(made_up) if simulated is None else simulated
    chosen = [each for each in answers if each.simulated is about_simulated]
    standing = [each for each in chosen if each.stands and each.channel is Channel.FULL]
    return ProjectAgreement(
        simulated=about_simulated,
        people=len(people),
        simulated_raters=len(made_up),
        parts=tuple(part for field in Field for part in _parts(field, chosen)),
        disagreed={field: _disagreed(field, standing) for field in Field},
    )


def _parts(field: Field, answers: Iterable[GivenAnswer]) -> list[PartAgreement]:
    said = [each for each in answers if each.value(field) is not None]
    full = [each for each in said if each.channel is Channel.FULL]
    standing = [each for each in full if each.stands]
    parts = [PartAgreement(field, Split.ALL, "", _measure(field, standing))]
    of_phase = [each for each in full if each.counts_in_phase]
    heard = [each for each in said if each.stands]
    parts += _split(field, Split.LANGUAGE, standing, lambda each: each.language, ())
    parts += _split(field, Split.PHASE, of_phase, lambda each: each.phase.value, tuple(Phase))
    parts += _split(field, Split.CHANNEL, heard, lambda each: each.channel.value, tuple(Channel))
    return parts


def _split(
    field: Field,
    split: Split,
    answers: list[GivenAnswer],
    part_of: Callable[[GivenAnswer], str],
    order: tuple[str, ...],
) -> list[PartAgreement]:
    names = {part_of(each) for each in answers}
    if len(names) < 2:
        return []
    ordered = [name for name in order if name in names] or sorted(names)
    return [
        PartAgreement(
            field,
            split,
            str(name),
            _measure(field, [each for each in answers if part_of(each) == name], main_only=True),
        )
        for name in ordered
    ]


def _table(field: Field, answers: Iterable[GivenAnswer]) -> Answers | None:
    said = [(each.clip_id, each.person_id, value) for each in answers if (value := each.value(field))]
    try:
        return Answers.of(
            unit=[clip for clip, _, _ in said],
            rater=[person for _, person, _ in said],
            value=[value for _, _, value in said],
            level=field.level,
        )
    except TableError:  # fewer than two clips with two answers: nothing is wrong, people are not so far yet
        return None


def _measure(field: Field, answers: Iterable[GivenAnswer], *, main_only: bool = False) -> Agreement | None:
    table = _table(field, answers)
    if table is None:
        return None
    return agreement(table, generator=np.random.default_rng(SEED), main_only=main_only)


def _disagreed(field: Field, answers: list[GivenAnswer]) -> tuple[DisagreedClip, ...]:
    table = _table(field, answers)
    if table is None:
        return ()
    away = unit_disagreement(table)
    worst = [place for place in np.argsort(-away, kind="stable")[:MOST_DISAGREED] if away[place] > 0]
    if not worst:
        return ()
    agreed = consensus(field, answers)
    names = {each.clip_id: each.clip_name for each in answers}
    wanted = {table.unit_names[place] for place in worst}
    said: dict[str, Counter[str]] = {clip: Counter() for clip in wanted}
    for each in answers:
        value = each.value(field)
        if each.clip_id in wanted and value is not None:
            said[each.clip_id][value] += 1
    return tuple(
        DisagreedClip(
            clip_id=clip,
            name=names[clip],
            disagreement=float(away[place]),
            said=tuple(said[clip].most_common()),
            consensus=agreed[clip],
        )
        for place in worst
        for clip in (table.unit_names[place],)
    )
