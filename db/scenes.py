"""Queries on scenes and their utterances: adding, claiming for analysis, keeping what was found."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from db.errors import UnknownRowError
from db.records import (
    Json,
    SceneDraft,
    SceneRecord,
    SceneStatus,
    UtteranceDraft,
    UtteranceReading,
    UtteranceRecord,
    UtteranceStatus,
)
from db.rows import every, first, selecting
from db.tables import Scene, Utterance

ID_BYTES: Final = 16
"""128 random bits: an address cannot be guessed."""

ENDED: Final = (UtteranceStatus.READY, UtteranceStatus.FAILED)


def add(session: Session, draft: SceneDraft, utterances: Sequence[UtteranceDraft]) -> SceneRecord:
    """Store a scene with the utterances that are known; it waits to be looked at."""
    scene = Scene(id=secrets.token_urlsafe(ID_BYTES), status=SceneStatus.QUEUED, **asdict(draft))
    session.add(scene)
    session.flush()
    cut(session, scene.number, utterances)
    return get(session, scene.id)


def cut(session: Session, scene_number: int, utterances: Sequence[UtteranceDraft]) -> None:
    """Put utterances, in their order, in the place of those a scene had."""
    session.execute(delete(Utterance).where(Utterance.scene_number == scene_number))
    session.add_all(
        Utterance(
            scene_number=scene_number, position=place, status=UtteranceStatus.QUEUED, **asdict(utterance)
        )
        for place, utterance in enumerate(utterances, start=1)
    )
    session.flush()


def get(session: Session, scene_id: str) -> SceneRecord:
    """The scene with that id.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    found = first(session, _scenes().where(Scene.id == scene_id), SceneRecord)
    if found is None:
        raise UnknownRowError(f"There is no scene {scene_id!r}; open the list of scenes.")
    return found


def of_project(session: Session, project_id: int) -> tuple[SceneRecord, ...]:
    """The scenes of a project, the newest first."""
    statement = _scenes().where(Scene.project_id == project_id).order_by(Scene.number.desc())
    return every(session, statement, SceneRecord)


def projects_showing(session: Session, key: str) -> frozenset[int]:
    """The projects with a scene whose file, or the copy that a browser plays, is stored under ``key``."""
    shown = or_(Scene.media_key == key, Scene.browser_key == key)
    return frozenset(session.scalars(select(Scene.project_id).where(shown)))


def utterances(session: Session, scene: SceneRecord) -> tuple[UtteranceRecord, ...]:
    """The utterances of a scene in their order."""
    statement = _utterances().where(Utterance.scene_number == scene.number)
    return every(session, statement.order_by(Utterance.position), UtteranceRecord)


def documents(session: Session, scene: SceneRecord) -> Mapping[int, Json]:
    """What was found in each analysed utterance of a scene, by its number."""
    rows = session.execute(
        select(Utterance.id, Utterance.document).where(
            Utterance.scene_number == scene.number, Utterance.status == UtteranceStatus.READY
        )
    )
    return {row[0]: row[1] for row in rows}


def claim(session: Session) -> SceneRecord | None:
    """Take the scene that has waited longest to be looked at, of those that nobody stopped."""
    waiting = _scenes().where(Scene.status == SceneStatus.QUEUED, Scene.stopped.is_(False))
    scene = first(session, waiting.order_by(Scene.number), SceneRecord)
    return None if scene is None else change(session, scene.id, status=SceneStatus.LOOKING)


def claim_utterance(session: Session) -> tuple[SceneRecord, UtteranceRecord] | None:
    """Take the next utterance of the oldest scene that is being read and that nobody stopped."""
    reading = _scenes().where(Scene.status == SceneStatus.READING, Scene.stopped.is_(False))
    for scene in every(session, reading.order_by(Scene.number), SceneRecord):
        queued = _utterances().where(
            Utterance.scene_number == scene.number, Utterance.status == UtteranceStatus.QUEUED
        )
        found = first(session, queued.order_by(Utterance.position), UtteranceRecord)
        if found is not None:
            return scene, change_utterance(session, found.id, status=UtteranceStatus.ANALYSING)
    return None


