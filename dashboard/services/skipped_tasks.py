"""The end of a person's work: whether they are through, and a second look at what they left out."""

from __future__ import annotations

import random
from datetime import datetime

from dashboard.services.handing_out import due_check, held_by
from dashboard.services.permissions import Act, NotAllowedError, require
from dashboard.services.task_order import Search, upcoming_tasks
from db import assignments
from db.columns import now
from db.records import AssignmentRecord, ProjectRecord, TaskKey
from db.session import reading


def next_skipped(
    project_id: int,
    person_id: int,
    *,
    since: datetime | None = None,
    behind: AssignmentRecord | None = None,
) -> TaskKey | None:
    """What a person left out and is to look at again, the longest ago first.

    It stays left out until they answer it.

    Parameters
    ----------
    since : datetime, optional
        When the second look began: what was left out again since comes no third time. Now without it.
    behind : AssignmentRecord, optional
        What they looked at last.

    Returns
    -------
    TaskKey or None
        ``None`` where no such task is left.

    Raises
    ------
    NotAllowedError
        If the person may not rate in the project.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.RATE)
        found = assignments.next_skipped(session, project_id, person_id, since=since or now(), behind=behind)
        return None if found is None else found.key


def is_through(project: ProjectRecord, person_id: int, *, at: datetime) -> bool:
    """Whether nothing is left for a person but what they have left out themselves."""
    if upcoming_tasks(Search(project, person_id, at), chance=random.SystemRandom()):
        return False
    with reading() as session:
        if held_by(session, project, person_id, at) is not None:
            return False
        try:
            return due_check(session, project, person_id) is None
        except NotAllowedError:  # they wait for the lead
            return False
