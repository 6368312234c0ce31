"""Queries on the emotions a project asks for; every change is a version, the newest counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from db.records import Json, LabelSetRecord
from db.rows import every, first, selecting
from db.tables import LabelSet


def newest(session: Session, project_id: int) -> LabelSetRecord | None:
    """The label set in force; ``None`` where the project has never changed the shipped one."""
    return first(session, _of(project_id), LabelSetRecord)


def history(session: Session, project_id: int) -> tuple[LabelSetRecord, ...]:
    """All versions, the newest first."""
    return every(session, _of(project_id), LabelSetRecord)


def add(session: Session, project_id: int, document: Json, *, created_by: int | None) -> LabelSetRecord:
    """Store ``document`` as the project's next version; it counts from now on."""
    before = newest(session, project_id)
    version = 1 if before is None else before.version + 1
    session.add(
        LabelSet(project_id=project_id, version=version, document=dict(document), created_by=created_by)
    )
    session.flush()
    stored = newest(session, project_id)
    assert stored is not None  # it was written two lines above
    return stored


def _of(project_id: int) -> Select[Any]:
    wanted = selecting(LabelSet, LabelSetRecord).where(LabelSet.project_id == project_id)
    return wanted.order_by(LabelSet.version.desc())