def has_work(session: Session) -> bool:
    """Whether any scene waits to be looked at or is being read, of those that nobody stopped."""
    going = (SceneStatus.QUEUED, SceneStatus.READING)
    return bool(session.scalar(select(exists().where(Scene.status.in_(going), Scene.stopped.is_(False)))))


def read_through(session: Session) -> tuple[SceneRecord, ...]:
    """Scenes whose utterances are all analysed and that are not said to be ready yet."""
    open_ones = exists().where(Utterance.scene_number == Scene.number, Utterance.status.not_in(ENDED))
    through = _scenes().where(Scene.status == SceneStatus.READING, ~open_ones)
    return every(session, through, SceneRecord)


def requeue_interrupted(session: Session) -> None:
    """Queue again what was at work when the server went down; what is done stays done."""
    looked = select(Scene.number).where(Scene.status == SceneStatus.LOOKING)
    session.execute(
        update(Scene).where(Scene.number.in_(session.scalars(looked).all())).values(status=SceneStatus.QUEUED)
    )
    reading = session.scalars(select(Scene.number).where(Scene.status == SceneStatus.READING)).all()
    session.execute(
        update(Utterance)
        .where(Utterance.scene_number.in_(reading), Utterance.status == UtteranceStatus.ANALYSING)
        .values(status=UtteranceStatus.QUEUED)
    )


def left(session: Session, scene_number: int) -> int:
    """How many utterances of a scene are not analysed yet."""
    waiting = select(func.count()).where(
        Utterance.scene_number == scene_number, Utterance.status.not_in(ENDED)
    )
    return session.scalar(waiting) or 0


def progress(session: Session, scene_number: int) -> tuple[int, int]:
    """How many utterances of a scene are done, and how many there are."""
    total = session.scalar(select(func.count()).where(Utterance.scene_number == scene_number)) or 0
    return total - left(session, scene_number), total


def change(session: Session, scene_id: str, **values: object) -> SceneRecord:
    """Change columns of a scene."""
    session.execute(update(Scene).where(Scene.id == scene_id).values(**values))
    return get(session, scene_id)


def change_utterance(session: Session, utterance_id: int, **values: object) -> UtteranceRecord:
    """Change columns of an utterance.

    Raises
    ------
    UnknownRowError
        If there is none.
    """
    session.execute(update(Utterance).where(Utterance.id == utterance_id).values(**values))
    found = first(session, _utterances().where(Utterance.id == utterance_id), UtteranceRecord)
    if found is None:
        raise UnknownRowError(f"There is no utterance number {utterance_id}; open the scene again.")
    return found


def set_if_analysing(
    session: Session, utterance_id: int, status: UtteranceStatus, *, message: str | None = None
) -> None:
    """Say how far an utterance is; does nothing where it was cut away or is not at work any more."""
    session.execute(
        update(Utterance)
        .where(Utterance.id == utterance_id, Utterance.status == UtteranceStatus.ANALYSING)
        .values(status=status, message=message)
    )


def keep(session: Session, utterance_id: int, reading: UtteranceReading) -> None:
    """Store what was found in an utterance."""
    change_utterance(session, utterance_id, status=UtteranceStatus.READY, message=None, **asdict(reading))


def name_speakers(session: Session, speakers: Mapping[int, int | None]) -> None:
    """Say who speaks by voice and face, by the utterances' numbers."""
    for utterance_id, speaker in speakers.items():
        session.execute(update(Utterance).where(Utterance.id == utterance_id).values(heard_speaker=speaker))


def _scenes() -> Select[tuple[object, ...]]:
    return selecting(Scene, SceneRecord)


def _utterances() -> Select[tuple[object, ...]]:
    return selecting(Utterance, UtteranceRecord)
