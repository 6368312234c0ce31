"""Which of the systems a project's clips are analysed with."""

from __future__ import annotations

from typing import Final

from dashboard.services.permissions import Act, require
from db import audit, clips, projects
from db.records import ProjectRecord
from db.session import writing
from engine.vocabulary import SystemName

SYSTEM_SETTING: Final = "system"


def system_of(project: ProjectRecord) -> SystemName:
    """The system a project uses; the alignment system unless it says otherwise."""
    return SystemName(project.settings.get(SYSTEM_SETTING, SystemName.ALIGNMENT))


def choose(project_id: int, system: SystemName, *, person_id: int | None) -> int:
    """Use another system from now on and queue every clip for it; ratings and older predictions stay.

    Thresholds learned for the system before are suspended as soon as a clip has been analysed anew.

    Returns
    -------
    int
        How many clips were queued; 0 where the project uses the system already.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        project = projects.by_id(session, project_id)
        if system_of(project) is system:
            return 0
        projects.update_settings(session, project_id, {**project.settings, SYSTEM_SETTING: system.value})
        queued = clips.queue_all(session, project_id)
        audit.write(
            session,
            "project.system",
            f"project:{project_id}",
            person_id=person_id,
            details={"system": system.value, "before": system_of(project).value, "clips": queued},
        )
        return queued
