"""How far a project’s people agree, by field, language, phase and channel, and on which clips they do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.services import aside
from dashboard.services.aside import WorkedOut
from dashboard.services.derived_consensus import Consensus, consensus
from dashboard.services.given_answers import Field, GivenAnswers, collect
from dashboard.services.permissions import Act, ensure
from db import projects
from db.answer_columns import CHANNELS, EMOTIONS, PHASES
from db.session import reading
from engine.errors import TableError
from engine.raters.agreement import Agreement, agreement
from engine.raters.alpha import unit_disagreement
from engine.raters.answers import Answers
from engine.vocabulary import Channel

NAME: Final = "agreement"
SEED: Final = 0
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
) -> WorkedOut[ProjectAgreement]:
    """How far the raters of a project agree; of a large project as it was a while ago.

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
    ensure(project_id, person_id, Act.SEE_MACHINE)
    name = NAME if simulated is None else f"{NAME}:{'simulated' if simulated else 'people'}"
    return aside.of_project(name, project_id, lambda: work_out(project_id, simulated=simulated))


def work_out(project_id: int, *, simulated: bool | None = None) -> ProjectAgreement:
    """How far they agree now."""
    with reading() as session:
        answers = collect(session, projects.by_id(session, project_id))
    is_simulated = answers.columns.simulated
    people = np.unique(answers.columns.person[~is_simulated])
    made_up = np.unique(answers.columns.person[is_simulated])
    about_simulated = not people.size and bool(made_up.size) if simulated is None else simulated
    chosen = answers.take(is_simulated == about_simulated)
    standing = chosen.standing
    return ProjectAgreement(
        simulated=about_simulated,
        people=int(people.size),
        simulated_raters=int(made_up.size),
        parts=tuple(part for field in Field for part in _parts(field, chosen)),
        disagreed={field: _disagreed(field, standing) for field in Field},
    )


def _parts(field: Field, answers: GivenAnswers) -> list[PartAgreement]:
    said = answers.take(~np.isnan(answers.values(field)))
    standing = said.standing
    parts = [PartAgreement(field, Split.ALL, "", _measure(field, standing))]
    of_phase = said.take(said.counts_in_phase & said.about(Channel.FULL))
    heard = said.take(said.stands)
    parts += _split(field, Split.LANGUAGE, standing, standing.languages[standing.clip])
    parts += _split(field, Split.PHASE, of_phase, np.array(PHASES)[of_phase.columns.phase], order=PHASES)
    parts += _split(field, Split.CHANNEL, heard, np.array(CHANNELS)[heard.columns.channel], order=CHANNELS)
    return parts


def _split(
    field: Field,
    split: Split,
    answers: GivenAnswers,
    names: NDArray[np.str_],
    *,
    order: Sequence[str] = (),
) -> list[PartAgreement]:
    """One part for each of the names that stand beside the answers, where there are two or more."""
    there = [str(name) for name in np.unique(names)]
    if len(there) < 2:
        return []
    ordered = [str(name) for name in order if name in there] or there
    return [
        PartAgreement(field, split, name, _measure(field, answers.take(names == name), main_only=True))
        for name in ordered
    ]


def _table(field: Field, answers: GivenAnswers) -> Answers | None:
    values = answers.values(field)
    there = ~np.isnan(values)
    said = values[there]
    try:
        return Answers.of(
            unit=answers.clip[there],
            rater=answers.columns.person[there],
            value=np.array(EMOTIONS, dtype=object)[said.astype(np.intp)] if field is Field.EMOTION else said,
            level=field.level,
        )
    except TableError:  # fewer than two clips with two answers: nothing is wrong, people are not so far yet
        return None


def _measure(field: Field, answers: GivenAnswers, *, main_only: bool = False) -> Agreement | None:
    table = _table(field, answers)
    if table is None:
        return None
    return agreement(table, generator=np.random.default_rng(SEED), main_only=main_only)


def _disagreed(field: Field, answers: GivenAnswers) -> tuple[DisagreedClip, ...]:
    table = _table(field, answers)
    if table is None:
        return ()
    away = unit_disagreement(table)
    worst = [place for place in np.argsort(-away, kind="stable")[:MOST_DISAGREED] if away[place] > 0]
    if not worst:
        return ()
    agreed, values = consensus(field, answers), answers.values(field)
    there = ~np.isnan(values)
    found = []
    for place in worst:
        clip = int(table.unit_names[place])
        said = values[there & (answers.clip == clip)].tolist()
        decided = agreed.of(clip)
        assert decided is not None  # it has answers
        found.append(
            DisagreedClip(
                clip_id=answers.clips.id[clip],
                name=answers.clips.name[clip],
                disagreement=float(away[place]),
                said=tuple(Counter(field.text(value) for value in said).most_common()),
                consensus=decided,
            )
        )
    return tuple(found)
