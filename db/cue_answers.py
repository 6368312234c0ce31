"""Queries on what people say of facial cues: append-only, a person's newest of a prediction counts."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.errors import AlreadyThereError
from db.records import CueAnswerRecord
from db.rows import every, first, selecting
from db.tables import Clip, CueAnswer, Prediction


def add(
    session: Session,
    prediction_id: int,
    person_id: int,
    *,
    answers: Mapping[int, bool],
    remark: str,
    idempotency_key: str,
) -> CueAnswerRecord:
    """Store an answer; a key that is stored already changes nothing, and the stored answer is returned.

    Parameters
    ----------
    answers : Mapping of int to bool
        By number of the action unit.

    Raises
    ------
    AlreadyThereError
        If the key belongs to an answer to another prediction or of another person.
    """
    stored = by_key(session, idempotency_key)
    if stored is None:
        row = CueAnswer(
            idempotency_key=idempotency_key,
            prediction_id=prediction_id,
            person_id=person_id,
            answers={str(number): said for number, said in answers.items()},
            remark=remark,
        )
        session.add(row)
        session.flush()
        stored = by_key(session, idempotency_key)
        assert stored is not None
    elif (stored.prediction_id, stored.person_id) != (prediction_id, person_id):
        raise AlreadyThereError("Another answer carries the same key; reload the page and answer again.")
    return stored


def by_key(session: Session, idempotency_key: str) -> CueAnswerRecord | None:
    """The answer stored under a key, ``None`` without one."""
    statement = selecting(CueAnswer, CueAnswerRecord).where(CueAnswer.idempotency_key == idempotency_key)
    return first(session, statement, CueAnswerRecord)


def newest(session: Session, prediction_id: int, person_id: int) -> CueAnswerRecord | None:
    """What a person says of a prediction's cues now, ``None`` before they have."""
    statement = (
        selecting(CueAnswer, CueAnswerRecord)
        .where(CueAnswer.prediction_id == prediction_id, CueAnswer.person_id == person_id)
        .order_by(CueAnswer.id.desc())
    )
    return first(session, statement, CueAnswerRecord)


def of_clip(session: Session, clip_id: str) -> tuple[CueAnswerRecord, ...]:
    """What each person says now of each prediction of a clip, in the order they came."""
    return _newest_of(session, Prediction.clip_id == clip_id)


def of_project(session: Session, project_id: int) -> Mapping[tuple[int, int], CueAnswerRecord]:
    """What people say now of a project's predictions, by (prediction, person)."""
    found = _newest_of(session, Clip.project_id == project_id)
    return {(each.prediction_id, each.person_id): each for each in found}


def _newest_of(session: Session, condition: object) -> tuple[CueAnswerRecord, ...]:
    last = (
        select(func.max(CueAnswer.id))
        .join(Prediction, Prediction.id == CueAnswer.prediction_id)
        .join(Clip, Clip.id == Prediction.clip_id)
        .where(condition)  # type: ignore[arg-type]  # a comparison of columns
        .group_by(CueAnswer.prediction_id, CueAnswer.person_id)
    )
    statement = selecting(CueAnswer, CueAnswerRecord).where(CueAnswer.id.in_(last)).order_by(CueAnswer.id)
    return every(session, statement, CueAnswerRecord)
