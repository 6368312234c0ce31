"""What the Review page shows: a task in a person's hand, and of the machine what they may see."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.services import assigning, channel_files, classes, skipped_tasks, takes, undoing
from dashboard.services.handing_out import Task, standing_task
from dashboard.services.intensity_judging import RatersIntensity
from dashboard.services.judging import InForce
from dashboard.services.machine_sight import is_withheld, note_shown, sees_machine
from dashboard.services.machine_view import NOTHING_SHOWN, machine_view
from dashboard.services.messages import say
from dashboard.services.permissions import Act, NotAllowedError, require
from dashboard.services.predictions import StoredPrediction
from dashboard.services.rating_protocol import Question, questions_of
from dashboard.services.task_order import Search, upcoming_tasks
from dashboard.services.task_progress import TaskProgress, of_person
from db import assignments, clips, drafts, projects, ratings, sightings
from db.columns import now
from db.records import (
    AssignmentRecord,
    ClipRecord,
    DraftRecord,
    Progress,
    ProjectRecord,
    RatingRecord,
    TaskKey,
)
from db.session import reading
from engine.analysis import Judgement
from engine.errors import MediaError
from engine.media.channels import MissingChannelError
from engine.vocabulary import Channel, Protocol


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A clip to be rated or looked at.

    Attributes
    ----------
    title : str
        The file's name; a number wherever a name could sway a blind answer.
    task : Task or None
        What is to be rated; ``None`` where the person may only look.
    notice : str or None
        Why they may only look.
    left_out : AssignmentRecord or None
        The task as they have left it out, with their reason; ``None`` where they have not, or have answered.
    is_through : bool
        Nothing is left for them but what they have left out.
    channel : Channel
        What of the clip is shown.
    media_key : str or None
        The file of the channel; ``None`` for words, and where the clip has none.
    questions : tuple of Question
        What the form asks.
    shows_machine : bool
        Whether the machine's opinion may reach the browser; the fields that hold it are empty otherwise.
    is_locked : bool
        A blind answer of the person to this task stands.
    own_rating : RatingRecord or None
        What this person says to the task now.
    draft : DraftRecord or None
        What they have begun to say.
    prediction, judgement, policy, headline, explanation, raters
        See :class:`~dashboard.services.machine_view.MachineView`.
    position : int
        The clip's place among the ready clips, from 1.
    previous_clip_id, next_clip_id : str or None
        Ready clips before and behind it.
    next_unrated_id : str or None
        Where to go after rating; ``None`` when nothing else is left.
    progress : Progress
        Clips rated by the person, in whatever channel.
    task_progress : TaskProgress
        Tasks answered of those asked of the person.
    """

    project: ProjectRecord
    clip: ClipRecord
    title: str
    task: Task | None
    notice: str | None
    left_out: AssignmentRecord | None
    is_through: bool
    channel: Channel
    media_key: str | None
    questions: tuple[Question, ...]
    shows_machine: bool
    is_locked: bool
    own_rating: RatingRecord | None
    draft: DraftRecord | None
    prediction: StoredPrediction | None
    judgement: Judgement | None
    policy: InForce
    headline: str
    explanation: tuple[str, ...]
    raters: RatersIntensity
    position: int
    previous_clip_id: str | None
    next_clip_id: str | None
    next_unrated_id: str | None
    progress: Progress
    task_progress: TaskProgress


@dataclass(frozen=True, slots=True)
class _Chosen:
    key: TaskKey
    task: Task | None
    notice: str | None


def view(
    project_id: int,
    person_id: int,
    clip_id: str | None = None,
    channel: Channel | None = None,
    *,
    at: datetime | None = None,
) -> ReviewView | None:
    """What to show a person.

    Parameters
    ----------
    clip_id : str, optional
        The clip to open; without it, their next task, or once all is done the clip they rated last.
    channel : Channel, optional
        What of the clip; without it, or where others have to be answered first, the first not answered.
    at : datetime, optional
        Now; the present moment unless given.

    Returns
    -------
    ReviewView or None
        ``None`` where the project has no clip that can be rated yet.

    Raises
    ------
    UnknownRowError
        If the project has no such clip, or it is a take that is another's to see.
    NotAllowedError
        If the person may not rate in the project, or, in a class, does not teach there.
    """
    moment = at or now()
    with reading() as session:
        project = projects.by_id(session, project_id)
        if clip_id is not None:
            takes.require_sight(session, clip_id, person_id)
        is_class = classes.is_class(project)  # there, takes are seen by those who teach alone
        require(session, project_id, person_id, Act.GRADE if is_class else Act.RATE)
    chosen = _chosen(project, person_id, clip_id, channel, moment)
    if chosen is None:
        return None
    with reading() as session:
        clip = clips.get(session, chosen.key.clip_id)
    try:
        media_key = channel_files.key_for(clip, chosen.key.channel)
    except MissingChannelError:  # known from now on, so that the next look finds another task
        return view(project_id, person_id, clip_id, at=at)
    except MediaError:  # the page says that there is nothing to play
        media_key = None
    search = Search(project, person_id, moment, behind=clip.id, without=clip.id)
    onward = upcoming_tasks(search, chance=random.SystemRandom())
    is_through = not onward and skipped_tasks.is_through(project, person_id, at=moment)
    with reading() as session:
        shown = _view(session, project, clip, chosen, moment)
        noted = sightings.of_task(session, chosen.key) if shown.prediction else ()
    if shown.prediction is not None and shown.prediction.id not in noted:
        note_shown(chosen.key, shown.prediction.id)
    following = onward[0].clip_id if onward else None
    return replace(shown, media_key=media_key, is_through=is_through, next_unrated_id=following)


