"""Whose face of a clip is read: a person may pick another, and the clip is analysed again.

The choice is kept, so that every later analysis reads the same face; the prediction before stays stored,
and answers given beside it go on naming it.
"""

from __future__ import annotations

from dashboard.services import permissions
from dashboard.services.machine_sight import require_sight
from dashboard.services.permissions import Act
from dashboard.services.predictions import stored
from dashboard.services.refusals import worded
from db import audit, clips, face_choices, predictions, projects
from db.errors import RefusedValueError
from db.records import ClipStatus, FaceChoiceRecord, TaskKey
from db.session import writing


def choose(task: TaskKey, face: int | None) -> FaceChoiceRecord:
    """Have a face read from now on and queue the clip for it.

    Parameters
    ----------
    face : int or None
        Counted from 1 at the left; ``None`` leaves it to the engine: who speaks, else the largest.

    Raises
    ------
    RefusedValueError
        If there is no such face, or the clip is being analysed.
    NotShownError
        If the machine's opinion is not shown to the person.
    NotAllowedError
        If the person may not rate in the project.
    UnknownRowError
        If there is no such clip.
    """
    with writing() as session:
        clip = clips.get(session, task.clip_id)
        permissions.require(session, clip.project_id, task.person_id, Act.RATE)
        require_sight(session, projects.by_id(session, clip.project_id), task)
        if clip.status is not ClipStatus.READY:
            raise worded(RefusedValueError, "refusal.face_busy")
        record = predictions.latest_for(session, clip.id)
        seen = None if record is None else stored(record).analysis.faces
        count = 0 if seen is None else seen.count
        if face is not None and not 1 <= face <= count:
            raise worded(RefusedValueError, "refusal.face_unknown", face=face, n=count)
        chosen = face_choices.add(session, clip.id, face, person_id=task.person_id)
        clips.set_status(session, clip.id, ClipStatus.QUEUED)
        audit.write(session, "clip.face", f"clip:{clip.id}", person_id=task.person_id, details={"face": face})
        return chosen
