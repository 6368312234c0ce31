"""What a rater skipped and flagged, with the clip to go back to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from dashboard.services.messages import say
from dashboard.services.permissions import Act, require
from db import assignments, clips, flags, projects
from db.records import ProjectRecord
from db.session import reading
from engine.vocabulary import Channel, Protocol


class LeftOutKind(StrEnum):
    """What was done instead of an answer, or beside it."""

    SKIPPED = "skipped"
    FLAGGED = "flagged"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A clip somebody skipped or flagged.

    Attributes
    ----------
    name : str
        The file's; a number where a name could sway a blind answer.
    why : str
        In words of the language spoken.
    """

    clip_id: str
    name: str
    kind: LeftOutKind
    why: str


def left_out(project_id: int, person_id: int) -> tuple[LeftOut, ...]:
    """What a person has skipped and not answered since, then what they flagged and nobody has settled.

    Raises
    ------
    NotAllowedError
        If the person may not rate in the project.
    UnknownRowError
        If there is no such project.
    """
    with reading() as session:
        project = projects.by_id(session, project_id)
        require(session, project_id, person_id, Act.RATE)
        skipped = [
            LeftOut(
                task.clip_id,
                _name(session, project, task.clip_id, task.channel),
                LeftOutKind.SKIPPED,
                task.skip_note or (say(f"skip.{task.skip_reason.value}") if task.skip_reason else ""),
            )
            for task in assignments.skipped(session, project_id, person_id)
        ]
        flagged = [
            LeftOut(
                flag.clip_id,
                _name(session, project, flag.clip_id, Channel.FULL),
                LeftOutKind.FLAGGED,
                flag.note or say("my_work.left_out.unsaid"),
            )
            for flag in flags.open_of_project(session, project_id)
            if flag.person_id == person_id
        ]
        return (*skipped, *flagged)


def _name(session: Session, project: ProjectRecord, clip_id: str, channel: Channel) -> str:
    clip = clips.get(session, clip_id)
    if project.protocol is Protocol.ASSISTED and channel is Channel.FULL:
        return clip.original_name
    return say("queue.neutral_title", number=clips.position(session, clip))
