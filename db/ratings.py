"""Queries on ratings: each stored once; a changed mind supersedes, a withdrawn answer counts nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Generic

import numpy as np
from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from db import clip_counts
from db.errors import AlreadyThereError
from db.prepared import Prepared, PreparedInsert
from db.rated_clips import project_of
from db.records import (
    ClipRecord,
    PersonRecord,
    PredictionSummary,
    Progress,
    Purpose,
    RatedClip,
    RatingDraft,
    RatingRecord,
    TaskKey,
)
from db.rows import R, build, columns_of, every, selecting
from db.tables import Clip, Person, Prediction, Rating, Withdrawal
from engine.vocabulary import Channel, Phase

BATCH: Final = 2000
TEACHING: Final = (Purpose.ORDINARY, Purpose.GOLD_SILENT)
"""Answers given as any other would be, so that they may teach; the right one was not told."""

_LATER: Final = aliased(Rating)  # made once: making it costs more than most queries


@dataclass(frozen=True, slots=True)
class LastWord:
    """The newest answer to a task, which any other supersedes.

    Attributes
    ----------
    is_withdrawn : bool
        Whether it was taken back, so that none stands.
    """

    rating: RatingRecord
    is_withdrawn: bool


def add(session: Session, draft: RatingDraft) -> RatingRecord:
    """Store an answer; it supersedes the person's answer to the same task, withdrawn or not, if there is one.

    An idempotency key that is stored already changes nothing: the stored rating is returned.

    Raises
    ------
    AlreadyThereError
        If the key belongs to a rating of another clip or person.
    """
    stored = by_key(session, draft.idempotency_key)
    if stored is not None:
        if (stored.clip_id, stored.person_id) != (draft.clip_id, draft.person_id):
            raise AlreadyThereError(
                "Another rating carries the same key; reload the page and rate the clip again."
            )
        return stored
    earlier = last_word(session, TaskKey(draft.clip_id, draft.person_id, draft.channel, draft.occasion))
    return append(session, draft, supersedes_id=None if earlier is None else earlier.rating.id)


def append(session: Session, draft: RatingDraft, *, supersedes_id: int | None) -> RatingRecord:
    """Store an answer whose key is not stored yet, in place of the :func:`last_word` on its task."""
    return _ANSWER.add(session, **asdict(draft), supersedes_id=supersedes_id)


def bring_in(
    session: Session, draft: RatingDraft, *, supersedes_id: int | None, created_at: datetime | None
) -> RatingRecord:
    """Store an answer that was given elsewhere, at its own time where that is known; see :func:`append`."""
    if created_at is None:
        return append(session, draft, supersedes_id=supersedes_id)
    return _ANSWER.add(session, **asdict(draft), supersedes_id=supersedes_id, created_at=created_at)


def by_key(session: Session, idempotency_key: str) -> RatingRecord | None:
    """The rating stored under a key, ``None`` without one."""
    return _BY_KEY.first(session, idempotency_key=idempotency_key)


def withdraw(session: Session, rating_id: int, *, person_id: int) -> None:
    """Take an answer back: it stays stored and counts nowhere; twice is once."""
    if session.get(Withdrawal, rating_id) is None:
        session.add(Withdrawal(rating_id=rating_id, person_id=person_id))
        session.flush()


def current_for(
    session: Session,
    clip_id: str,
    person_id: int,
    *,
    channel: Channel = Channel.FULL,
    occasion: int = 1,
) -> RatingRecord | None:
    """What a person says about a clip now, ``None`` before their first answer or with it taken back."""
    last = last_word(session, TaskKey(clip_id, person_id, channel, occasion))
    return None if last is None or last.is_withdrawn else last.rating


def last_word(session: Session, task: TaskKey) -> LastWord | None:
    """The newest answer to a task, whether or not it was taken back."""
    row = session.connection().execute(_LAST_WORD, asdict(task)).first()
    return None if row is None else LastWord(build(RatingRecord, row[:-1]), bool(row[-1]))


def standing() -> ColumnElement[bool]:
    """That a rating is its person's last word on its task and was not taken back."""
    return ~exists().where(_LATER.supersedes_id == Rating.id) & ~_withdrawn(Rating)


def history(session: Session, clip_id: str, *, person_id: int | None = None) -> tuple[RatingRecord, ...]:
    """Every answer to a clip, superseded ones included, oldest first."""
    statement = selecting(Rating, RatingRecord).where(Rating.clip_id == clip_id).order_by(Rating.id)
    if person_id is not None:
        statement = statement.where(Rating.person_id == person_id)
    return every(session, statement, RatingRecord)


