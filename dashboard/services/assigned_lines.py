"""Where a take meets a class: the line an assignment asks for, and handing a take in."""

from __future__ import annotations

from contextlib import suppress

from dashboard.services import class_takes
from dashboard.services.line_words import line_key
from dashboard.services.permissions import Act, require
from db import classes, clips
from db.errors import AlreadyThereError, UnknownRowError
from db.session import reading


def line_of(assignment_id: int, number: int, person_id: int) -> str | None:
    """The line that an assignment gives a person under a number from 1, ``None`` where it gives none.

    Raises
    ------
    NotAllowedError
        If the person is not of the class.
    """
    with reading() as session:
        try:
            work = classes.work(session, assignment_id)
        except UnknownRowError:
            return None
        require(session, work.project_id, person_id, Act.HAND_IN)
    return work.lines[number - 1] if 1 <= number <= len(work.lines) else None


def hand_in(clip_id: str, assignment_id: int, person_id: int) -> None:
    """Tell the class that a take was performed for an assignment; may be told more than once.

    Which of the assignment's lines it is, the clip's own line says; where it says none of them, the first.
    """
    with reading() as session:
        lines = [line_key(line) for line in classes.work(session, assignment_id).lines]
        said = line_key(clips.get(session, clip_id).line)
    number = lines.index(said) + 1 if said in lines else 1
    with suppress(AlreadyThereError):
        class_takes.hand_in(clip_id, assignment_id, person_id, line_number=number)
