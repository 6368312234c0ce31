"""Queries on consent: what filmed people agreed to, what they took back, what stays of their clips."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ScalarSelect, bindparam, delete, exists, func, or_, select, text, update
from sqlalchemy.orm import Session

from db.records import (
    ClipStatus,
    ConsentRecord,
    ConsentScope,
    ConsentWithdrawalRecord,
    FilmedClip,
    Json,
    RemovalCause,
    TombstoneRecord,
)
from db.rows import every, first, selecting
from db.tables import (
    ChannelMedia,
    ClassAssignment,
    ClassTake,
    Clip,
    Consent,
    ConsentWithdrawal,
    Draft,
    Person,
    Prediction,
    Scene,
    Tombstone,
)
from engine.vocabulary import LineSource

REMOVED_NAME = "–"
"""In place of the name of a file that was removed."""


def add(
    session: Session,
    project_id: int,
    subject: str,
    *,
    scopes: Sequence[ConsentScope],
    recorded_by: int | None,
    person_id: int | None = None,
    expires_at: datetime | None = None,
    evidence: str = "",
) -> ConsentRecord:
    """Store what a filmed person agrees to from now on, in place of what they agreed to before."""
    row = Consent(
        project_id=project_id,
        subject=subject,
        person_id=person_id,
        scopes=[scope.value for scope in scopes],
        expires_at=expires_at,
        evidence=evidence,
        recorded_by=recorded_by,
    )
    session.add(row)
    session.flush()
    stored = first(session, selecting(Consent, ConsentRecord).where(Consent.id == row.id), ConsentRecord)
    assert stored is not None  # it was written above
    return stored


def withdraw(
    session: Session,
    project_id: int,
    subject: str,
    *,
    recorded_by: int | None,
    person_id: int | None = None,
    reason: str = "",
) -> ConsentWithdrawalRecord:
    """Store that a filmed person takes back what they agreed to."""
    row = ConsentWithdrawal(
        project_id=project_id, subject=subject, person_id=person_id, reason=reason, recorded_by=recorded_by
    )
    session.add(row)
    session.flush()
    wanted = selecting(ConsentWithdrawal, ConsentWithdrawalRecord).where(ConsentWithdrawal.id == row.id)
    stored = first(session, wanted, ConsentWithdrawalRecord)
    assert stored is not None  # it was written above
    return stored


def mark(session: Session, project_id: int) -> tuple[int, int | None, int, int | None]:
    """How many consents and withdrawals a project has, each with the newest: what is only ever added to."""
    row = session.connection().execute(_MARK, {"project_id": project_id}).one()
    return row[0], row[1], row[2], row[3]


def of_project(session: Session, project_id: int) -> tuple[ConsentRecord, ...]:
    """Every consent given in a project, the oldest first."""
    wanted = selecting(Consent, ConsentRecord).where(Consent.project_id == project_id)
    return every(session, wanted.order_by(Consent.id), ConsentRecord)


def withdrawals_of_project(session: Session, project_id: int) -> tuple[ConsentWithdrawalRecord, ...]:
    """Every withdrawal in a project, the oldest first."""
    wanted = selecting(ConsentWithdrawal, ConsentWithdrawalRecord).where(
        ConsentWithdrawal.project_id == project_id
    )
    return every(session, wanted.order_by(ConsentWithdrawal.id), ConsentWithdrawalRecord)


def tombstones_of_project(session: Session, project_id: int) -> tuple[TombstoneRecord, ...]:
    """Every clip of a project that was removed, the oldest first."""
    wanted = selecting(Tombstone, TombstoneRecord).where(Tombstone.project_id == project_id)
    return every(session, wanted.order_by(Tombstone.created_at, Tombstone.clip_id), TombstoneRecord)


def clips_filmed(session: Session, project_id: int) -> tuple[FilmedClip, ...]:
    """The clips of a project that are still there, in the order they came."""
    statement = (
        select(Clip.id, Clip.project_id, Clip.actor, Clip.created_at, ClassTake.person_id)
        .outerjoin(ClassTake, ClassTake.clip_id == Clip.id)
        .where(Clip.project_id == project_id, Clip.status != ClipStatus.WITHDRAWN)
        .order_by(Clip.number)
    )
    return tuple(FilmedClip(*row) for row in session.execute(statement))


def actors(session: Session, project_id: int) -> tuple[str, ...]:
    """Whom the clips of a project name, each once, as it is written."""
    wanted = select(Clip.actor).where(Clip.project_id == project_id, Clip.actor.is_not(None)).distinct()
    return tuple(actor for actor in session.scalars(wanted) if actor)


def students_filmed(session: Session, project_id: int) -> tuple[tuple[int, str], ...]:
    """Number and name of everybody who handed a take of a class in."""
    wanted = (
        select(Person.id, Person.name)
        .select_from(ClassAssignment)
        .join(ClassTake, ClassTake.assignment_id == ClassAssignment.id)
        .join(Person, Person.id == ClassTake.person_id)
        .where(ClassAssignment.project_id == project_id)
        .distinct()
        .order_by(Person.id)
    )
    return tuple((row[0], row[1]) for row in session.execute(wanted))


def clips_showing(
    session: Session, project_id: int, *, actors: Collection[str], students: Collection[int]
) -> frozenset[str]:
    """Ids of the clips still there that are takes of some students, or nobody's take and name some actors."""
    there = (Clip.project_id == project_id, Clip.status != ClipStatus.WITHDRAWN)
    named = select(Clip.id).where(
        *there, Clip.actor.in_(actors), ~exists().where(ClassTake.clip_id == Clip.id)
    )
    taken = select(Clip.id).where(*there, ClassTake.clip_id == Clip.id, ClassTake.person_id.in_(students))
    return frozenset(session.scalars(named)) | frozenset(session.scalars(taken))


