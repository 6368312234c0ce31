"""Who may see a file of the media store: in a class, those who teach and whoever made the take."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.orm import Session

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
    """To whoever knows its address, which cannot be guessed."""


def of_file(key: str, person_id: int | None) -> Sight:
    """Whether somebody may see the file of a key; the same bytes may belong to several clips."""
    with reading() as session:
        found = [
            _of_holder(session, project_id, student, person_id)
            for project_id, student in _holders(session, key)
        ]
    return _widest(found)


def of_clip(clip_id: str, person_id: int | None) -> Sight:
    """Whether somebody may see a clip."""
    with reading() as session:
        found = classes.holder(session, clip_id)
        return Sight.NONE if found is None else _of_holder(session, found[1], found[2], person_id)


def _holders(session: Session, key: str) -> list[tuple[int, int | None]]:
    """The projects that show a file, in a class with the student whose take it is."""
    takes = [(project_id, student) for _, project_id, student in classes.holders(session, key)]
    return [*takes, *((project_id, None) for project_id in scenes.projects_showing(session, key))]


def _of_holder(session: Session, project_id: int, student_id: int | None, person_id: int | None) -> Sight:
    if not classes.is_class(session, project_id):
        return Sight.OPEN
    if person_id is None:
        return Sight.NONE
    role = people.role_in(session, project_id, person_id)
    is_theirs = student_id == person_id and may(role, Act.HAND_IN)
    return Sight.OWN if is_theirs or may(role, Act.GRADE) else Sight.NONE


def _widest(found: list[Sight]) -> Sight:
    return next((sight for sight in (Sight.OPEN, Sight.OWN) if sight in found), Sight.NONE)
