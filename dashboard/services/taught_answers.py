"""The answers that the protocol of a project lets teach, each with the prediction it is read beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from dashboard.services import filmed
from db import answer_columns, predictions, rating_marks, ratings, selections
from db.answer_columns import CHANNELS, NONE, PHASES, PURPOSES, AnswerColumns
from db.records import ClipRecord, ConsentScope, PredictionSummary, ProjectRecord
from engine.verdict.learned import LearnedFor
from engine.vocabulary import Channel, Phase, Protocol

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
class Beside:
    """What answers are read beside.

    Attributes
    ----------
    then : PredictionSummary
        The prediction the clip had when they were given.
    prediction : PredictionSummary
        What they are read beside: the same, or the clip's newest where that is of the present weights.
    """

    clip: ClipRecord
    then: PredictionSummary
    prediction: PredictionSummary


@dataclass(frozen=True, slots=True)
class TaughtAnswers:
    """The answers that the project's protocol lets teach.

    Attributes
    ----------
    columns : AnswerColumns
        n rows.
    place : ndarray of intp, shape (n,)
        Each answer's place in ``beside``.
    beside : tuple of Beside
    weight : ndarray of float64, shape (n,)
        :attr:`db.records.SelectionDraft.weight` where the queue chose the clip, else 1.
    instrument : LearnedFor or None
        What made the predictions; ``None`` before the first analysis.
    left_out : tuple of (str, int)
        Answers that may not teach, counted by the message that says why.
    """

    columns: AnswerColumns
    place: NDArray[np.intp]
    beside: tuple[Beside, ...]
    weight: NDArray[np.float64]
    instrument: LearnedFor | None
    left_out: tuple[tuple[str, int], ...] = ()


def training_phases(project: ProjectRecord) -> tuple[Phase, ...]:
    """Which kinds of answers teach the thresholds of a project."""
    phases = TRAINING_PHASES[project.protocol]
    takes_revised = project.protocol is Protocol.BLIND_FIRST and project.settings.get(REVISED_SETTING, False)
    return (*phases, Phase.REVISED) if takes_revised else phases


def answers_that_teach(session: Session, project: ProjectRecord) -> TaughtAnswers:
    """The answers thresholds and intensity maps may learn from, oldest first."""
    newest = predictions.newest(session, project.id)
    given = answer_columns.of_project(session, project.id)
    if newest is None:
        nothing = given.take(np.zeros(0, dtype=np.intp))
        return TaughtAnswers(nothing, np.zeros(0, dtype=np.intp), (), np.zeros(0), None)
    instrument = _instrument(newest)
    answers = _that_may_teach(session, project, given)
    meant = answers if project.demo else answers.take(~answers.simulated)
    numbers, place = np.unique(meant.prediction, return_inverse=True)
    then = dict(_with_clips(session, numbers))
    closed = filmed.kept_from(session, project.id, ConsentScope.TRAINING)
    known = [then[int(number)] for number in numbers]
    is_open = np.array([clip.id not in closed for clip, _ in known], dtype=np.bool_)
    stale = sorted(
        {clip.id for clip, said in known if clip.id not in closed and _instrument(said) != instrument}
    )
    again = dict(_newest_of(session, stale))
    beside = [_beside(clip, said, again.get(clip.id), instrument) for clip, said in known]
    is_usable = np.array([each is not None for each in beside], dtype=np.bool_)
    place = place.reshape(-1)
    agreed = is_open[place]
    taught = agreed & is_usable[place]
    kept, places = np.unique(place[taught], return_inverse=True)
    columns = meant.take(taught)
    return TaughtAnswers(
        columns=columns,
        place=places.reshape(-1),
        beside=tuple(found for number in kept if (found := beside[int(number)]) is not None),
        weight=_weights(session, project.id, columns),
        instrument=instrument,
        left_out=(
            ("training.simulated", len(answers) - len(meant)),
            ("training.no_consent", int((~agreed).sum())),
            ("training.other_weights", int((agreed & ~is_usable[place]).sum())),
        ),
    )


def _that_may_teach(session: Session, project: ProjectRecord, given: AnswerColumns) -> AnswerColumns:
    """Of each person and clip one answer in the phases that teach.

    Only answers about the full clip that give a delivery and whose clip had a prediction then; none that
    was taken back, none to a clip asked again, none to a clip whose right answer is told.
    """
    phases = training_phases(project)
    # After the first blind answer the machine's opinion is on the screen: nothing later is blind.
    first_counts = project.protocol is Protocol.BLIND_FIRST and Phase.REVISED not in phases
    withdrawn = np.fromiter(rating_marks.withdrawn(session, project.id), dtype=np.int64)
    said = given.take(
        np.isin(given.phase, [PHASES.index(phase) for phase in phases])
        & (given.channel == CHANNELS.index(Channel.FULL))
        & (given.occasion == 1)
        & ~np.isnan(given.delivery)
        & ~np.isin(given.id, withdrawn)
    )
    order = np.lexsort((said.id, said.person, said.clip))
    clip, person = said.clip[order], said.person[order]
    same = (clip[1:] == clip[:-1]) & (person[1:] == person[:-1])
    counts = np.empty(order.size, dtype=np.bool_)
    counts[order] = (
        np.append(True, ~same)[: order.size] if first_counts else np.append(~same, True)[: order.size]
    )
    teaching = np.isin(said.purpose, [PURPOSES.index(purpose) for purpose in ratings.TEACHING])
    return said.take(counts & teaching & (said.prediction != NONE))


def _beside(
    clip: ClipRecord, then: PredictionSummary, again: PredictionSummary | None, instrument: LearnedFor
) -> Beside | None:
    if _instrument(then) == instrument:
        return Beside(clip, then, then)
    if again is None or _instrument(again) != instrument or again.line != then.line:
        return None
    return Beside(clip, then, again)


def _weights(session: Session, project_id: int, answers: AnswerColumns) -> NDArray[np.float64]:
    found = np.ones(len(answers))
    clip, person, weight = selections.weights(session, project_id)
    if not clip.size:
        return found
    widest = int(max(person.max(), answers.person.max(initial=0))) + 1
    chosen, asked = clip * widest + person, answers.clip * widest + answers.person
    order = np.argsort(chosen)
    at = np.minimum(np.searchsorted(chosen[order], asked), order.size - 1)
    is_chosen = chosen[order][at] == asked
    found[is_chosen] = weight[order][at][is_chosen]
    return found


def _with_clips(
    session: Session, numbers: NDArray[np.int64]
) -> Iterator[tuple[int, tuple[ClipRecord, PredictionSummary]]]:
    for clip, prediction in predictions.with_clips(session, numbers.tolist()):
        yield prediction.id, (clip, prediction)


def _instrument(prediction: PredictionSummary) -> LearnedFor:
    return LearnedFor(prediction.system.value, prediction.weights_version, prediction.feature_schema)


def _newest_of(session: Session, clip_ids: Sequence[str]) -> Iterator[tuple[str, PredictionSummary]]:
    for start in range(0, len(clip_ids), LOOKUP):
        yield from predictions.latest_of_clips(session, clip_ids[start : start + LOOKUP]).items()