def media_keys(session: Session, clip_ids: Collection[str]) -> frozenset[str]:
    """The keys of every file that shows some clips: originals, copies, stills, channels, peaks."""
    found: set[str] = set()
    for row in session.execute(
        select(Clip.media_key, Clip.browser_key, Clip.thumbnail_key).where(Clip.id.in_(clip_ids))
    ):
        found.update(key for key in row if key)
    found.update(session.scalars(select(ChannelMedia.media_key).where(ChannelMedia.clip_id.in_(clip_ids))))
    for document in session.scalars(select(Prediction.document).where(Prediction.clip_id.in_(clip_ids))):
        found.update(peak.get("thumbnail_key") or "" for peak in document.get("peaks", ()))
        found.update(key or "" for key in document.get("face_keys", ()))
    return frozenset(found - {""})


def needed_by_others(
    session: Session, keys: Collection[str], clip_ids: Collection[str], *, scene_ids: Collection[str] = ()
) -> frozenset[str]:
    """Those of ``keys`` that other clips and scenes than the given ones show too: bytes are stored once."""
    shown = (Clip.media_key, Clip.browser_key, Clip.thumbnail_key)
    alike = select(Clip.id).where(or_(*(column.in_(keys) for column in shown)), Clip.id.not_in(clip_ids))
    needed = set(media_keys(session, session.scalars(alike).all()))  # stills of its peaks are the same too
    of_channels = select(ChannelMedia.media_key).where(
        ChannelMedia.media_key.in_(keys), ChannelMedia.clip_id.not_in(clip_ids)
    )
    needed.update(session.scalars(of_channels))
    of_scenes = select(Scene.media_key, Scene.browser_key).where(
        or_(Scene.media_key.in_(keys), Scene.browser_key.in_(keys)), Scene.id.not_in(scene_ids)
    )
    for row in session.execute(of_scenes):
        needed.update(key for key in row if key)
    return frozenset(needed & set(keys))


def bury(
    session: Session, clip_id: str, *, cause: RemovalCause, withdrawal_id: int | None, files: int
) -> None:
    """Put the tombstone of a clip; what the database knows of its person goes by :func:`empty`."""
    project_id = session.scalars(select(Clip.project_id).where(Clip.id == clip_id)).one()
    session.add(
        Tombstone(
            clip_id=clip_id, project_id=project_id, cause=cause, withdrawal_id=withdrawal_id, files=files
        )
    )
    session.flush()


def empty(session: Session, clip_id: str, document: Json) -> None:
    """Take out of the rows of a buried clip all that was found out about its person.

    Parameters
    ----------
    document : Json
        What stands in place of each prediction's.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))  # or what is overwritten stays in free pages
    session.execute(
        update(Clip)
        .where(Clip.id == clip_id)
        .values(
            status=ClipStatus.WITHDRAWN,
            message=None,
            original_name=REMOVED_NAME,
            media_key="",
            browser_key=None,
            thumbnail_key=None,
            duration_s=None,
            width=None,
            height=None,
            line="",
            line_source=LineSource.NONE,
            actor=None,
        )
    )
    session.execute(
        update(Prediction)
        .where(Prediction.clip_id == clip_id)
        .values(
            document=dict(document),
            line="",
            line_source=LineSource.NONE,
            emotion=None,
            expected_intensity=None,
            expressed_intensity=None,
            text_trust=None,
            voice_trust=None,
            face_trust=None,
        )
    )
    session.execute(delete(ChannelMedia).where(ChannelMedia.clip_id == clip_id))
    session.execute(delete(Draft).where(Draft.clip_id == clip_id))


def _ends(table: type[Consent] | type[ConsentWithdrawal]) -> tuple[ScalarSelect[Any], ...]:
    own = table.project_id == bindparam("project_id")
    return tuple(
        select(each).where(own).scalar_subquery() for each in (func.count(table.id), func.max(table.id))
    )


_MARK: Final = select(*_ends(Consent), *_ends(ConsentWithdrawal))  # asked for with every clip handed out