def current_of_project(session: Session, project_id: int) -> Iterator[RatedClip]:
    """Every answer that stands (see :func:`standing`), oldest first, read in batches."""
    return _rated(session, project_id, standing())


def all_of_project(session: Session, project_id: int) -> Iterator[RatedClip]:
    """Every answer ever given, superseded ones included, oldest first, read in batches."""
    return _rated(session, project_id)


def has_blind(session: Session, project_id: int) -> bool:
    """Whether anybody ever answered without sight of the prediction."""
    blind = (
        select(Rating.id)
        .join(Clip, Clip.id == Rating.clip_id)
        .where(Clip.project_id == project_id, Rating.phase == Phase.BLIND)
    )
    return session.scalar(blind.limit(1)) is not None


def of_clips(
    session: Session, project_id: int, clip_ids: Sequence[str], *, with_history: bool = False
) -> dict[str, tuple[RatedClip, ...]]:
    """The answers to some clips (a page of them) by clip id, oldest first; clips without any are left out."""
    narrowed = (Rating.clip_id.in_(clip_ids),) + (() if with_history else (standing(),))
    found: dict[str, tuple[RatedClip, ...]] = {}
    for rated in _rated(session, project_id, *narrowed):
        found[rated.clip.id] = (*found.get(rated.clip.id, ()), rated)
    return found


def count(session: Session, project_id: int, *, with_history: bool = False) -> int:
    """How many answers of a project stand, or were ever given."""
    wanted = (
        select(func.count(Rating.id))
        .join(Clip, Clip.id == Rating.clip_id)
        .where(Clip.project_id == project_id)
    )
    return session.scalar(wanted if with_history else wanted.where(standing())) or 0


def standing_ids(session: Session, clip_ids: Sequence[str]) -> dict[str, frozenset[int]]:
    """Ids of the answers to some full clips that stand, by clip id; clips without any are left out."""
    found: dict[str, set[int]] = {}
    for start in range(0, len(clip_ids), BATCH):
        rows = session.execute(
            select(Rating.clip_id, Rating.id).where(
                Rating.clip_id.in_(clip_ids[start : start + BATCH]),
                Rating.channel == Channel.FULL,
                Rating.occasion == 1,
                standing(),
            )
        )
        for clip_id, number in rows:
            found.setdefault(clip_id, set()).add(number)
    return {clip_id: frozenset(numbers) for clip_id, numbers in found.items()}


def given_since(session: Session, project_id: int, moment: datetime) -> tuple[int, ...]:
    """Ids of the answers of a project that were given after a moment."""
    rows = session.scalars(
        select(Rating.id)
        .join(Clip, Clip.id == Rating.clip_id)
        .where(Clip.project_id == project_id, Rating.created_at > moment)
    )
    return tuple(rows)


def rater_ids(session: Session, project_id: int) -> frozenset[int]:
    """Numbers of the people who ever answered in a project."""
    rows = session.scalars(
        select(Rating.person_id)
        .distinct()
        .join(Clip, Clip.id == Rating.clip_id)
        .where(Clip.project_id == project_id)
    )
    return frozenset(rows)


def fallen(session: Session, project_id: int) -> frozenset[int]:
    """Numbers of the answers of a project that no longer stand: superseded ones and those taken back."""
    rows = session.scalars(
        select(Rating.id)
        .join(Clip, Clip.id == Rating.clip_id)
        .where(Clip.project_id == project_id, ~standing())
    )
    return frozenset(rows)


def for_training(
    session: Session, project_id: int, *, phases: Sequence[Phase], first_counts: bool = False
) -> Iterator[RatedClip]:
    """The answers thresholds may learn from, oldest first: of each person one in ``phases``.

    Only answers about the full clip that give a delivery and whose clip had a prediction then; none that
    was taken back, none to a clip asked again, none to a clip whose right answer is told.

    Parameters
    ----------
    first_counts : bool
        Whether a person's first such answer counts, rather than the last.
    """
    other = aliased(Rating)
    replaced = exists().where(
        other.clip_id == Rating.clip_id,
        other.person_id == Rating.person_id,
        other.id < Rating.id if first_counts else other.id > Rating.id,
        other.channel == Rating.channel,
        other.phase.in_(phases),
        other.delivery.is_not(None),
        other.occasion == Rating.occasion,
        ~_withdrawn(other),
    )
    return _rated(
        session,
        project_id,
        Rating.phase.in_(phases),
        Rating.channel == Channel.FULL,
        Rating.delivery.is_not(None),
        Rating.prediction_id.is_not(None),
        Rating.occasion == 1,
        Rating.purpose.in_(TEACHING),
        ~_withdrawn(Rating),
        ~replaced,
    )


