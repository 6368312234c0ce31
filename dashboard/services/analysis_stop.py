"""Stopping the analysis of a project and taking it up again.

A stop is kept with the project, so it outlives the server. The clip at work is finished; the others
stay in the queue, where nothing takes them until somebody says to go on.
"""

from __future__ import annotations

from dashboard.services.permissions import Act, ensure, require
from db import audit, projects
from db.projects import STOPPED_SETTING
from db.session import reading, writing


def stop(project_id: int, *, person_id: int | None = None) -> None:
    """Leave the project's waiting clips where they are; does nothing where that is so already.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    """
    _set(project_id, stopped=True, person_id=person_id)


def go_on(project_id: int, *, person_id: int | None = None) -> None:
    """Take the project's waiting clips up again; does nothing where they were never stopped.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    """
    _set(project_id, stopped=False, person_id=person_id)


def is_stopped(project_id: int, *, person_id: int | None = None) -> bool:
    """Whether the project's waiting clips are left alone.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.SEE_MACHINE)
    with reading() as session:
        return bool(projects.by_id(session, project_id).settings.get(STOPPED_SETTING, False))


def _set(project_id: int, *, stopped: bool, person_id: int | None) -> None:
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        before = bool(projects.by_id(session, project_id).settings.get(STOPPED_SETTING, False))
        if before is stopped:
            return
        projects.set_analysis_stopped(session, project_id, stopped=stopped)
        action = "analysis.stop" if stopped else "analysis.go_on"
        audit.write(session, action, f"project:{project_id}", person_id=person_id)
