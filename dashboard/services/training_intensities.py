"""The stored answers intensity maps are learned from: the same that teach the thresholds.

An answer that was left as the machine proposed it counts: the person let it stand. Such answers hold a map
back towards no correction, so they are counted and said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from dashboard.services.judging import context_of
from dashboard.services.messages import say
from dashboard.services.taught_answers import TaughtAnswers, answers_that_teach
from db.records import IntensitySide, PredictionSummary, ProjectRecord
from engine.verdict.gate_words import LEAST_GROUPS
from engine.verdict.intensity_table import IntensityTable
from engine.verdict.learned import LearnedFor


@dataclass(frozen=True, slots=True)
class RatedIntensity:
    """What one person said about one intensity beside what the model stated, 0 to 1.

    Attributes
    ----------
    let_stand : bool
        The person saw the model's figure and left it.
    weight : float
        As of :class:`~dashboard.services.training_ratings.RatedGap`.
    """

    clip_id: str
    person_id: int
    stated: float
    rated: float
    let_stand: bool
    context: Mapping[str, str]
    weight: float


@dataclass(frozen=True, slots=True)
class TrainingIntensities:
    """What a project's people have said about one of the two intensities.

    Attributes
    ----------
    answers : tuple of RatedIntensity
    instrument : LearnedFor or None
        What stated the intensities; ``None`` before the first analysis.
    notes : tuple of str
        What was left out, and what to know, in sentences.
    """

    side: IntensitySide
    answers: tuple[RatedIntensity, ...]
    instrument: LearnedFor | None
    notes: tuple[str, ...]

    @property
    def raters(self) -> int:
        """How many people spoke."""
        return len({answer.person_id for answer in self.answers})

    @property
    def grouped_by_actor(self) -> bool:
        """Whether there are enough actors to check a map on actors never seen."""
        named = all("actor" in answer.context for answer in self.answers)
        return named and len(set(self._actors())) >= LEAST_GROUPS

    def table(self, columns: Sequence[str]) -> IntensityTable:
        """The engine's table with these context columns; groups are actors, clips where those are few."""
        groups = self._actors() if self.grouped_by_actor else [answer.clip_id for answer in self.answers]
        return IntensityTable.of(
            model=[answer.stated for answer in self.answers],
            rated=[answer.rated for answer in self.answers],
            weight=[answer.weight for answer in self.answers],
            rater=[answer.person_id for answer in self.answers],
            group=groups,
            context={name: [answer.context.get(name) for answer in self.answers] for name in columns},
        )

    def varied(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The columns with at least two known levels; one level alone is no context."""
        levels = {name: {answer.context.get(name) for answer in self.answers} - {None} for name in columns}
        return tuple(name for name in columns if len(levels[name]) > 1)

    def _actors(self) -> list[str]:
        return [answer.context.get("actor", answer.clip_id) for answer in self.answers]


def collect(session: Session, project: ProjectRecord) -> dict[IntensitySide, TrainingIntensities]:
    """Gather what the project's protocol lets the maps of both intensities learn from."""
    taught = answers_that_teach(session, project)
    notes = tuple(say(key, n=n) for key, n in taught.left_out if n)
    found = {}
    for side in IntensitySide:
        answers = _rated(side, taught)
        stood = sum(answer.let_stand for answer in answers)
        said = (say("intensity.let_stand", n=stood, total=len(answers)),) if stood else ()
        found[side] = TrainingIntensities(side, answers, taught.instrument, (*notes, *said))
    return found


def stated_by(side: IntensitySide, source: PredictionSummary) -> float | None:
    """The intensity of that side that a prediction gives."""
    return source.expected_intensity if side is IntensitySide.EXPECTED else source.expressed_intensity


def _rated(side: IntensitySide, taught: TaughtAnswers) -> tuple[RatedIntensity, ...]:
    columns = taught.columns
    said = columns.expected if side is IntensitySide.EXPECTED else columns.expressed
    contexts = [context_of(each.clip, each.prediction) for each in taught.beside]
    found = []
    for row in np.flatnonzero(~np.isnan(said)).tolist():
        beside, rated = taught.beside[taught.place[row]], float(said[row])
        stated = stated_by(side, beside.prediction)
        if stated is None:
            continue
        found.append(
            RatedIntensity(
                clip_id=beside.clip.id,
                person_id=int(columns.person[row]),
                stated=stated,
                rated=rated,
                let_stand=bool(columns.prediction_shown[row]) and stated_by(side, beside.then) == rated,
                context=contexts[taught.place[row]],
                weight=float(taught.weight[row]),
            )
        )
    return tuple(found)
