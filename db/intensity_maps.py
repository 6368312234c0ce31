"""Queries on intensity maps and on which of them is in force."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.orm import Session

from db.errors import UnknownRowError
from db.records import IntensityMapDraft, IntensityMapRecord, IntensityPromotionRecord, IntensitySide
from db.rows import every, first, selecting
from db.tables import IntensityMap, IntensityPromotion


def add(session: Session, draft: IntensityMapDraft) -> IntensityMapRecord:
    """Store a version of a project's map; it is not in force until it is put in force."""
    row = IntensityMap(**asdict(draft))
    session.add(row)
    session.flush()
    return by_id(session, row.id)


def by_id(session: Session, map_id: int) -> IntensityMapRecord:
    """The map with that id.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    wanted = selecting(IntensityMap, IntensityMapRecord).where(IntensityMap.id == map_id)
    found = first(session, wanted, IntensityMapRecord)
    if found is None:
        raise UnknownRowError(f"There is no intensity map number {map_id}; choose one from the history.")
    return found


def by_version(
    session: Session, project_id: int, side: IntensitySide, version: str
) -> IntensityMapRecord | None:
    """The project's map of that side and version."""
    wanted = selecting(IntensityMap, IntensityMapRecord).where(
        IntensityMap.project_id == project_id,
        IntensityMap.side == side,
        IntensityMap.version == version,
    )
    return first(session, wanted, IntensityMapRecord)


def in_force(session: Session, project_id: int, side: IntensitySide) -> IntensityMapRecord | None:
    """The map in force; ``None`` where the model's intensities stand as they are."""
    found = promotions(session, project_id, side, limit=1)
    return None if not found or found[0].map_id is None else by_id(session, found[0].map_id)


def put_in_force(
    session: Session,
    project_id: int,
    side: IntensitySide,
    map_id: int | None,
    *,
    person_id: int | None,
    note: str = "",
) -> IntensityPromotionRecord:
    """Let a map of the project, or none, translate this side's intensities from now on.

    Raises
    ------
    UnknownRowError
        If the project has no such map of that side.
    """
    if map_id is not None:
        record = by_id(session, map_id)
        if (record.project_id, record.side) != (project_id, side):
            raise UnknownRowError(
                f"Intensity map number {map_id} belongs to another project or to the other intensity; "
                "choose one from the history."
            )
    session.add(
        IntensityPromotion(project_id=project_id, side=side, map_id=map_id, person_id=person_id, note=note)
    )
    session.flush()
    return promotions(session, project_id, side, limit=1)[0]


def history(session: Session, project_id: int, side: IntensitySide) -> tuple[IntensityMapRecord, ...]:
    """Every map of a project and side, newest first."""
    statement = selecting(IntensityMap, IntensityMapRecord).where(
        IntensityMap.project_id == project_id, IntensityMap.side == side
    )
    return every(session, statement.order_by(IntensityMap.id.desc()), IntensityMapRecord)


def promotions(
    session: Session, project_id: int, side: IntensitySide, *, limit: int | None = None
) -> tuple[IntensityPromotionRecord, ...]:
    """Which map was in force since when, newest first; at most ``limit`` of them."""
    statement = (
        selecting(IntensityPromotion, IntensityPromotionRecord)
        .where(IntensityPromotion.project_id == project_id, IntensityPromotion.side == side)
        .order_by(IntensityPromotion.id.desc())
        .limit(limit)
    )
    return every(session, statement, IntensityPromotionRecord)
