"""Which clip a person is shown next, where a project asks first about what teaches most."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from dashboard.services.judging import context_of, gap_of, learned_for, policy_of
from dashboard.services.permissions import Act, require
from dashboard.services.projects import context_columns
from dashboard.services.training_ratings import TrainingRatings, collect
from db import audit, clips, places, policies, predictions, projects, selections
from db.records import ClipRecord, ClipStatus, PolicyKind, PredictionSummary, ProjectRecord, SelectionDraft
from db.seats import Seat
from db.session import reading, writing
from engine.verdict.abstain import COVERAGE, Abstention
from engine.verdict.acquisition import Batch, coverage_need, disagreement, draw_batch, information
from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.fixed import FIXED
from engine.verdict.learned import LearnedPolicy, Origin
from engine.verdict.learned_file import learned_policy
from engine.verdict.ratings_table import RatingTable, as_labels
from engine.vocabulary import VERDICT_ORDER

QUEUE_SETTING: Final = "queue_order"
SEED_BITS: Final = 32


class QueueOrder(StrEnum):
    """In which order clips are shown to be rated."""

    IN_ORDER = "in_order"
    LEAST_RATED = "least_rated"
    MOST_INFORMATIVE = "most_informative"


@dataclass(frozen=True, slots=True)
class Pool:
    """What a batch for one person is drawn from.

    Attributes
    ----------
    clips : tuple of (ClipRecord, PredictionSummary)
        Ready, analysed, not rated by the person and never chosen for them before.
    training : TrainingRatings
    policy : LearnedPolicy
        What is known about the thresholds.
    columns : tuple of str
        Context columns of the project.
    """

    clips: tuple[tuple[ClipRecord, PredictionSummary], ...]
    training: TrainingRatings
    policy: LearnedPolicy
    columns: tuple[str, ...]


def order_of(project: ProjectRecord) -> QueueOrder:
    """How a project orders its clips; one after the other unless it says otherwise."""
    return QueueOrder(project.settings.get(QUEUE_SETTING, QueueOrder.IN_ORDER))


def set_order(project_id: int, order: QueueOrder, *, person_id: int | None) -> ProjectRecord:
    """Choose the order from the next batch on.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    """
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        settings = {**projects.by_id(session, project_id).settings, QUEUE_SETTING: order.value}
        audit.write(
            session,
            "project.queue",
            f"project:{project_id}",
            person_id=person_id,
            details={"order": order.value},
        )
        return projects.update_settings(session, project_id, settings)


def upcoming(
    project_id: int, person_id: int, *, beside: str | None = None, seat: Seat | None = None
) -> tuple[str, ...]:
    """Ids of the clips to show a person, in order; draws the next batch when the last one is done.

    Parameters
    ----------
    beside : str, optional
        The clip they look at, which is left out.
    seat : Seat, optional
        What they need of a clip; without it, every clip they have not rated will do.

    Returns
    -------
    tuple of str
        Empty where nothing analysed is left to be rated by them.
    """
    with reading() as session:
        waiting = _waiting(session, project_id, person_id, beside, seat)
        if waiting:
            return waiting
        pool = _pool(session, projects.by_id(session, project_id), person_id, beside, seat)
    if not pool.clips:
        return ()
    seed = secrets.randbits(SEED_BITS)
    batch = draw_batch(_worth(pool), generator=np.random.default_rng(seed))  # no transaction is open
    with writing() as session:
        waiting = _waiting(session, project_id, person_id, beside, seat)
        if not waiting:  # the person's other window may have drawn meanwhile
            selections.add(session, _drafts(pool, batch, person_id))
            audit.write(
                session,
                "queue.draw",
                f"project:{project_id}",
                person_id=person_id,
                details={"seed": seed, "pool": len(pool.clips), "clips": int(batch.rows.size)},
            )
            waiting = _waiting(session, project_id, person_id, beside, seat)
    return waiting


def _waiting(
    session: Session, project_id: int, person_id: int, beside: str | None, seat: Seat | None
) -> tuple[str, ...]:
    chosen = [each.clip_id for each in selections.open_for(session, project_id, person_id)]
    may_be_asked = chosen if seat is None else places.free_among(session, seat, chosen)
    return tuple(clip_id for clip_id in chosen if clip_id != beside and clip_id in may_be_asked)


def _pool(
    session: Session, project: ProjectRecord, person_id: int, beside: str | None, seat: Seat | None
) -> Pool:
    done = selections.rated_clips(session, project.id, person_id) | {
        clip_id
        for clip_id, chosen_for in selections.of_project(session, project.id)
        if chosen_for == person_id
    }
    left: tuple[tuple[ClipRecord, PredictionSummary], ...] = ()
    may_be_asked = None if seat is None else places.every_free(session, seat)
    if may_be_asked or (may_be_asked is None and clips.next_unrated(session, project.id, person_id)):
        left = tuple(
            (clip, prediction)
            for clip, prediction in predictions.summaries_of_project(session, project.id)
            if clip.status is ClipStatus.READY
            and clip.id not in done
            and clip.id != beside
            and (may_be_asked is None or clip.id in may_be_asked)
        )
    training = collect(session, project) if left else TrainingRatings.nothing()
    return Pool(left, training, _known(session, project.id), context_columns(project))


def _known(session: Session, project_id: int) -> LearnedPolicy:
    """The newest thresholds learned on the present instrument, else what is believed before any rating."""
    newest = predictions.newest(session, project_id)
    for record in policies.history(session, project_id):
        if record.kind is PolicyKind.FIXED or newest is None or not learned_for(record, newest):
            continue
        policy = policy_of(record)
        if isinstance(policy, LearnedPolicy):
            return policy
    nothing = RatingTable.of(alignment=[], verdict=[])
    return learned_policy(
        AdaptiveThresholds().fit(nothing),
        nothing,
        origin=Origin(FIXED.version, nothing.sha256(), seed=0, ratings=0, raters=0, groups=0),
        abstention=Abstention(COVERAGE, None, 0),
    )


def _worth(pool: Pool) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    gaps = [gap_of(prediction) for _, prediction in pool.clips]
    alignment = np.array([np.nan if gap is None else gap for gap in gaps], dtype=np.float64)
    levels = [context_of(clip, prediction) for clip, prediction in pool.clips]
    wanted = tuple(dict.fromkeys((*pool.columns, *pool.policy.context_columns)))
    context = {name: as_labels([level.get(name) for level in levels]) for name in wanted}
    place = {clip.id: row for row, (clip, _) in enumerate(pool.clips)}
    answers = np.zeros((len(place), len(VERDICT_ORDER)))
    training = pool.training
    of_clip = np.array([place.get(each.clip_id, -1) for each in training.clips], dtype=np.intp)
    row = of_clip[training.clip]
    np.add.at(answers, (row[row >= 0], training.verdict[row >= 0]), 1)
    rated = {name: Counter(level for level in training.levels(name) if level) for name in pool.columns}
    chosen = {name: context[name] for name in pool.columns}
    return np.asarray(
        information(alignment, pool.policy, context)
        * disagreement(alignment, pool.policy, context, answers)
        * coverage_need(chosen, rated, len(place))
    )


def _drafts(pool: Pool, batch: Batch, person_id: int) -> Sequence[SelectionDraft]:
    return [
        SelectionDraft(
            clip_id=pool.clips[row][0].id,
            person_id=person_id,
            probability=min(float(probability), 1.0),
            even_probability=batch.even_probability,
        )
        for row, probability in zip(batch.rows, batch.probability, strict=True)
    ]
