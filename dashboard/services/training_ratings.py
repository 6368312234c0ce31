"""The stored ratings thresholds are learned from, each with the gap it speaks about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import filmed
from dashboard.services.judging import context_of, gap_of
from dashboard.services.messages import say
from db import predictions, ratings, selections
from db.records import ConsentScope, PredictionSummary, ProjectRecord, RatedClip
from engine.verdict.gate_words import LEAST_GROUPS
from engine.verdict.learned import LearnedFor
from engine.verdict.ratings_table import RatingTable
from engine.vocabulary import Delivery, Phase, Protocol, Verdict

TRAINING_PHASES: Final[Mapping[Protocol, tuple[Phase, ...]]] = {
    Protocol.ASSISTED: (Phase.ASSISTED,),
    Protocol.BLIND_FIRST: (Phase.BLIND,),
    Protocol.BLIND_ONLY: (Phase.BLIND,),
}
"""Where people answered blind, only those answers teach: later ones have seen the machine's opinion."""

REVISED_SETTING: Final = "train_on_revised"
"""Setting of a project that lets answers changed after the reveal teach in place of the blind ones."""

LOOKUP: Final = 500
"""Clips looked up at once."""


@dataclass(frozen=True, slots=True)
class TaughtAnswer:
    """An answer that may teach, with the prediction it is read beside and its weight."""

    answer: RatedClip
    prediction: PredictionSummary
    weight: float


@dataclass(frozen=True, slots=True)
class TaughtAnswers:
    """The answers that the project's protocol lets teach.

    Attributes
    ----------
    instrument : LearnedFor or None
        What made the predictions; ``None`` before the first analysis.
    left_out : tuple of (str, int)
        Answers that may not teach, counted by the message that says why.
    """

    answers: tuple[TaughtAnswer, ...]
    instrument: LearnedFor | None
    left_out: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RatedGap:
    """One answer beside the gap of the prediction the clip had when it was given.

    Attributes
    ----------
    alignment : float
        z units.
    rated_at : datetime
    context : Mapping[str, str]
        Levels by column of :data:`~dashboard.services.judging.CONTEXT_COLUMNS`.
    weight : float
        Where the queue chose the clip: the chance an even draw had to choose it over the chance it had
        (:attr:`db.records.SelectionDraft.weight`); 1 otherwise.
    """

    rating_id: int
    clip_id: str
    clip_name: str
    person_id: int
    simulated: bool
    delivery: Delivery
    alignment: float
    rated_at: datetime
    context: Mapping[str, str]
    weight: float

    @property
    def verdict(self) -> Verdict:
        """What the person said."""
        return self.delivery.verdict


@dataclass(frozen=True, slots=True)
class TrainingRatings:
    """What a project's people have said so far.

    Attributes
    ----------
    gaps : tuple of RatedGap
    instrument : LearnedFor or None
        What measured the gaps; ``None`` before the first analysis.
    notes : tuple of str
        What was left out, and why, in sentences.
    """

    gaps: tuple[RatedGap, ...]
    instrument: LearnedFor | None
    notes: tuple[str, ...]

    def table(self, columns: Sequence[str]) -> RatingTable:
        """The engine's table with these context columns.

        Groups are actors; where there are too few to hold any out, clips.
        """
        groups = self.actors() if self.grouped_by_actor else [gap.clip_id for gap in self.gaps]
        return RatingTable.of(
            alignment=[gap.alignment for gap in self.gaps],
            verdict=[gap.delivery for gap in self.gaps],
            weight=[gap.weight for gap in self.gaps],
            rater=[gap.person_id for gap in self.gaps],
            group=groups,
            context={name: [gap.context.get(name) for gap in self.gaps] for name in columns},
        )

    @property
    def grouped_by_actor(self) -> bool:
        """Whether there are enough actors to check thresholds on actors never seen."""
        return len(set(self.actors())) >= LEAST_GROUPS and all("actor" in gap.context for gap in self.gaps)

    def actors(self) -> list[str]:
        """The actor of each answer, the clip where nobody is named."""
        return [gap.context.get("actor", gap.clip_id) for gap in self.gaps]


