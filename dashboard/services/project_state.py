"""What a project looks like, small enough to be asked for at every run of a page.

What was worked out from a project may be kept for as long as its state is the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.services.messages import spoken
from db import project_marks, projects
from db.location import database_url
from db.records import ProjectMarks
from db.session import reading


@dataclass(frozen=True, slots=True)
class ProjectState:
    """Everything that what is shown of a project depends on.

    Attributes
    ----------
    database : str
        Its address: numbers mean other rows in another database.
    project : str
        Name, protocol and settings as text.
    marks : ProjectMarks
    language : str
        In which sentences were made.
    """

    database: str
    project: str
    marks: ProjectMarks
    language: str


def state_of(project_id: int) -> ProjectState:
    """The state of a project now.

    Ask before reading what is to be kept: what changes in between then shows as another state.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    """
    with reading() as session:
        project = projects.by_id(session, project_id)
        marks = project_marks.of_project(session, project_id)
    return ProjectState(database_url(), repr(project), marks, spoken())
