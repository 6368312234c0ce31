"""What a student takes away: scores, the grade, what those who mark wrote, moment by moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.services import media_store, student_work
from dashboard.services.messages import say
from dashboard.services.rubric import HIGHEST
from dashboard.services.student_work import ShownTake, StudentWork
from db import classes, projects
from db.columns import now
from db.errors import StorageError
from db.records import SetWorkRecord
from db.session import reading


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One criterion: its name, its share of the grade in [0, 1], and the score, ``None`` without a grade."""

    label: str
    share: float
    score: float | None


@dataclass(frozen=True, slots=True)
class TakeNotes:
    """What was written about one take, in the order of its moments.

    Attributes
    ----------
    still : bytes or None
        A picture of it, JPEG.
    notes : tuple of (float, str)
        Seconds from the start, and the remark.
    """

    line: str
    still: bytes | None
    notes: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class FeedbackSheet:
    """A student's sheet about one piece of work.

    Attributes
    ----------
    grade : float or None
        Between 1 and ``best``; ``None`` while it is not settled.
    remarks : tuple of str
    """

    room: str
    title: str
    student: str
    target: str
    grade: float | None
    best: int
    scores: tuple[ScoreLine, ...]
    remarks: tuple[str, ...]
    takes: tuple[TakeNotes, ...]
    made_at: datetime


def sheet(assignment_id: int, student_id: int, *, person_id: int | None) -> FeedbackSheet:
    """The sheet of a student, for those who grade and, once grades are given back, for the student.

    Raises
    ------
    NotAllowedError
        For everybody else.
    UnknownRowError
        If there is no such work or student.
    """
    with reading() as session:
        work = classes.work(session, assignment_id)
        student_work.may_see(session, work, student_id, person_id)
        found = student_work.work_of(session, work, student_id, person_id)
        room = projects.by_id(session, work.project_id).name
    return FeedbackSheet(
        room=room,
        title=work.title,
        student=found.student.name,
        target=target_words(work),
        grade=found.standing.grade,
        best=HIGHEST,
        scores=_scores(found),
        remarks=_remarks(found),
        takes=tuple(_notes(take) for take in found.takes if take.counts or take.comments),
        made_at=now(),
    )


def target_words(work: SetWorkRecord) -> str:
    """What a take is to show, in one sentence."""
    said = say(f"classes.target_what.{work.target.value}")
    if work.emotion is None:
        return said
    return f"{said} {say('classes.advice.directed', emotion=say(f'emotion.{work.emotion.value}'))}"


def _scores(found: StudentWork) -> tuple[ScoreLine, ...]:
    weights = sum(one.weight for one in found.criteria)
    return tuple(
        ScoreLine(one.label, one.weight / weights, found.standing.scores.get(one.key))
        for one in found.criteria
    )


def _remarks(found: StudentWork) -> tuple[str, ...]:
    settled = found.standing.settled
    said = [mark.remark for mark in found.standing.marks]
    if settled is not None:
        said.append(settled.remark)
    return tuple(dict.fromkeys(remark for remark in said if remark))


def _notes(take: ShownTake) -> TakeNotes:
    still = None
    if take.clip.thumbnail_key is not None:
        try:
            still = media_store.path_of(take.clip.thumbnail_key).read_bytes()
        except (StorageError, OSError):  # the sheet is as good without it
            still = None
    return TakeNotes(take.line, still, tuple((each.at_s, each.text) for each in take.comments))
