"""Scripts of a project: brought in, listed, read for what each line demands, taken from for takes."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.services.permissions import Act, require
from dashboard.services.refusals import worded
from dashboard.services.script_reading import ReadScript
from db import audit, scripts
from db.errors import RefusedValueError, UnknownRowError
from db.records import ScriptLineRecord, ScriptRecord
from db.session import reading, writing


@dataclass(frozen=True, slots=True)
class SeenScript:
    """A script with its lines.

    Attributes
    ----------
    unread : int
        Lines that nothing has read yet; what they demand comes in a moment.
    """

    script: ScriptRecord
    lines: tuple[ScriptLineRecord, ...]
    unread: int

    @property
    def speakers(self) -> tuple[str | None, ...]:
        """Who says something, in the order in which they first do; ``None`` for lines without a name."""
        return tuple(dict.fromkeys(line.speaker for line in self.lines))


def bring_in(project_id: int, read: ReadScript, *, person_id: int | None) -> ScriptRecord:
    """Store a script; its lines are read in the background.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        script = scripts.add(session, project_id, read.title, read.lines, person_id=person_id)
        audit.write(
            session,
            "script.add",
            f"script:{script.id}",
            person_id=person_id,
            details={"title": read.title, "lines": len(read.lines)},
        )
        return script


def listing(project_id: int, *, person_id: int) -> tuple[ScriptRecord, ...]:
    """The scripts of a project, the newest first, for whoever has a part in it."""
    with reading() as session:
        require(session, project_id, person_id, Act.RATE)
        return scripts.of_project(session, project_id)


def look(script_id: int, *, person_id: int) -> SeenScript:
    """A script with its lines.

    Raises
    ------
    UnknownRowError
        If there is none.
    NotAllowedError
        If the person has no part in its project.
    """
    with reading() as session:
        script = scripts.get(session, script_id)
        require(session, script.project_id, person_id, Act.RATE)
        return SeenScript(script, scripts.lines(session, script_id), scripts.unread_of(session, script_id))


def line(line_id: int, *, project_id: int, person_id: int) -> ScriptLineRecord:
    """One line of a script of the project.

    Raises
    ------
    UnknownRowError
        If there is none, or it is of another project.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.RATE)
        found = scripts.line(session, line_id)
        if scripts.get(session, found.script_id).project_id != project_id:
            raise worded(UnknownRowError, "refusal.gone")
        return found


def remove(script_id: int, *, person_id: int) -> None:
    """Remove a script that nothing was performed of.

    Raises
    ------
    RefusedValueError
        If a take or a scene is of one of its lines.
    """
    with writing() as session:
        script = scripts.get(session, script_id)
        require(session, script.project_id, person_id, Act.SET_UP)
        if scripts.is_used(session, script_id):
            raise worded(RefusedValueError, "refusal.script_used")
        audit.write(
            session,
            "script.remove",
            f"script:{script_id}",
            person_id=person_id,
            details={"title": script.title},
        )
        scripts.remove(session, script_id)
