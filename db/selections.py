"""Queries on the clips the queue chose for people, append-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from db import ratings
from db.prepared import Prepared
from db.records import ClipStatus, SelectionDraft, SelectionRecord
from db.rows import every, selecting
from db.tables import Clip, Rating, Selection

_OF_CLIP: Final = Prepared(
    SelectionRecord,
    selecting(Selection, SelectionRecord).where(
        Selection.person_id == bindparam("person_id"), Selection.clip_id == bindparam("clip_id")
    ),
)


def add(session: Session, drafts: Sequence[SelectionDraft]) -> None:
    """Store a batch in the order in which its clips are to be shown.

    Raises
    ------
    AlreadyThereError
        If a clip was chosen for that person before (raised when the transaction is flushed).
    """
    for draft in drafts:
        session.add(Selection(**asdict(draft)))
        session.flush()  # one by one, so that ids rise in the order given


def find(session: Session, clip_id: str, person_id: int) -> SelectionRecord | None:
    """The selection of a clip for a person, ``None`` where the queue never chose it."""
    return _OF_CLIP.first(session, person_id=person_id, clip_id=clip_id)


def open_for(session: Session, project_id: int, person_id: int) -> tuple[SelectionRecord, ...]:
    """What was chosen for a person and is ready but not yet rated by them, in the order to show it."""
    rated = exists().where(
        Rating.clip_id == Selection.clip_id, Rating.person_id == person_id, ratings.standing()
    )
    statement = (
        selecting(Selection, SelectionRecord)
        .join(Clip, Clip.id == Selection.clip_id)
        .where(
            Selection.person_id == person_id,
            Clip.project_id == project_id,
            Clip.status == ClipStatus.READY,
            ~rated,
        )
        .order_by(Selection.id)
    )
    return every(session, statement, SelectionRecord)


def of_project(session: Session, project_id: int) -> dict[tuple[str, int], SelectionRecord]:
    """Every selection of a project by clip and person."""
    wanted = (
        selecting(Selection, SelectionRecord)
        .join(Clip, Clip.id == Selection.clip_id)
        .where(Clip.project_id == project_id)
        .order_by(Selection.id)
    )
    return {(found.clip_id, found.person_id): found for found in every(session, wanted, SelectionRecord)}


def weights(
    session: Session, project_id: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Number of the clip, person and :attr:`SelectionDraft.weight` of every selection of a project."""
    rows = session.execute(
        select(Clip.number, Selection.person_id, Selection.even_probability, Selection.probability)
        .join(Clip, Clip.id == Selection.clip_id)
        .where(Clip.project_id == project_id)
    ).all()
    clip, person, even, probability = zip(*rows, strict=True) if rows else ((), (), (), ())
    return (
        np.array(clip, dtype=np.int64),
        np.array(person, dtype=np.int64),
        np.array(even, dtype=np.float64) / np.array(probability, dtype=np.float64),
    )


def rated_clips(session: Session, project_id: int, person_id: int) -> frozenset[str]:
    """Ids of a project's clips that a person has rated."""
    rows = session.scalars(
        select(Rating.clip_id)
        .join(Clip, Clip.id == Rating.clip_id)
        .where(Rating.person_id == person_id, Clip.project_id == project_id, ratings.standing())
        .distinct()
    )
    return frozenset(rows)
