"""How far a shown prediction pulls the answers of a project that has both blind and assisted ones."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from dashboard.services.judging import gap_of, judge, policy_of
from db import policies, predictions, ratings
from db.records import ProjectRecord, RatedClip
from engine.errors import TableError
from engine.raters.anchoring import TooFewClipsError, anchoring_pull
from engine.verdict.fixed import FIXED
from engine.verdict.intervals import Interval
from engine.verdict.policy import Policy
from engine.verdict.ratings_table import RatingTable
from engine.vocabulary import Channel, Phase


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
    kept: dict[tuple[str, int, Phase], RatedClip] = {}
    for answer in ratings.all_of_project(session, project.id):
        rating, prediction = answer.rating, answer.prediction
        if rating.phase not in (Phase.BLIND, Phase.ASSISTED) or rating.channel is not Channel.FULL:
            continue
        if rating.delivery is None or (rating.simulated and not project.demo):
            continue
        if newest is None or prediction is None or gap_of(prediction) is None:
            continue
        if (prediction.system, prediction.weights_version, prediction.feature_schema) != (
            newest.system,
            newest.weights_version,
            newest.feature_schema,
        ):
            continue
        place = answer.clip.id, answer.person.id, rating.phase
        if rating.phase is Phase.ASSISTED or place not in kept:  # later blind answers have seen the reveal
            kept[place] = answer
    answers = list(kept.values())
    policy_by_id = {
        number: FIXED if number is None else policy_of(policies.by_id(session, number))
        for number in {answer.rating.policy_id for answer in answers}
    }
    return BothKinds(
        table=RatingTable.of(
            alignment=[_gap(answer) for answer in answers],
            verdict=[answer.rating.delivery for answer in answers],
            rater=[answer.person.id for answer in answers],
            group=[answer.clip.id for answer in answers],
        ),
        shown=tuple(_shown(answer, policy_by_id[answer.rating.policy_id]) for answer in answers),
    )


def pull_of(answers: BothKinds) -> ShownPull | None:
    """The pull, ``None`` where the answers are not of both kinds."""
    try:
        pull = anchoring_pull(answers.table, answers.shown)
    except TooFewClipsError:
        return ShownPull(None, answers.blind, answers.assisted)
    except TableError:  # one kind alone, or nothing but *correct* was ever shown
        return None
    return ShownPull(pull, answers.blind, answers.assisted)


def _gap(answer: RatedClip) -> float:
    gap = None if answer.prediction is None else gap_of(answer.prediction)
    if gap is None:  # both_kinds leaves these out
        raise ValueError(f"Rating {answer.rating.id} has no gap.")
    return gap


def _shown(answer: RatedClip, policy: Policy) -> str:
    if answer.rating.phase is Phase.BLIND or answer.prediction is None:
        return ""
    verdict = judge(policy, answer.clip, answer.prediction).verdict
    return "" if verdict is None else verdict.value
