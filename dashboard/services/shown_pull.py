"""How far a shown prediction pulls the answers of a project that has both blind and assisted ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from dashboard.services.judging import gap_of, judge, policy_of
from db import answer_columns, policies, predictions
from db.answer_columns import CHANNELS, NONE, PHASES, AnswerColumns
from db.records import ClipRecord, PredictionSummary, ProjectRecord
from engine.errors import TableError
from engine.raters.anchoring import TooFewClipsError, anchoring_pull
from engine.verdict.fixed import FIXED
from engine.verdict.intervals import Interval
from engine.verdict.policy import Policy
from engine.verdict.ratings_table import RatingTable
from engine.vocabulary import Channel, Phase

BLIND: Final = PHASES.index(Phase.BLIND)
ASSISTED: Final = PHASES.index(Phase.ASSISTED)


@dataclass(frozen=True, slots=True)
class BothKinds:
    """Blind answers beside answers given in sight of the machine's opinion.

    Attributes
    ----------
    table : RatingTable
        Groups are the clips.
    shown : tuple of str
        The verdict that was on the screen, empty where the answer was blind.
    """

    table: RatingTable
    shown: tuple[str, ...]

    @property
    def blind(self) -> int:
        """How many answers were blind."""
        return sum(not verdict for verdict in self.shown)

    @property
    def assisted(self) -> int:
        """How many were given in sight of a verdict."""
        return len(self.shown) - self.blind


@dataclass(frozen=True, slots=True)
class ShownPull:
    """The pull with its interval in z units, and the numbers of answers it was told from.

    Attributes
    ----------
    pull : Interval or None
        ``None`` where both kinds of answers are there, but from too few clips to tell.
    blind, assisted : int
    """

    pull: Interval | None
    blind: int
    assisted: int


def both_kinds(session: Session, project: ProjectRecord) -> BothKinds:
    """The first blind and the last assisted answer of each person to each clip.

    Answers changed after a reveal are no assisted ones: they also follow the person's own first answer.
    Simulated answers count in a demo project only, and only answers to the newest weights.
    """
    newest = predictions.newest(session, project.id)
    given = answer_columns.of_project(session, project.id)
    told = given.take(
        np.isin(given.phase, [BLIND, ASSISTED])
        & (given.channel == CHANNELS.index(Channel.FULL))
        & ~np.isnan(given.delivery)
        & (given.prediction != NONE)
        & (project.demo | ~given.simulated)
    )
    wanted = np.unique(told.prediction).tolist()
    known = {said.id: (clip, said) for clip, said in predictions.with_clips(session, wanted)}
    instrument = None if newest is None else _instrument(newest)
    gaps = {
        number: gap
        for number, (_, said) in known.items()
        if _instrument(said) == instrument and (gap := gap_of(said)) is not None
    }
    chosen = _chosen(told.take(np.isin(told.prediction, list(gaps))))
    policy_by_id = {
        number: FIXED if number == NONE else policy_of(policies.by_id(session, number))
        for number in np.unique(chosen.policy).tolist()
    }
    verdicts: dict[tuple[int, int], str] = {}  # many answers were given beside the same
    shown = []
    for phase, *beside in zip(
        chosen.phase.tolist(), chosen.policy.tolist(), chosen.prediction.tolist(), strict=True
    ):
        place = beside[0], beside[1]
        if phase != BLIND and place not in verdicts:
            verdicts[place] = _verdict(policy_by_id[place[0]], *known[place[1]])
        shown.append("" if phase == BLIND else verdicts[place])
    ids = {clip.number: clip.id for clip, _ in known.values()}
    return BothKinds(
        table=RatingTable.of(
            alignment=[gaps[number] for number in chosen.prediction.tolist()],
            verdict=chosen.delivery.astype(np.int8),
            rater=chosen.person,
            group=[ids[number] for number in chosen.clip.tolist()],
        ),
        shown=tuple(shown),
    )


def _chosen(told: AnswerColumns) -> AnswerColumns:
    """The first blind and the last assisted answer of each person to each clip, by when they first answered.

    Later blind answers have seen the reveal.
    """
    order = np.lexsort((told.id, told.phase, told.person, told.clip))
    same = np.ones(max(order.size - 1, 0), dtype=np.bool_)
    for column in (told.clip, told.person, told.phase):
        same &= column[order][1:] == column[order][:-1]
    starts = np.flatnonzero(np.append(True, ~same)[: order.size])
    ends = np.append(starts[1:], order.size) - 1
    is_blind = told.phase[order][starts] == BLIND
    kept = order[np.where(is_blind, starts, ends)] if order.size else order
    return told.take(kept[np.argsort(told.id[order[starts]])] if order.size else kept)


def pull_of(answers: BothKinds) -> ShownPull | None:
    """The pull, ``None`` where the answers are not of both kinds."""
    try:
        pull = anchoring_pull(answers.table, answers.shown)
    except TooFewClipsError:
        return ShownPull(None, answers.blind, answers.assisted)
    except TableError:  # one kind alone, or nothing but *correct* was ever shown
        return None
    return ShownPull(pull, answers.blind, answers.assisted)


def _instrument(said: PredictionSummary) -> tuple[str, str, str]:
    return said.system, said.weights_version, said.feature_schema


def _verdict(policy: Policy, clip: ClipRecord, prediction: PredictionSummary) -> str:
    verdict = judge(policy, clip, prediction).verdict
    return "" if verdict is None else verdict.value
