"""Taking back what one did last, an answer or a skip, and going back through one's own answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.services.handing_out import Task, standing_task, take
from dashboard.services.messages import say
from dashboard.services.permissions import Act, ensure, require
from dashboard.services.rating_protocol import shows_machine
from dashboard.services.refusals import worded
from db import assignments, audit, drafts, own_answers, projects, ratings, sightings
from db.columns import now
from db.records import AssignmentRecord, Json, ProjectRecord, Purpose, RatingRecord, TaskKey
from db.session import reading, writing
from engine.errors import DailiesError
from engine.vocabulary import Phase, Protocol

TOLD: frozenset[Purpose] = frozenset({Purpose.GOLD_TRAINING, Purpose.QUALIFICATION})
"""After such an answer its rater may know the right one."""


class NoWayBackError(DailiesError):
    """What cannot be taken back: something hidden has been shown since, or the place is gone."""


def undo(project_id: int, person_id: int, *, at: datetime | None = None) -> Task | None:
    """Take back what a person did last, an answer or a skip.

    An answer stays stored and counts nowhere; what it said becomes the draft again.

    Returns
    -------
    Task or None
        The task it was about, in their hand again; ``None`` where they have done nothing yet.

    Raises
    ------
    NoWayBackError
        If the machine's opinion, the right answer or more of the clip was shown after the answer, or
        others have taken the place that a skip left.
    NotAllowedError
        If the person may not rate in the project.
    """
    moment = at or now()
    with writing() as session:
        require(session, project_id, person_id, Act.RATE)
        project = projects.by_id(session, project_id)
        last = own_answers.last(session, project_id, person_id)
        left_out = assignments.last_skipped(session, project_id, person_id)
        if left_out is not None and _is_newer(left_out, last):
            return _bring_back(session, project, left_out.key, moment)
        if last is None:
            return None
        key = key_of(last)
        held = assignments.find(session, key)
        _ensure_nothing_shown(session, project, last, held)
        ratings.withdraw(session, last.id, person_id=person_id)
        kept = drafts.find(session, key)
        drafts.keep(session, key, _content(last), revision=1 if kept is None else kept.revision + 1)
        audit.write(
            session, "rating.undo", f"clip:{last.clip_id}", person_id=person_id, details={"rating": last.id}
        )
        task = take(session, project, key, moment, purpose=last.purpose)
        return task or standing_task(key, held, moment)  # all its raters are there without this one


def refusal(project_id: int, person_id: int) -> str | None:
    """Why what a person did last cannot be taken back, in a sentence; ``None`` where it can.

    A place that others may take meanwhile is no reason yet.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    ensure(project_id, person_id, Act.RATE)
    with reading() as session:
        project = projects.by_id(session, project_id)
        last = own_answers.last(session, project_id, person_id)
        left_out = assignments.last_skipped(session, project_id, person_id)
        if left_out is not None and _is_newer(left_out, last):
            return None
        if last is None:
            return say("review.nothing_to_undo")
        try:
            _ensure_nothing_shown(session, project, last, assignments.find(session, key_of(last)))
        except NoWayBackError as why:
            return str(why)
        return None


def earlier(project_id: int, person_id: int, *, than: TaskKey | None = None) -> TaskKey | None:
    """The task a person answered before another, the last one without it; ``None`` at the first."""
    with reading() as session:
        answer = None
        if than is not None:
            answer = ratings.current_for(
                session, than.clip_id, person_id, channel=than.channel, occasion=than.occasion
            )
        found = own_answers.last(session, project_id, person_id, before=None if answer is None else answer.id)
        return None if found is None else key_of(found)


def key_of(rating: RatingRecord) -> TaskKey:
    """The task that a rating answers."""
    return TaskKey(rating.clip_id, rating.person_id, rating.channel, rating.occasion)


def _is_newer(left_out: AssignmentRecord, last: RatingRecord | None) -> bool:
    return last is None or (left_out.skipped_at is not None and left_out.skipped_at > last.created_at)


def _bring_back(session: Session, project: ProjectRecord, key: TaskKey, moment: datetime) -> Task:
    task = take(session, project, key, moment)
    if task is None:
        raise worded(NoWayBackError, "queue.place_gone")
    about = {"channel": key.channel.value, "occasion": key.occasion}
    audit.write(session, "task.unskip", f"clip:{key.clip_id}", person_id=key.person_id, details=about)
    return task


def _ensure_nothing_shown(
    session: Session, project: ProjectRecord, last: RatingRecord, held: AssignmentRecord | None
) -> None:
    is_control = held is not None and held.control
    is_revealed = project.protocol is Protocol.BLIND_FIRST and shows_machine(
        project.protocol, is_locked=True, is_control=is_control, channel=last.channel
    )
    was_revealed = last.phase is Phase.BLIND and bool(sightings.of_task(session, key_of(last)))
    if is_revealed or was_revealed:
        raise worded(NoWayBackError, "queue.undo_revealed")
    if last.purpose in TOLD:
        raise worded(NoWayBackError, "queue.undo_told")
    if held is not None and assignments.has_later(session, key_of(last)):
        raise worded(NoWayBackError, "queue.undo_moved_on")


def _content(rating: RatingRecord) -> Json:
    said = {
        "delivery": None if rating.delivery is None else int(rating.delivery),
        "emotion": None if rating.emotion is None else rating.emotion.value,
        "expected": rating.expected_intensity,
        "expressed": rating.expressed_intensity,
        "comment": rating.comment or None,
    }
    return {name: value for name, value in said.items() if value is not None}