def _chosen(
    project: ProjectRecord, person_id: int, clip_id: str | None, channel: Channel | None, moment: datetime
) -> _Chosen | None:
    try:
        if clip_id is None:
            task = assigning.next_task(project.id, person_id, at=moment)
            if task is not None:
                return _Chosen(task.key, task, None)
            return _in_sight(project, person_id, moment)
        task = assigning.open_task(project.id, person_id, clip_id, channel, at=moment)
        return _Chosen(task.key, task, None)
    except (assigning.NoPlaceError, NotAllowedError) as refusal:
        notice = str(refusal)
    if clip_id is None:
        offered = upcoming_tasks(Search(project, person_id, moment), chance=random.SystemRandom())
        if not offered:
            last = _in_sight(project, person_id, moment)
            return None if last is None else replace(last, task=None, notice=last.notice or notice)
        clip_id = offered[0].clip_id
    with reading() as session:
        assigning.clip_of(session, project, clip_id)
        return _Chosen(assigning.key_of(session, project, person_id, clip_id, channel), None, notice)


def _in_sight(project: ProjectRecord, person_id: int, moment: datetime) -> _Chosen | None:
    """What stays before a person for whom nothing is left: their last answer, else a clip to look at."""
    last = undoing.earlier(project.id, person_id)
    with reading() as session:
        if last is not None:
            return _Chosen(last, standing_task(last, assignments.find(session, last), moment), None)
        first = clips.first_ready(session, project.id)
        if first is None:
            return None
        key = assigning.key_of(session, project, person_id, first.id, None)
        if _left_out(session, key, None) is not None:
            return _Chosen(key, None, None)  # seen again without a wish to answer it
    return _chosen(project, person_id, first.id, None, moment)


def _view(
    session: Session, project: ProjectRecord, clip: ClipRecord, chosen: _Chosen, moment: datetime
) -> ReviewView:
    key, task = chosen.key, chosen.task
    own = ratings.current_for(session, clip.id, key.person_id, channel=key.channel, occasion=key.occasion)
    withheld = is_withheld(session, project, key)
    may_see = sees_machine(session, project, key)
    machine = machine_view(session, clip) if may_see else NOTHING_SHOWN
    before, behind = clips.neighbours(session, clip)
    place = clips.position(session, clip)
    is_blind = project.protocol is not Protocol.ASSISTED or key.channel is not Channel.FULL or withheld
    return ReviewView(
        project=project,
        clip=clip,
        title=say("queue.neutral_title", number=place) if is_blind else clip.original_name,
        task=task,
        notice=chosen.notice,
        left_out=_left_out(session, key, own),
        is_through=False,
        channel=key.channel,
        media_key=None,
        questions=questions_of(key.channel),
        shows_machine=may_see,
        is_locked=own is not None and own.locked_at is not None,
        own_rating=own,
        draft=drafts.find(session, key),
        prediction=machine.prediction,
        judgement=machine.judgement,
        policy=machine.policy,
        headline=machine.headline,
        explanation=machine.explanation,
        raters=machine.raters,
        position=place,
        previous_clip_id=before,
        next_clip_id=behind,
        next_unrated_id=None,
        progress=ratings.progress(session, project.id, key.person_id),
        task_progress=of_person(session, project, key.person_id, moment=moment),
    )


def _left_out(session: Session, key: TaskKey, own: RatingRecord | None) -> AssignmentRecord | None:
    held = assignments.find(session, key)
    return None if held is None or held.skipped_at is None or own is not None else held
