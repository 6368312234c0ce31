"""Queries on the texts raters go by; every change is a version of its language, the newest counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from db.errors import UnknownRowError
from db.records import GuidelineRecord, Json
from db.rows import every, first, selecting
from db.tables import Guideline


def newest(session: Session, project_id: int, language: str) -> GuidelineRecord | None:
    """The project's text in that language; ``None`` where nobody has written one."""
    found = first(session, _of(project_id, language), GuidelineRecord)
    return None if found is None else _frozen(found)


def by_id(session: Session, guideline_id: int) -> GuidelineRecord:
    """The text with that id.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    wanted = selecting(Guideline, GuidelineRecord).where(Guideline.id == guideline_id)
    found = first(session, wanted, GuidelineRecord)
    if found is None:
        raise UnknownRowError(f"There is no guideline number {guideline_id}; choose one from the history.")
    return _frozen(found)


def history(session: Session, project_id: int, language: str) -> tuple[GuidelineRecord, ...]:
    """All versions in that language, the newest first."""
    return tuple(_frozen(each) for each in every(session, _of(project_id, language), GuidelineRecord))


def add(
    session: Session,
    project_id: int,
    language: str,
    text: str,
    *,
    examples: Sequence[Json] = (),
    created_by: int | None,
) -> GuidelineRecord:
    """Store ``text`` as the next version of its language; it counts from now on."""
    before = newest(session, project_id, language)
    row = Guideline(
        project_id=project_id,
        language=language,
        version=1 if before is None else before.version + 1,
        text=text,
        examples=[dict(example) for example in examples],
        created_by=created_by,
    )
    session.add(row)
    session.flush()
    return by_id(session, row.id)


def _of(project_id: int, language: str) -> Select[Any]:
    wanted = selecting(Guideline, GuidelineRecord).where(
        Guideline.project_id == project_id, Guideline.language == language
    )
    return wanted.order_by(Guideline.version.desc())


def _frozen(record: GuidelineRecord) -> GuidelineRecord:
    return replace(record, examples=tuple(record.examples))
