"""What a person is to rate: the next task, one of their own choice, kept longer, left out, taken back."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import checks, filmed, qualification
from dashboard.services.handing_out import (
    CHECK_SOURCES,
    Task,
    before_all,
    handed_out,
    has_answered,
    has_place,
    held_by,
    is_waning,
    standing_task,
    take,
    take_first,
    task_of,
)
from dashboard.services.permissions import Act, require
from dashboard.services.rating_protocol import protocol_of
from dashboard.services.refusals import worded
from dashboard.services.task_order import Search, upcoming_tasks
from db import assignments, audit, clips, drafts, flags, places, projects, takes
from db.columns import now
from db.errors import RefusedValueError, UnknownRowError
from db.records import (
    ClipRecord,
    ClipStatus,
    ConsentScope,
    FlagRecord,
    ProjectRecord,
    SkipReason,
    TaskKey,
)
from db.seats import FIRST
from db.session import reading, writing
from engine.errors import DailiesError
from engine.vocabulary import Channel

NOTE_LENGTH: Final = 10_000
"""Longest note to a skip or a flag, in characters."""


CHECK_SOURCES.append(checks.due)


class NoPlaceError(DailiesError):
    """A clip that may not be rated now: it has all its raters, or is not ready."""


def next_task(
    project_id: int,
    person_id: int,
    *,
    behind: str | None = None,
    at: datetime | None = None,
    chance: random.Random | None = None,
) -> Task | None:
    """What a person is to rate now: what they have in hand, else a check, else the next by order.

    Parameters
    ----------
    behind : str, optional
        Id of the clip to go on from, where clips come in order.
    at : datetime, optional
        Now; the present moment unless given.
    chance : random.Random, optional
        Draws among clips that are equally wanted.

    Returns
    -------
    Task or None
        ``None`` where nothing is left for them: all is rated, in others' hands, or skipped.

    Raises
    ------
    NotAllowedError
        If the person may not rate in the project.
    UnknownRowError
        If there is no such project.
    """
    moment = at or now()
    with reading() as session:
        project = projects.by_id(session, project_id)
        require(session, project_id, person_id, Act.RATE)
        held = held_by(session, project, person_id, moment)
        if held is not None and not is_waning(project, held, moment):
            return task_of(held)
    search = Search(project, person_id, moment, behind=behind)
    while True:
        offered = upcoming_tasks(search, chance=chance or random.SystemRandom())
        with writing() as session:
            # The person's other window may have taken something meanwhile, and others some of the offer.
            task = before_all(session, project, person_id, moment)
            task = task or take_first(session, project, offered, moment)
        if task is not None or not offered:
            return task


def open_task(
    project_id: int,
    person_id: int,
    clip_id: str,
    channel: Channel | None = None,
    *,
    at: datetime | None = None,
) -> Task:
    """Put a clip of one's own choice in a person's hand.

    One they have skipped can be answered, but stays skipped until it is: looking at it takes no place.

    Parameters
    ----------
    channel : Channel, optional
        Without it, or where others have to be answered first, the first one not answered.

    Raises
    ------
    NoPlaceError
        If it cannot be rated by them now, in a sentence.
    NotAllowedError
        If the person may not rate in the project, or not before they have passed its qualification round.
    UnknownRowError
        If the project has no such clip.
    """
    moment = at or now()
    with reading() as session:
        project = projects.by_id(session, project_id)
        require(session, project_id, person_id, Act.RATE)
        clip = clip_of(session, project, clip_id)
        key = key_of(session, project, person_id, clip_id, channel)
        held = assignments.find(session, key)
        if has_answered(session, key):
            return standing_task(key, held, moment)
        if clip.status is not ClipStatus.READY:
            raise worded(NoPlaceError, "queue.not_ready")
        if takes.of_clip(session, clip_id) is not None:
            raise worded(NoPlaceError, "queue.is_take")
        if clip.actor in filmed.actors_kept_from(session, project_id, ConsentScope.RATING):
            raise worded(NoPlaceError, "queue.no_consent")
        if held is None:
            qualification.ensure_open(session, project, person_id)
        if held is not None and held.skipped_at is not None:
            if not has_place(session, project, key, held.purpose, moment):
                raise worded(NoPlaceError, "queue.no_place", n=protocol_of(project).overlap)
            return task_of(held)
        if held is not None and not is_waning(project, held, moment):
            return task_of(held)
    with writing() as session:
        task = take(session, project, key, moment)
        if task is None and held is not None and drafts.find(session, key) is not None:
            return task_of(held)  # what they began while the place was theirs may be sent late
        if task is None:
            raise worded(NoPlaceError, "queue.no_place", n=protocol_of(project).overlap)
        return task


def renew(key: TaskKey, *, at: datetime | None = None) -> datetime:
    """Keep a task's place on a sign of life, and say until when it is kept now.

    Raises
    ------
    NoPlaceError
        If the time had run out and others have the place; an answer is stored all the same.
    UnknownRowError
        If the task was never handed out.
    """
    moment = at or now()
    with reading() as session:
        held = handed_out(session, key)
        project = _project_of(session, key.clip_id)
        require(session, project.id, key.person_id, Act.RATE)
        is_over = held.skipped_at is not None or has_answered(session, key)
        if is_over or not is_waning(project, held, moment):
            return held.expires_at
    with writing() as session:
        task = take(session, project, key, moment)
        if task is None:
            raise worded(NoPlaceError, "queue.place_gone")
        return task.expires_at


def skip(key: TaskKey, reason: SkipReason, note: str = "", *, at: datetime | None = None) -> None:
    """Leave a task out until its person answers it or takes that back; its place is free, its draft stays.

    Raises
    ------
    RefusedValueError
        If it is answered already, or the note is too long.
    UnknownRowError
        If it was never handed out.
    """
    _ensure_short(note)
    with writing() as session:
        require(session, _project_of(session, key.clip_id).id, key.person_id, Act.RATE)
        handed_out(session, key)
        if has_answered(session, key):
            raise worded(RefusedValueError, "queue.skip_answered")
        assignments.skip(session, key, reason, note=note.strip(), skipped_at=at or now())
        _log(session, "task.skip", key, reason=reason.value)


def unskip(key: TaskKey, *, at: datetime | None = None) -> Task:
    """Bring back a task that was left out.

    Raises
    ------
    NoPlaceError
        If others have rated the clip meanwhile.
    UnknownRowError
        If it was never handed out.
    """
    with writing() as session:
        project = _project_of(session, key.clip_id)
        require(session, project.id, key.person_id, Act.RATE)
        handed_out(session, key)
        task = take(session, project, key, at or now())
        if task is None:
            raise worded(NoPlaceError, "queue.place_gone")
        _log(session, "task.unskip", key)
        return task


def flag(clip_id: str, person_id: int, *, reason: str, note: str = "") -> FlagRecord:
    """Have the lead look at a clip.

    Raises
    ------
    RefusedValueError
        If no reason is given or the note is too long.
    NotAllowedError
        If the person has no part in the project.
    UnknownRowError
        If there is no such clip.
    """
    _ensure_short(note)
    with writing() as session:
        require(session, clips.get(session, clip_id).project_id, person_id, Act.RATE)
        flagged = flags.add(session, clip_id, person_id, reason=reason, note=note.strip())
        audit.write(
            session, "clip.flag", f"clip:{clip_id}", person_id=person_id, details={"flag": flagged.id}
        )
        return flagged


def clip_of(session: Session, project: ProjectRecord, clip_id: str) -> ClipRecord:
    """A clip of a project.

    Raises
    ------
    UnknownRowError
        If there is none, it is of another project, or it was removed.
    """
    clip = clips.get(session, clip_id)
    if clip.status is ClipStatus.WITHDRAWN:
        raise worded(UnknownRowError, "refusal.gone")
    if clip.project_id != project.id:
        raise worded(UnknownRowError, "refusal.elsewhere", project=project.name)
    return clip


def key_of(
    session: Session, project: ProjectRecord, person_id: int, clip_id: str, channel: Channel | None
) -> TaskKey:
    """Which task a person means who opens a clip: what they have in hand of it, else what comes first."""
    rules = protocol_of(project)
    given = assignments.of_clip(session, clip_id, person_id)
    if channel not in rules.channels:
        left = places.open_channels(session, clip_id, person_id, rules.channels)
        waiting = (task for task in given if not has_answered(session, task.key))
        is_again = (task.channel for task in waiting if task.occasion > FIRST or task.channel in left)
        channel = next(is_again, None) or next(iter(left), Channel.FULL)
    earlier = places.open_channels(session, clip_id, person_id, rules.before(channel))
    channel = next(iter(earlier), channel)
    occasions = [task.occasion for task in given if task.channel is channel]
    return TaskKey(clip_id, person_id, channel, max(occasions, default=FIRST))


def _project_of(session: Session, clip_id: str) -> ProjectRecord:
    return projects.by_id(session, clips.get(session, clip_id).project_id)


def _log(session: Session, action: str, key: TaskKey, **details: object) -> None:
    about = {"channel": key.channel.value, "occasion": key.occasion, **details}
    audit.write(session, action, f"clip:{key.clip_id}", person_id=key.person_id, details=about)


def _ensure_short(note: str) -> None:
    if len(note) > NOTE_LENGTH:
        raise worded(RefusedValueError, "refusal.note_long", n=NOTE_LENGTH)
