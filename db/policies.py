"""Queries on threshold policies and on which of them is in force."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from sqlalchemy import Select, bindparam
from sqlalchemy.orm import Session

from db.errors import UnknownRowError
from db.prepared import Prepared
from db.records import PolicyDraft, PolicyMark, PolicyRecord, PromotionRecord
from db.rows import R, every, first, selecting
from db.tables import Policy, Promotion


def _in_force(record: type[R]) -> Prepared[R]:
    newest: Select[tuple[object, ...]] = (
        selecting(Policy, record)
        .join(Promotion, Promotion.policy_id == Policy.id)
        .where(Promotion.project_id == bindparam("project_id"))
        .order_by(Promotion.id.desc())
    )
    return Prepared(record, newest)


_IN_FORCE: Final = _in_force(PolicyRecord)
_MARK_IN_FORCE: Final = _in_force(PolicyMark)


def add(session: Session, draft: PolicyDraft) -> PolicyRecord:
    """Store a version of a project's thresholds; it is not in force until it is put in force."""
    row = Policy(**asdict(draft))
    session.add(row)
    session.flush()
    return by_id(session, row.id)


def by_id(session: Session, policy_id: int) -> PolicyRecord:
    """The policy with that id.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    found = first(session, selecting(Policy, PolicyRecord).where(Policy.id == policy_id), PolicyRecord)
    if found is None:
        raise UnknownRowError(f"There is no policy number {policy_id}; choose one from the history.")
    return found


def by_version(session: Session, project_id: int, version: str) -> PolicyRecord | None:
    """The project's policy of that version."""
    wanted = selecting(Policy, PolicyRecord).where(Policy.project_id == project_id, Policy.version == version)
    return first(session, wanted, PolicyRecord)


def in_force(session: Session, project_id: int) -> PolicyRecord | None:
    """The policy that was put in force last, ``None`` where none ever was."""
    return _IN_FORCE.first(session, project_id=project_id)


def mark_in_force(session: Session, project_id: int) -> PolicyMark | None:
    """As :func:`in_force`, without reading what it says."""
    return _MARK_IN_FORCE.first(session, project_id=project_id)


def put_in_force(
    session: Session, project_id: int, policy_id: int, *, person_id: int | None, note: str = ""
) -> PromotionRecord:
    """Let a policy of the project judge from now on.

    Raises
    ------
    UnknownRowError
        If the project has no such policy.
    """
    if by_id(session, policy_id).project_id != project_id:
        raise UnknownRowError(
            f"Policy number {policy_id} belongs to another project; choose one of this project."
        )
    row = Promotion(project_id=project_id, policy_id=policy_id, person_id=person_id, note=note)
    session.add(row)
    session.flush()
    return promotions(session, project_id)[0]


def history(session: Session, project_id: int) -> tuple[PolicyRecord, ...]:
    """Every policy of a project, newest first."""
    statement = selecting(Policy, PolicyRecord).where(Policy.project_id == project_id)
    return every(session, statement.order_by(Policy.id.desc()), PolicyRecord)


def promotions(session: Session, project_id: int) -> tuple[PromotionRecord, ...]:
    """Which policy was in force since when, newest first."""
    statement = selecting(Promotion, PromotionRecord).where(Promotion.project_id == project_id)
    return every(session, statement.order_by(Promotion.id.desc()), PromotionRecord)
