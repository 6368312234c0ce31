"""Half-finished answers on the server, so that a reload, a crash or another device loses nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from dashboard.services import permissions
from dashboard.services.permissions import Act
from dashboard.services.rating import COMMENT_LENGTH
from db import clips, drafts
from db.errors import RefusedValueError
from db.records import DraftRecord, TaskKey
from db.session import reading, writing
from db.tables import KEY_LENGTH

FIELDS: Final = ("delivery", "emotion", "expected", "expressed", "comment", "reason")
"""What a draft may hold: the questions of the form, the comment, and why an answer was changed."""

HIGHEST_REVISION: Final = 2**53  # beyond it a browser's numbers skip


def save(task: TaskKey, content: Mapping[str, object], *, revision: int, tab: str = "") -> DraftRecord | None:
    """Keep what the form of a task holds; an empty form is no draft.

    Parameters
    ----------
    content : Mapping
        Some of :data:`FIELDS`.
    revision, tab
        See :func:`db.drafts.keep`.

    Returns
    -------
    DraftRecord or None
        What is kept now.

    Raises
    ------
    RefusedValueError
        If the content is no form's.
    NotAllowedError
        If the person may not rate in the project.
    UnknownRowError
        If there is no such clip.
    """
    if not 1 <= revision <= HIGHEST_REVISION or len(tab) > KEY_LENGTH:
        raise RefusedValueError("A draft counts its changes from 1; reload the page.")
    held = {name: _value(name, value) for name, value in content.items() if value not in (None, "")}
    with writing() as session:
        clip = clips.get(session, task.clip_id)
        permissions.require(session, clip.project_id, task.person_id, Act.RATE)
        if held:
            return drafts.keep(session, task, held, revision=revision, tab=tab)
        drafts.drop(session, task, up_to=revision, tab=tab)
        return drafts.find(session, task)


def find(task: TaskKey) -> DraftRecord | None:
    """The draft of a task, ``None`` without one."""
    with reading() as session:
        return drafts.find(session, task)


def _value(name: str, value: object) -> str | int | float:
    if name not in FIELDS:
        raise RefusedValueError(f"A draft has no field {name[:40]!r}; it has {', '.join(FIELDS)}.")
    if isinstance(value, str) and len(value) <= COMMENT_LENGTH:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value
    raise RefusedValueError(
        f"The draft's {name} is a number or a text of at most {COMMENT_LENGTH} characters; shorten it."
    )
