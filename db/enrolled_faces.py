"""Queries on faces of actors who consented; the only thing people gave that can be deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.tables import EnrolledFace

Vector = Sequence[float]


def add(
    session: Session, project_id: int, actor: str, vectors: Sequence[Vector], *, person_id: int | None
) -> None:
    """Store the pictures of an actor, each as a vector, beside those stored before."""
    session.add_all(
        EnrolledFace(project_id=project_id, actor=actor, vector=list(vector), person_id=person_id)
        for vector in vectors
    )
    session.flush()


def of_actor(session: Session, project_id: int, actor: str) -> tuple[tuple[float, ...], ...]:
    """The vectors of an actor in a project, oldest first; empty without any."""
    wanted = (EnrolledFace.project_id == project_id, EnrolledFace.actor == actor)
    rows = session.scalars(select(EnrolledFace.vector).where(*wanted).order_by(EnrolledFace.id))
    return tuple(tuple(vector) for vector in rows)


def actors(session: Session, project_id: int) -> Mapping[str, int]:
    """How many pictures each enrolled actor of a project has, by name."""
    rows = session.execute(
        select(EnrolledFace.actor, func.count())
        .where(EnrolledFace.project_id == project_id)
        .group_by(EnrolledFace.actor)
        .order_by(EnrolledFace.actor)
    )
    return {row[0]: row[1] for row in rows}


def forget(session: Session, project_id: int, actor: str) -> int:
    """Delete everything that is known of an actor's face in a project; how many pictures that were."""
    wanted = (EnrolledFace.project_id == project_id, EnrolledFace.actor == actor)
    count = session.scalar(select(func.count()).select_from(EnrolledFace).where(*wanted)) or 0
    session.execute(delete(EnrolledFace).where(*wanted))
    return count
