"""The stored answers intensity maps are learned from: the same that teach the thresholds.

An answer that was left as the machine proposed it counts: the person let it stand. Such answers hold a map
back towards no correction, so they are counted and said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dashboard.services.judging import context_of
from dashboard.services.messages import say
from dashboard.services.training_ratings import TaughtAnswer, answers_that_teach
from db.records import IntensitySide, PredictionSummary, ProjectRecord, RatingRecord
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
        known = [_rated(side, each) for each in taught.answers]
        answers = tuple(answer for answer in known if answer is not None)
        stood = sum(answer.let_stand for answer in answers)
        said = (say("intensity.let_stand", n=stood, total=len(answers)),) if stood else ()
        found[side] = TrainingIntensities(side, answers, taught.instrument, (*notes, *said))
    return found


def stated_by(side: IntensitySide, source: PredictionSummary | RatingRecord) -> float | None:
    """The intensity of that side that a prediction or an answer gives."""
    return source.expected_intensity if side is IntensitySide.EXPECTED else source.expressed_intensity


def _rated(side: IntensitySide, taught: TaughtAnswer) -> RatedIntensity | None:
    rating = taught.answer.rating
    stated, rated = stated_by(side, taught.prediction), stated_by(side, rating)
    if stated is None or rated is None:
        return None
    shown = taught.answer.prediction
    return RatedIntensity(
        clip_id=taught.answer.clip.id,
        person_id=taught.answer.person.id,
        stated=stated,
        rated=rated,
        let_stand=rating.prediction_shown and shown is not None and stated_by(side, shown) == rated,
        context=context_of(taught.answer.clip, taught.prediction),
        weight=taught.weight,
    )
