"""Removing clips and scenes for good: media, copies, stills, channel files, findings; a tombstone stays.

What stays and why: the row of the clip with its tombstone, so that answers about it keep their place; the
SHA-256 of the file, so that it does not come back unnoticed; answers, grades and the audit log, which are
other people's. A scene is removed as a whole, since its file shows whoever plays in it: of it only the
tombstone stays. What was released to be rated in another project goes with the take it is. Copies outside
the data folder (backups, exports that have left) cannot be reached from here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from dashboard.services import figures_store, media_store
from dashboard.services.filmed import Filmed, everybody
from dashboard.services.permissions import Act, require
from dashboard.services.predictions import draft_of
from dashboard.services.refusals import worded
from db import audit, classes, consents, enrolled_faces, filmed_scenes, projects, released_takes
from db.errors import RefusedValueError
from db.location import data_folder
from db.records import ClipRecord, FilmedClip, RemovalCause, SceneRecord
from db.session import reading, writing
from engine.analysis import Analysis, Curves
from engine.features.table import SCHEMA_VERSION
from engine.verdict.fixed import FIXED
from engine.vocabulary import LineSource, SystemName


@dataclass(frozen=True, slots=True)
class Removed:
    """What was, or would be, removed.

    Attributes
    ----------
    copies : tuple of ClipRecord
        Clips of other projects into which takes were released.
    """

    subject: str
    clips: tuple[FilmedClip, ...]
    scenes: tuple[SceneRecord, ...]
    copies: tuple[ClipRecord, ...]
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
        copies = released_takes.copies(session, [clip.id for clip in found.clips])
        files = len(_removable(session, (*found.clips, *copies), found.scenes))
        return Removed(found.subject, found.clips, found.scenes, copies, files)


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
        copies = released_takes.copies(session, [clip.id for clip in found.clips])
        for released_into, actor in dict.fromkeys((copy.project_id, copy.actor or "") for copy in copies):
            if actor:
                consents.withdraw(session, released_into, actor, recorded_by=person_id)
        audit.write(
            session,
            "consent.withdraw",
            f"withdrawal:{kept.id}",
            person_id=person_id,
            details={
                "project": project_id,
                "clips": len(found.clips),
                "scenes": len(found.scenes),
                "copies": len(copies),
            },
        )
        files = remove(
            session,
            (*found.clips, *copies),
            scenes=found.scenes,
            cause=RemovalCause.WITHDRAWN,
            withdrawal_id=kept.id,
            person_id=person_id,
        )
        return Removed(found.subject, found.clips, found.scenes, copies, files)


def remove(
    session: Session,
    gone: Sequence[FilmedClip | ClipRecord],
    *,
    scenes: Sequence[SceneRecord] = (),
    cause: RemovalCause,
    person_id: int | None,
    withdrawal_id: int | None = None,
) -> int:
    """Remove clips and scenes in the transaction of the caller; how many files went.

    Files go before the transaction is committed: a crash in between leaves clips without a file, which the
    next try removes, and never a file that is said to be gone.
    """
    removable = _removable(session, gone, scenes)
    classes.drop_comments(session, sorted(clip.id for clip in gone))
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
    for scene in scenes:
        own_files = len(_keys_of(scene) & removable)
        filmed_scenes.remove(session, scene, cause=cause, withdrawal_id=withdrawal_id, files=own_files)
        audit.write(
            session,
            "scene.remove",
            f"scene:{scene.id}",
            person_id=person_id,
            details={"cause": cause.value, "files": own_files},
        )
    for project_id in {clip.project_id for clip in gone}:
        _forget_figures(project_id)
    return sum(media_store.remove(key) for key in sorted(removable))


def _filmed(session: Session, project_id: int, subject: str, person_id: int | None) -> Filmed:
    wanted = " ".join(subject.split()).casefold()
    register = everybody(session, project_id)
    found = next((each for each in register if each.subject.casefold() == wanted), None)
    if found is None or found.student_id is None or found.student_id != person_id:
        require(session, project_id, person_id, Act.SET_UP)
    if found is None:
        raise worded(RefusedValueError, "consent.refusal.nobody", name=" ".join(subject.split()))
    return found


def _removable(
    session: Session, gone: Sequence[FilmedClip | ClipRecord], scenes: Collection[SceneRecord]
) -> frozenset[str]:
    """The files of some clips and scenes that nothing else shows."""
    ids = {clip.id for clip in gone}
    keys = consents.media_keys(session, ids).union(*(_keys_of(scene) for scene in scenes))
    kept = consents.needed_by_others(session, keys, ids, scene_ids={scene.id for scene in scenes})
    return keys - kept


def _keys_of(scene: SceneRecord) -> frozenset[str]:
    return frozenset({scene.media_key, scene.browser_key or ""} - {""})


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