def training_phases(project: ProjectRecord) -> tuple[Phase, ...]:
    """Which kinds of answers teach the thresholds of a project."""
    phases = TRAINING_PHASES[project.protocol]
    takes_revised = project.protocol is Protocol.BLIND_FIRST and project.settings.get(REVISED_SETTING, False)
    return (*phases, Phase.REVISED) if takes_revised else phases


def collect(session: Session, project: ProjectRecord) -> TrainingRatings:
    """Gather what the project's protocol lets thresholds learn from.

    Simulated answers count in a demo project only. An answer to a prediction of other weights counts
    with the clip's newest prediction, if the clip was analysed again with the same line.
    """
    taught = answers_that_teach(session, project)
    gaps = [_rated_gap(each) for each in taught.answers]
    known = tuple(gap for gap in gaps if gap is not None)
    left_out = (*taught.left_out, ("training.unknown_gap", len(gaps) - len(known)))
    found = TrainingRatings(known, taught.instrument, tuple(say(key, n=n) for key, n in left_out if n))
    if known and not found.grouped_by_actor:
        notes = (*found.notes, say("training.grouped_by_clip"))
        return TrainingRatings(found.gaps, taught.instrument, notes)
    return found


def answers_that_teach(session: Session, project: ProjectRecord) -> TaughtAnswers:
    """The answers thresholds and intensity maps may learn from; see :func:`collect`."""
    newest = predictions.newest(session, project.id)
    if newest is None:
        return TaughtAnswers((), None)
    instrument = _instrument(newest)
    phases = training_phases(project)
    # After the first blind answer the machine's opinion is on the screen: nothing later is blind.
    locked = project.protocol is Protocol.BLIND_FIRST and Phase.REVISED not in phases
    answers = tuple(ratings.for_training(session, project.id, phases=phases, first_counts=locked))
    meant = [answer for answer in answers if project.demo or not answer.rating.simulated]
    closed = filmed.kept_from(session, project.id, ConsentScope.TRAINING)
    real = [answer for answer in meant if answer.clip.id not in closed]
    stale = {answer.clip.id for answer in real if _instrument(_then(answer)) != instrument}
    chosen = selections.of_project(session, project.id)
    measured_again = dict(_newest_of(session, sorted(stale)))
    taught = []
    other_weights = 0
    for answer in real:
        prediction = _then(answer)
        if _instrument(prediction) != instrument:
            again = measured_again.get(answer.clip.id)
            if again is None or _instrument(again) != instrument or again.line != prediction.line:
                other_weights += 1
                continue
            prediction = again
        selection = chosen.get((answer.clip.id, answer.person.id))
        taught.append(TaughtAnswer(answer, prediction, 1.0 if selection is None else selection.weight))
    left_out = (
        ("training.simulated", len(answers) - len(meant)),
        ("training.no_consent", len(meant) - len(real)),
        ("training.other_weights", other_weights),
    )
    return TaughtAnswers(tuple(taught), instrument, left_out)


def _rated_gap(taught: TaughtAnswer) -> RatedGap | None:
    answer, prediction = taught.answer, taught.prediction
    alignment = gap_of(prediction)
    rating = answer.rating
    if alignment is None or rating.delivery is None:
        return None
    return RatedGap(
        rating_id=rating.id,
        clip_id=answer.clip.id,
        clip_name=answer.clip.original_name,
        person_id=answer.person.id,
        simulated=rating.simulated,
        delivery=rating.delivery,
        alignment=alignment,
        rated_at=rating.created_at,
        context=context_of(answer.clip, prediction),
        weight=taught.weight,
    )


def _then(answer: RatedClip) -> PredictionSummary:
    if answer.prediction is None:  # for_training leaves these out
        raise ValueError(f"Rating {answer.rating.id} has no prediction.")
    return answer.prediction


def _instrument(prediction: PredictionSummary) -> LearnedFor:
    return LearnedFor(prediction.system.value, prediction.weights_version, prediction.feature_schema)


def _newest_of(session: Session, clip_ids: Sequence[str]) -> Iterator[tuple[str, PredictionSummary]]:
    for start in range(0, len(clip_ids), LOOKUP):
        yield from predictions.latest_of_clips(session, clip_ids[start : start + LOOKUP]).items()
