"""How far the rating of a project is, for one person and for all, counted from the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import aside, open_tasks
from dashboard.services.aside import WorkedOut
from dashboard.services.open_tasks import AskedTasks
from dashboard.services.permissions import Act, ensure
from dashboard.services.rating_protocol import protocol_of
from db import project_marks, projects, task_progress
from db.columns import now
from db.records import ProjectRecord
from db.session import reading

NAME: Final = "progress"
COUNTED_ANEW: Final = 2_000
"""Up to so many clips, every look counts all that is left; beyond, it takes a noticeable part of a second."""


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """How far one person is.

    Attributes
    ----------
    answered : int
        Tasks they have answered: one for each clip and channel.
    asked : int
        Those, and all that may still be asked of them.
    skipped : int
        Of ``asked``, what they have left out.
    in_hand : int
        Clips kept for them now.
    counted_at : datetime or None
        From when ``asked`` is, in a project so large that it is counted aside; not compared.
    """

    answered: int
    asked: int
    skipped: int
    in_hand: int
    counted_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ProjectProgress:
    """How far a project is.

    Attributes
    ----------
    answered : int
        Answers given towards ``asked``; further answers to a clip that has all of its own are left out.
    asked : int
        Answers wanted of each ready clip and channel, together.
    complete, clips : int
        Clips that have all their answers, and all ready clips.
    in_hand : int
        Clips kept for somebody now.
    """

    answered: int
    asked: int
    complete: int
    clips: int
    in_hand: int


def progress(project_id: int, person_id: int, *, at: datetime | None = None) -> TaskProgress:
    """How far a person is with a project.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.RATE)
    with reading() as session:
        project = projects.by_id(session, project_id)
        return of_person(session, project, person_id, moment=at or now())


def of_person(session: Session, project: ProjectRecord, person_id: int, *, moment: datetime) -> TaskProgress:
    """The same as :func:`progress` in a transaction that is open."""
    rules = protocol_of(project)
    answered = task_progress.answered_by(session, project.id, person_id, rules.channels)
    skipped = task_progress.skipped_by(session, project.id, person_id)
    if rules.overlap:
        asked = _asked(session, project, person_id, done=answered + skipped, moment=moment)
    else:
        ready = (task_progress.ready_clips(session, project.id, channel=each) for each in rules.channels)
        asked = AskedTasks(sum(ready), moment)
    return TaskProgress(
        answered=answered,
        asked=asked.count,
        skipped=skipped,
        in_hand=task_progress.in_hand(session, project.id, moment, person_id=person_id),
        counted_at=None if asked.at == moment else asked.at,
    )


def count_ahead() -> None:
    """Count what a server remembers of its projects, so that the first page need not wait for it.

    What is left in a project that is too large for that is counted in the background.
    """
    with reading() as session:
        moment = now()
        for project in projects.everything(session):
            project_marks.of_project(session, project.id)
            is_large = task_progress.ready_clips(session, project.id) > COUNTED_ANEW
            if is_large and protocol_of(project).overlap:
                open_tasks.find_out_ahead(project, moment)


def of_project(project_id: int, *, person_id: int | None) -> WorkedOut[ProjectProgress]:
    """How far all people of a project are together; in a large project counted aside.

    Raises
    ------
    NotAllowedError
        If the person may not see others' answers.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.SEE_MACHINE)
    return aside.of_project(NAME, project_id, lambda: project_progress(project_id))


def project_progress(project_id: int, *, at: datetime | None = None) -> ProjectProgress:
    """The same now, whatever it takes.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    """
    with reading() as session:
        project = projects.by_id(session, project_id)
        rules = protocol_of(project)
        wanted = max(1, rules.overlap)
        given = task_progress.given_answers(session, project_id, rules.channels, wanted=wanted)
        ready = [
            task_progress.ready_clips(session, project_id, channel=channel) for channel in rules.channels
        ]
        return ProjectProgress(
            answered=given.counted,
            asked=wanted * sum(ready),
            complete=given.complete,
            clips=ready[-1],
            in_hand=task_progress.in_hand(session, project_id, at or now()),
        )


def _asked(
    session: Session, project: ProjectRecord, person_id: int, *, done: int, moment: datetime
) -> AskedTasks:
    if task_progress.ready_clips(session, project.id) <= COUNTED_ANEW:
        return AskedTasks(done + open_tasks.exactly(session, project, person_id, moment), moment)
    return open_tasks.asked(session, project, person_id, done=done, moment=moment)
