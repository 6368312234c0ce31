"""Removing clips for good: media, copies, stills, channel files and what the models found; a tombstone stays.

What stays and why: the row of the clip with its tombstone, so that answers about it keep their place; the
SHA-256 of the file, so that it does not come back unnoticed; answers, grades and the audit log, which are
other people's. Copies outside the data folder (backups, exports that have left) cannot be reached from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from dashboard.services import consents as register
from dashboard.services import figures_store, media_store
from dashboard.services.permissions import Act, require
from dashboard.services.predictions import draft_of
from dashboard.services.refusals import worded
from db import audit, classes, consents, enrolled_faces, projects
from db.errors import RefusedValueError
from db.location import data_folder
from db.records import ClipRecord, RemovalCause
from db.session import reading, writing
from engine.analysis import Analysis, Curves
from engine.features.table import SCHEMA_VERSION
from engine.verdict.fixed import FIXED
from engine.vocabulary import LineSource, SystemName


@dataclass(frozen=True, slots=True)
class Removed:
    """What was, or would be, removed."""

    subject: str
    clips: tuple[ClipRecord, ...]
    files: int


def preview(project_id: int, subject: str, *, person_id: int | None) -> Removed:
    """What a withdrawal would remove.

    Raises
    ------
    RefusedValueError
        If nobody of that name is filmed in the project or on record there.
    NotAllowedError
        If the person is neither filmed nor may set the project up.
    """
    with reading() as session:
        projects.by_id(session, project_id)
        found = _filmed(session, project_id, subject, person_id)
        ids = {clip.id for clip in found.clips}
        keys = consents.media_keys(session, ids)
        return Removed(found.subject, found.clips, len(keys - consents.needed_by_others(session, keys, ids)))


def withdraw(project_id: int, subject: str, *, person_id: int | None, reason: str = "") -> Removed:
    """A filmed person takes their consent back: everything that shows them in a project is removed.

    Raises
    ------
    RefusedValueError, NotAllowedError
        As :func:`preview`.
    StorageError
        If a file cannot be removed; then nothing is said to be.
    """
    with writing() as session:
        projects.by_id(session, project_id)
        found = _filmed(session, project_id, subject, person_id)
        kept = consents.withdraw(
            session,
            project_id,
            found.subject,
            person_id=found.student_id,
            reason=reason.strip(),
            recorded_by=person_id,
        )
        for actor in enrolled_faces.actors(session, project_id):
            if actor.casefold() == found.subject.casefold():
                enrolled_faces.forget(session, project_id, actor)
        audit.write(
            session,
            "consent.withdraw",
            f"withdrawal:{kept.id}",
            person_id=person_id,
            details={"project": project_id, "clips": len(found.clips)},
        )
        files = remove(
            session, found.clips, cause=RemovalCause.WITHDRAWN, withdrawal_id=kept.id, person_id=person_id
        )
        return Removed(found.subject, found.clips, files)


def remove(
    session: Session,
    gone: Sequence[ClipRecord],
    *,
    cause: RemovalCause,
    person_id: int | None,
    withdrawal_id: int | None = None,
) -> int:
    """Remove clips in the transaction of the caller; how many files went.

    Files go before the transaction is committed: a crash in between leaves clips without a file, which the
    next try removes, and never a file that is said to be gone.
    """
    ids = {clip.id for clip in gone}
    keys = consents.media_keys(session, ids)
    removable = keys - consents.needed_by_others(session, keys, ids)
    classes.drop_comments(session, sorted(ids))
    for clip in gone:
        own = consents.media_keys(session, {clip.id}) & removable
        consents.bury(session, clip.id, cause=cause, withdrawal_id=withdrawal_id, files=len(own))
        consents.empty(session, clip.id, _nothing_found(clip.id))
        audit.write(
            session,
            "clip.remove",
            f"clip:{clip.id}",
            person_id=person_id,
            details={"cause": cause.value, "files": len(own)},
        )
    for project_id in {clip.project_id for clip in gone}:
        _forget_figures(project_id)
    return sum(media_store.remove(key) for key in sorted(removable))


def _filmed(session: Session, project_id: int, subject: str, person_id: int | None) -> register.Filmed:
    wanted = " ".join(subject.split()).casefold()
    everybody = register.everybody(session, project_id)
    found = next((each for each in everybody if each.subject.casefold() == wanted), None)
    if found is None or found.student_id is None or found.student_id != person_id:
        require(session, project_id, person_id, Act.SET_UP)
    if found is None:
        raise worded(RefusedValueError, "consent.refusal.nobody", name=" ".join(subject.split()))
    return found


def _nothing_found(clip_id: str) -> dict[str, object]:
    """The document of a prediction in which nothing stands."""
    nothing = Analysis(
        clip="",
        duration_s=0.0,
        system=SystemName.ALIGNMENT,
        weights_version="",
        feature_schema=SCHEMA_VERSION,
        line="",
        line_source=LineSource.NONE,
        emotion=None,
        expected_intensity=None,
        expressed_intensity=None,
        judgement=FIXED.judge(None),
        attention=(),
        attention_times_s=(),
        words=(),
        peaks=(),
        curves=Curves((), (), ()),
        modalities={},
        amplification=None,
        timings_s={},
        warnings=(),
    )
    return dict(draft_of(nothing, clip_id=clip_id).document)


def _forget_figures(project_id: int) -> None:
    """Worked-out figures name clips; they are worked out again when somebody asks."""
    folder: Path = data_folder() / figures_store.FOLDER
    for path in folder.glob(f"{project_id}-*.json"):
        path.unlink(missing_ok=True)
