"""Queries on who is filmed in a scene, and on removing a scene."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, delete, exists, select, text
from sqlalchemy.orm import Session

from db.records import RemovalCause, SceneRecord, SceneTombstoneRecord
from db.rows import every, first, selecting
from db.tables import Scene, ScenePerson, SceneTombstone, Utterance


def name_people(session: Session, scene_number: int, subjects: Iterable[str]) -> None:
    """Say who is filmed in a scene, in the place of what was said before."""
    session.execute(delete(ScenePerson).where(ScenePerson.scene_number == scene_number))
    session.add_all(ScenePerson(scene_number=scene_number, subject=name) for name in dict.fromkeys(subjects))
    session.flush()


def people(session: Session, scene_number: int) -> tuple[str, ...]:
    """Who is filmed in a scene, by name."""
    wanted = select(ScenePerson.subject).where(ScenePerson.scene_number == scene_number)
    return tuple(session.scalars(wanted.order_by(ScenePerson.subject)))


def people_of_project(session: Session, project_id: int) -> Mapping[int, frozenset[str]]:
    """Who is filmed in each scene of a project, by the scene's number."""
    rows = session.execute(
        select(ScenePerson.scene_number, ScenePerson.subject).where(
            ScenePerson.scene_number.in_(_numbers(project_id))
        )
    )
    return _grouped(rows)


def speakers_of_project(session: Session, project_id: int) -> Mapping[int, frozenset[str]]:
    """Who is named as speaking in each scene of a project, by the scene's number."""
    rows = session.execute(
        select(Utterance.scene_number, Utterance.given_speaker)
        .where(Utterance.scene_number.in_(_numbers(project_id)), Utterance.given_speaker.is_not(None))
        .distinct()
    )
    return _grouped(rows)


def remove(
    session: Session,
    scene: SceneRecord,
    *,
    cause: RemovalCause,
    withdrawal_id: int | None,
    files: int,
) -> None:
    """Put a tombstone in the place of a scene, its utterances and what was found in them."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))  # or what is deleted stays in free pages
    session.add(
        SceneTombstone(
            scene_id=scene.id,
            project_id=scene.project_id,
            sha256=scene.sha256,
            cause=cause,
            withdrawal_id=withdrawal_id,
            files=files,
        )
    )
    session.execute(delete(ScenePerson).where(ScenePerson.scene_number == scene.number))
    session.execute(delete(Utterance).where(Utterance.scene_number == scene.number))
    session.execute(delete(Scene).where(Scene.number == scene.number))
    session.flush()


def tombstones_of_project(session: Session, project_id: int) -> tuple[SceneTombstoneRecord, ...]:
    """Every scene of a project that was removed, the oldest first."""
    wanted = selecting(SceneTombstone, SceneTombstoneRecord).where(SceneTombstone.project_id == project_id)
    return every(
        session, wanted.order_by(SceneTombstone.created_at, SceneTombstone.scene_id), SceneTombstoneRecord
    )


def tombstone_of(session: Session, project_id: int, sha256: str) -> SceneTombstoneRecord | None:
    """The tombstone of a scene with that content, ``None`` where none was removed."""
    wanted = selecting(SceneTombstone, SceneTombstoneRecord).where(
        SceneTombstone.project_id == project_id, SceneTombstone.sha256 == sha256
    )
    return first(session, wanted, SceneTombstoneRecord)


def is_there(session: Session, scene_id: str) -> bool:
    """Whether a scene was not removed meanwhile."""
    return bool(session.scalar(select(exists().where(Scene.id == scene_id))))


def _numbers(project_id: int) -> Select[int]:
    return select(Scene.number).where(Scene.project_id == project_id)


def _grouped(rows: Iterable[Any]) -> Mapping[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for number, name in rows:
        found.setdefault(number, set()).add(name)
    return {number: frozenset(names) for number, names in found.items()}
