"""Queries on which prediction was handed to the page of a task; append-only, each once."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from db.records import TaskKey
from db.tables import Sighting

_OF_TASK: Final = (
    select(Sighting.prediction_id)
    .where(
        Sighting.person_id == bindparam("person_id"),
        Sighting.clip_id == bindparam("clip_id"),
        Sighting.channel == bindparam("channel"),
        Sighting.occasion == bindparam("occasion"),
    )
    .order_by(Sighting.prediction_id)
)
_ADD: Final = insert(Sighting.__table__)  # type: ignore[arg-type]  # a mapped class has a Table


def of_task(session: Session, task: TaskKey) -> tuple[int, ...]:
    """The predictions that a task's person was shown with it, the newest last."""
    return tuple(session.connection().execute(_OF_TASK, asdict(task)).scalars())


def add(session: Session, task: TaskKey, prediction_id: int) -> None:
    """Note that a prediction is shown with a task, if that is not noted yet.

    Raises
    ------
    UnknownRowError
        If there is no such clip, person or prediction.
    """
    if prediction_id not in of_task(session, task):
        session.connection().execute(_ADD, {**asdict(task), "prediction_id": prediction_id})
