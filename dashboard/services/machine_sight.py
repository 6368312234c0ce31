"""Whether the machine's opinion of a clip may reach a person now, as their task and the protocol have it.

That it did is noted before it does: what a browser says of it later is not asked.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from dashboard.services.control_clips import is_control
from dashboard.services.rating_protocol import protocol_of, shows_machine
from dashboard.services.refusals import worded
from db import assignments, ratings, sightings
from db.records import ProjectRecord, TaskKey
from db.together import together
from engine.errors import DailiesError


class NotShownError(DailiesError):
    """Something about the machine's opinion, from a person who may not see it yet."""


def sees_machine(session: Session, project: ProjectRecord, key: TaskKey) -> bool:
    """Whether the person of a task may see what the machine says of its clip."""
    own = ratings.current_for(session, key.clip_id, key.person_id, channel=key.channel, occasion=key.occasion)
    return shows_machine(
        project.protocol,
        is_locked=own is not None,
        is_control=is_withheld(session, project, key),
        channel=key.channel,
    )


def is_withheld(session: Session, project: ProjectRecord, key: TaskKey) -> bool:
    """Whether the prediction is kept from this task although the protocol would show it."""
    held = assignments.find(session, key)
    if held is not None:
        return held.control
    if ratings.last_word(session, key) is not None:
        return False  # answered without ever having been handed out
    rules = protocol_of(project)
    return is_control(project, rules, clip_id=key.clip_id, person_id=key.person_id, channel=key.channel)


def note_shown(task: TaskKey, prediction_id: int) -> None:
    """Keep for good that a prediction is shown with a task; before it is shown, or it must not be.

    Raises
    ------
    StorageError
        If it cannot be kept.
    """
    together(lambda session: sightings.add(session, task, prediction_id))


def require_sight(session: Session, project: ProjectRecord, key: TaskKey) -> None:
    """Refuse what only somebody may do to whom the machine's opinion is shown.

    Raises
    ------
    NotShownError
        In one sentence.
    """
    if not sees_machine(session, project, key):
        raise worded(NotShownError, "refusal.not_shown")
