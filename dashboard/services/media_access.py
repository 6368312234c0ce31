"""Who may see a file of the media store: those with a part in a project that shows it.

A student's take, and what somebody performed, is for them and for who leads; scenes are for who leads. Where
people name themselves nothing can be kept from anybody, but for the takes of a class.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.orm import Session

from dashboard.services import sign_in_mode
from dashboard.services.permissions import Act, may
from db import classes, people, scenes
from db.session import reading


class Sight(StrEnum):
    """Whether a file is shown."""

    NONE = "none"
    """No clip shows it, or none that the one who asks may see: nobody is told which."""
    OWN = "own"
    """To the one who asks, and to be asked about each time."""
    OPEN = "open"
    """To whoever knows its address, which cannot be guessed; only where people name themselves."""


def of_file(key: str, person_id: int | None) -> Sight:
    """Whether somebody may see the file of a key; the same bytes may belong to several clips."""
    with reading() as session:
        holders = {(project_id, maker) for _, project_id, maker in classes.holders(session, key)}
        found = [_of_holder(session, project_id, maker, person_id) for project_id, maker in holders]
        found += [
            _of_holder(session, project_id, None, person_id, needed=Act.SEE_MACHINE)
            for project_id in scenes.projects_showing(session, key)
        ]
    return _widest(found)


def of_clip(clip_id: str, person_id: int | None) -> Sight:
    """Whether somebody may see a clip."""
    with reading() as session:
        found = classes.holder(session, clip_id)
        return Sight.NONE if found is None else _of_holder(session, found[1], found[2], person_id)


def _of_holder(
    session: Session, project_id: int, maker_id: int | None, person_id: int | None, *, needed: Act = Act.RATE
) -> Sight:
    """Whether a project shows somebody a file; ``maker_id`` is whose take it is, ``needed`` what sees it."""
    is_class = classes.is_class(session, project_id)
    if not is_class and sign_in_mode.is_named():
        return Sight.OPEN
    if person_id is None:
        return Sight.NONE
    role = people.role_in(session, project_id, person_id)
    if is_class:
        is_theirs = maker_id == person_id and may(role, Act.HAND_IN)
        return Sight.OWN if is_theirs or may(role, Act.GRADE) else Sight.NONE
    if maker_id is not None and maker_id != person_id:
        needed = Act.SEE_MACHINE
    return Sight.OWN if may(role, needed) else Sight.NONE


def _widest(found: list[Sight]) -> Sight:
    return next((sight for sight in (Sight.OPEN, Sight.OWN) if sight in found), Sight.NONE)
