"""Queries on what was decided about clips people disagree on: append-only, the newest of a clip counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Select, exists
from sqlalchemy.orm import Session, aliased

from db.errors import RefusedValueError
from db.rated_clips import project_of
from db.records import AdjudicationRecord
from db.rows import every, first, selecting
from db.tables import Adjudication
from engine.vocabulary import Channel, Delivery, Emotion


def add(
    session: Session,
    clip_id: str,
    *,
    person_id: int,
    delivery: Delivery | None = None,
    emotion: Emotion | None = None,
    expected_intensity: float | None = None,
    expressed_intensity: float | None = None,
    reason: str,
    considered: Iterable[int] = (),
    channel: Channel = Channel.FULL,
) -> AdjudicationRecord:
    """Store a decision; an earlier one about the same clip and channel stays stored behind it.

    Parameters
    ----------
    expected_intensity, expressed_intensity : float, optional
        0 to 1.
    considered : iterable of int
        Ids of the ratings that lay on the table.

    Raises
    ------
    RefusedValueError
        If no reason is given, nothing is decided, or an intensity is out of its range.
    """
    if not reason.strip():
        raise RefusedValueError("A decision says why; type a reason.")
    if delivery is None and emotion is None and expected_intensity is None and expressed_intensity is None:
        raise RefusedValueError("Nothing is decided yet; choose at least one answer.")
    for value in (expected_intensity, expressed_intensity):
        if value is not None and not 0 <= value <= 1:  # NaN is neither
            raise RefusedValueError(f"An intensity lies between 0 and 1, not at {value}.")
    row = Adjudication(
        clip_id=clip_id,
        channel=channel,
        person_id=person_id,
        delivery=delivery,
        emotion=emotion,
        expected_intensity=expected_intensity,
        expressed_intensity=expressed_intensity,
        reason=reason.strip(),
        considered=sorted(considered),
    )
    session.add(row)
    session.flush()
    stored = first(session, _all().where(Adjudication.id == row.id), AdjudicationRecord)
    assert stored is not None  # it was written above
    return _frozen(stored)


def history(
    session: Session, clip_id: str, *, channel: Channel = Channel.FULL
) -> tuple[AdjudicationRecord, ...]:
    """Every decision about a clip, the newest, which counts, first."""
    wanted = _all().where(Adjudication.clip_id == clip_id, Adjudication.channel == channel)
    return _frozen_all(every(session, wanted.order_by(Adjudication.id.desc()), AdjudicationRecord))


def standing(
    session: Session, project_id: int, *, channel: Channel = Channel.FULL
) -> tuple[AdjudicationRecord, ...]:
    """The decision that counts about each clip of a project that has one, the newest first."""
    later = aliased(Adjudication)
    replaced = exists().where(
        later.clip_id == Adjudication.clip_id,
        later.channel == Adjudication.channel,
        later.id > Adjudication.id,
    )
    is_of_project = project_of(Adjudication.clip_id) == project_id
    wanted = _all().where(is_of_project, Adjudication.channel == channel, ~replaced)
    return _frozen_all(every(session, wanted.order_by(Adjudication.id.desc()), AdjudicationRecord))


def _all() -> Select[tuple[object, ...]]:
    return selecting(Adjudication, AdjudicationRecord)


def _frozen_all(records: Iterable[AdjudicationRecord]) -> tuple[AdjudicationRecord, ...]:
    return tuple(_frozen(each) for each in records)


def _frozen(record: AdjudicationRecord) -> AdjudicationRecord:
    return replace(record, considered=tuple(record.considered))