def progress(session: Session, project_id: int, person_id: int) -> Progress:
    """How far a person is with a project."""
    rated = (
        select(func.count(Rating.clip_id.distinct()))
        .where(Rating.person_id == person_id, project_of(Rating.clip_id) == project_id)
        .where(~_withdrawn(Rating))
    )
    clips = clip_counts.of_project(session, project_id)
    return Progress(rated=session.scalar(rated) or 0, ready=clips.to_be_rated, total=clips.total)


def raters_of_clips(session: Session, clip_ids: Sequence[str]) -> dict[str, int]:
    """How many people have rated each of some clips (a page of them); unrated clips are left out."""
    rows = session.execute(
        select(Rating.clip_id, func.count(Rating.person_id.distinct()))
        .where(Rating.clip_id.in_(clip_ids), ~_withdrawn(Rating))
        .group_by(Rating.clip_id)
    )
    return {row[0]: row[1] for row in rows}


def _withdrawn(rating: type[Rating]) -> ColumnElement[bool]:
    return exists().where(Withdrawal.rating_id == rating.id)


def _rated(session: Session, project_id: int, *conditions: ColumnElement[bool]) -> Iterator[RatedClip]:
    kinds = (
        (Rating, RatingRecord),
        (Clip, ClipRecord),
        (Person, PersonRecord),
        (Prediction, PredictionSummary),
    )
    columns = [columns_of(table, record) for table, record in kinds]
    ends = [sum(len(part) for part in columns[: i + 1]) for i in range(len(columns))]
    statement: Select[tuple[object, ...]] = (
        select(*(column for part in columns for column in part))
        .join(Clip, Clip.id == Rating.clip_id)
        .join(Person, Person.id == Rating.person_id)
        .outerjoin(Prediction, Prediction.id == Rating.prediction_id)
        .order_by(Rating.id)
    )
    for some in in_batches(session, project_id, *conditions):
        clips, people, said = _Once(ClipRecord), _Once(PersonRecord), _Once(PredictionSummary)
        for row in session.execute(statement.where(Rating.id.in_(some))):
            predicted = row[ends[2] : ends[3]]
            yield RatedClip(
                rating=build(RatingRecord, row[: ends[0]]),
                clip=clips.of(row[ends[0] : ends[1]]),
                person=people.of(row[ends[1] : ends[2]]),
                prediction=said.of(predicted) if predicted[0] is not None else None,
            )


def in_batches(
    session: Session, project_id: int, *conditions: ColumnElement[bool]
) -> Iterator[Sequence[int]]:
    """Numbers of the answers of a project that fulfil some conditions, rising, some at a time.

    They are looked for once: asked for piece by piece, all of them would be sorted again for each piece.
    """
    wanted = select(Rating.id).join(Clip, Clip.id == Rating.clip_id).where(Clip.project_id == project_id)
    numbers = np.sort(np.fromiter(session.scalars(wanted.where(*conditions)), dtype=np.int64))
    for start in range(0, numbers.size, BATCH):
        yield numbers[start : start + BATCH].tolist()


class _Once(Generic[R]):
    """Records by their first column, each built once: many answers stand beside the same clip."""

    def __init__(self, record: type[R]) -> None:
        self._record = record
        self._built: dict[object, R] = {}

    def of(self, values: Sequence[object]) -> R:
        found = self._built.get(values[0])
        if found is None:
            found = self._built[values[0]] = build(self._record, values)
        return found


_ANSWER: Final = PreparedInsert(Rating, RatingRecord)
_BY_KEY: Final = Prepared(
    RatingRecord,
    selecting(Rating, RatingRecord).where(Rating.idempotency_key == bindparam("idempotency_key")),
)
_LAST_WORD: Final = (
    select(*columns_of(Rating, RatingRecord), _withdrawn(Rating))
    .where(
        Rating.clip_id == bindparam("clip_id"),
        Rating.person_id == bindparam("person_id"),
        Rating.channel == bindparam("channel"),
        Rating.occasion == bindparam("occasion"),
    )
    .order_by(Rating.id.desc())
    .limit(1)
)
