"""Half-finished answers on the server, so that a reload, a crash or another device loses nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import permissions
from dashboard.services.permissions import Act
from dashboard.services.rating import COMMENT_LENGTH
from dashboard.services.refusals import worded
from db import clips, drafts
from db.errors import RefusedValueError
from db.records import DraftRecord, TaskKey
from db.session import reading
from db.tables import KEY_LENGTH
from db.together import together

FIELDS: Final = ("delivery", "emotion", "expected", "expressed", "comment", "reason")
"""What a draft may hold: the questions of the form, the comment, and why an answer was changed."""

WATCHED: Final = "watched"
"""What the player has reported of the clip until then, beside the fields; alone it is no draft."""

MOST_STRETCHES: Final = 1000
AMOUNTS: Final = ("watched_share", "replays", "fastest", "active_s", "hidden_s")

HIGHEST_REVISION: Final = 2**53  # beyond it a browser's numbers skip


def save(task: TaskKey, content: Mapping[str, object], *, revision: int, tab: str = "") -> DraftRecord | None:
    """Keep what the form of a task holds; an empty form is no draft.

    Parameters
    ----------
    content : Mapping
        Some of :data:`FIELDS`, and :data:`WATCHED`.
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
        raise worded(RefusedValueError, "refusal.draft_revision")
    given = {name: value for name, value in content.items() if value not in (None, "")}
    watched = _watched(given.pop(WATCHED, {}))
    held: dict[str, object] = {name: _value(name, value) for name, value in given.items()}
    if held and watched:
        held[WATCHED] = watched

    def keep(session: Session) -> DraftRecord | None:
        clip = clips.get(session, task.clip_id)
        permissions.require(session, clip.project_id, task.person_id, Act.RATE)
        if held:
            return drafts.keep(session, task, held, revision=revision, tab=tab)
        drafts.drop(session, task, up_to=revision, tab=tab)
        return drafts.find(session, task)

    return together(keep)


def find(task: TaskKey) -> DraftRecord | None:
    """The draft of a task, ``None`` without one.

    Raises
    ------
    NotAllowedError
        If the person may not rate in the project.
    """
    with reading() as session:
        project_id = clips.get(session, task.clip_id).project_id
        permissions.require(session, project_id, task.person_id, Act.RATE)
        return drafts.find(session, task)


def _value(name: str, value: object) -> str | int | float:
    if name not in FIELDS:
        raise worded(
            RefusedValueError, "refusal.draft_field", field=repr(name[:40]), fields=", ".join(FIELDS)
        )
    if isinstance(value, str) and len(value) <= COMMENT_LENGTH:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value
    raise worded(RefusedValueError, "refusal.draft_value", field=name, n=COMMENT_LENGTH)


def _watched(given: object) -> dict[str, object]:
    """What a player reports, where it is sound."""
    stretches = given.get("intervals_s", []) if isinstance(given, Mapping) else None
    if (
        not isinstance(given, Mapping)
        or not isinstance(stretches, list)
        or len(stretches) > MOST_STRETCHES
        or not all(_is_stretch(each) for each in stretches)
        or not all(_is_amount(given.get(name, 0)) for name in AMOUNTS)
    ):
        raise worded(RefusedValueError, "refusal.draft_watched")
    if not stretches:
        return {}
    return {"intervals_s": stretches, **{name: given[name] for name in AMOUNTS if name in given}}


def _is_stretch(given: object) -> bool:
    if not isinstance(given, list) or len(given) != 2:
        return False
    return all(map(_is_amount, given)) and bool(given[0] <= given[1])


def _is_amount(given: object) -> bool:
    return (
        isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given) and given >= 0
    )
