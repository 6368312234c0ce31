"""Queries on predictions; each analysis adds one, none is ever changed.

The newest of a clip counts, whichever system made it: a project's clips are analysed with the system the
project uses, so what another one said before is history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Final, TypeVar

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from db import running_counts
from db.errors import UnknownRowError
from db.prepared import Prepared
from db.records import ClipRecord, PredictionDraft, PredictionRecord, PredictionSummary
from db.rows import build, columns_of, every, first, selecting
from db.tables import Clip, Prediction

BATCH: Final = 500
R = TypeVar("R", PredictionRecord, PredictionSummary)

_NEWEST: Final = Prepared(
    PredictionSummary,
    selecting(Prediction, PredictionSummary)
    .where(Prediction.clip_id == bindparam("clip_id"))
    .order_by(Prediction.id.desc()),
)
_OF_CLIP: Final = Prepared(
    PredictionSummary,
    selecting(Prediction, PredictionSummary).where(
        Prediction.id == bindparam("prediction_id"), Prediction.clip_id == bindparam("clip_id")
    ),
)


def add(session: Session, draft: PredictionDraft) -> PredictionRecord:
    """Store what a system said; it becomes the newest of its clip."""
    row = Prediction(**asdict(draft))
    session.add(row)
    session.flush()
    return by_id(session, row.id)


def by_id(session: Session, prediction_id: int) -> PredictionRecord:
    """The prediction with that id.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    wanted = selecting(Prediction, PredictionRecord).where(Prediction.id == prediction_id)
    found = first(session, wanted, PredictionRecord)
    if found is None:
        raise UnknownRowError(f"There is no prediction number {prediction_id}; analyse the clip again.")
    return found


def shares_of_the_line(
    session: Session, prediction_ids: Sequence[int]
) -> dict[int, Mapping[str, float] | None]:
    """How probable the words alone make each emotion, by prediction; ``None`` where there was no line."""
    read = Prediction.document["modalities"]["text"]["emotion"]
    found: dict[int, Mapping[str, float] | None] = {}
    for start in range(0, len(prediction_ids), BATCH):
        wanted = select(Prediction.id, read).where(Prediction.id.in_(prediction_ids[start : start + BATCH]))
        found.update((number, shares) for number, shares in session.execute(wanted))
    return found


def latest_for(session: Session, clip_id: str) -> PredictionRecord | None:
    """The newest prediction of a clip, ``None`` before the first analysis."""
    newest = (
        selecting(Prediction, PredictionRecord)
        .where(Prediction.clip_id == clip_id)
        .order_by(Prediction.id.desc())
    )
    return first(session, newest, PredictionRecord)


def latest_summary(session: Session, clip_id: str) -> PredictionSummary | None:
    """As :func:`latest_for`, without the document."""
    return _NEWEST.first(session, clip_id=clip_id)


def of_clip(session: Session, clip_id: str, prediction_id: int) -> PredictionSummary | None:
    """The prediction with that id, ``None`` where it is none of the clip's."""
    return _OF_CLIP.first(session, clip_id=clip_id, prediction_id=prediction_id)


def every_of_clip(session: Session, clip_id: str) -> tuple[PredictionSummary, ...]:
    """All predictions of a clip by any system, oldest first."""
    wanted = selecting(Prediction, PredictionSummary).where(Prediction.clip_id == clip_id)
    return every(session, wanted.order_by(Prediction.id), PredictionSummary)


def latest_of_clips(session: Session, clip_ids: Sequence[str]) -> Mapping[str, PredictionSummary]:
    """The newest predictions of some clips (a page of them) by clip id, without their documents."""
    newest = (
        select(func.max(Prediction.id)).where(Prediction.clip_id.in_(clip_ids)).group_by(Prediction.clip_id)
    )
    rows = session.execute(
        select(Prediction.clip_id, *columns_of(Prediction, PredictionSummary)).where(
            Prediction.id.in_(newest)
        )
    )
    return {row[0]: build(PredictionSummary, row[1:]) for row in rows}


def with_clips(
    session: Session, prediction_ids: Sequence[int]
) -> Iterator[tuple[ClipRecord, PredictionSummary]]:
    """Some predictions, each beside its clip, without their documents; many are read in batches."""
    clip_columns = columns_of(Clip, ClipRecord)
    wanted = select(*clip_columns, *columns_of(Prediction, PredictionSummary)).join(
        Clip, Clip.id == Prediction.clip_id
    )
    for start in range(0, len(prediction_ids), BATCH):
        some = prediction_ids[start : start + BATCH]
        for row in session.execute(wanted.where(Prediction.id.in_(some)).order_by(Prediction.id)):
            yield (
                build(ClipRecord, row[: len(clip_columns)]),
                build(PredictionSummary, row[len(clip_columns) :]),
            )


def newest(session: Session, project_id: int) -> PredictionSummary | None:
    """The prediction of a project that was made last, ``None`` before the first."""
    last = running_counts.of_project(session, Prediction, project_id).newest
    if last is None:
        return None
    wanted = selecting(Prediction, PredictionSummary).where(Prediction.id == last)
    return first(session, wanted, PredictionSummary)


def newest_of_project(session: Session, project_id: int) -> Iterator[tuple[ClipRecord, PredictionRecord]]:
    """Each analysed clip with its newest prediction, in the clips' order, read in batches."""
    return _newest_of_project(session, project_id, PredictionRecord)


def summaries_of_project(session: Session, project_id: int) -> Iterator[tuple[ClipRecord, PredictionSummary]]:
    """The same as :func:`newest_of_project` without the documents."""
    return _newest_of_project(session, project_id, PredictionSummary)


def _newest_of_project(session: Session, project_id: int, record: type[R]) -> Iterator[tuple[ClipRecord, R]]:
    clip_columns = columns_of(Clip, ClipRecord)
    newest = (
        select(func.max(Prediction.id)).where(Prediction.clip_id == Clip.id).correlate(Clip).scalar_subquery()
    )
    statement = (
        select(*clip_columns, *columns_of(Prediction, record))
        .join(Prediction, Prediction.id == newest)
        .where(Clip.project_id == project_id)
        .order_by(Clip.number)
        .limit(BATCH)
    )
    after = 0
    while True:
        rows = session.execute(statement.where(Clip.number > after)).all()
        for row in rows:
            clip = build(ClipRecord, row[: len(clip_columns)])
            after = clip.number
            yield clip, build(record, row[len(clip_columns) :])
        if len(rows) < BATCH:
            return
