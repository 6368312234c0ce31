"""The clips of a project as a list: how far each is, what was said about it, what may be corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.services.judging import in_force, judge
from dashboard.services.permissions import Act, ensure, require
from db import audit, clips, predictions, ratings
from db.errors import RefusedValueError
from db.records import ClipDetails, ClipRecord, ClipStatus, PredictionSummary, Progress
from db.session import reading, writing
from engine.analysis import Judgement
from engine.vocabulary import LineSource

PAGE_SIZE: Final = 24
LONGEST_SEARCH: Final = 200
"""Characters somebody looks for."""


@dataclass(frozen=True, slots=True)
class ListedClip:
    """A clip of the list.

    Attributes
    ----------
    prediction : PredictionSummary or None
        The newest one.
    judgement : Judgement or None
        Under the policy in force now.
    raters : int
        How many people have rated it.
    """

    clip: ClipRecord
    prediction: PredictionSummary | None
    judgement: Judgement | None
    raters: int


@dataclass(frozen=True, slots=True)
class HowFar:
    """How far a person is with a project, and how many of its clips wait for their analysis or are in it."""

    progress: Progress
    waiting: int


@dataclass(frozen=True, slots=True)
class ClipList:
    """A page of clips; ``next_key`` fetches the following one."""

    items: tuple[ListedClip, ...]
    next_key: int | None


def look(
    project_id: int,
    *,
    status: ClipStatus | None = None,
    text: str = "",
    after: int = 0,
    limit: int = PAGE_SIZE,
    person_id: int | None = None,
) -> ClipList:
    """A page of a project's clips, narrowed by status and by text in name, line or actor.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    ensure(project_id, person_id, Act.SEE_MACHINE)
    with reading() as session:
        page = clips.list_page(session, project_id, status=status, text=text, after=after, limit=limit)
        ids = [clip.id for clip in page.items]
        said = predictions.latest_of_clips(session, ids)
        rated = ratings.raters_of_clips(session, ids)
        judged = {
            clip.id: judge(in_force(session, project_id, said[clip.id]).policy, clip, said[clip.id])
            for clip in page.items
            if clip.id in said
        }
    items = tuple(
        ListedClip(clip, said.get(clip.id), judged.get(clip.id), rated.get(clip.id, 0)) for clip in page.items
    )
    return ClipList(items, page.next_key)


def counts(project_id: int, *, person_id: int | None = None) -> Mapping[ClipStatus, int]:
    """How many clips of a project are how far.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    ensure(project_id, person_id, Act.RATE)
    with reading() as session:
        return clips.counts(session, project_id)


def how_far(project_id: int, person_id: int) -> HowFar:
    """Both in one look, as the frame of every page asks for them.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.RATE)
        state = clips.counts(session, project_id)
        return HowFar(
            ratings.progress(session, project_id, person_id),
            state[ClipStatus.QUEUED] + state[ClipStatus.ANALYSING],
        )


def clip(clip_id: str, *, person_id: int | None = None) -> ClipRecord:
    """The clip with that id.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is none.
    """
    with reading() as session:
        found = clips.get(session, clip_id)
        require(session, found.project_id, person_id, Act.SEE_MACHINE)
        return found


def correct(clip_id: str, details: ClipDetails, *, person_id: int) -> ClipRecord:
    """Change what is known about a clip; with another line it is analysed again.

    Raises
    ------
    RefusedValueError
        If the directed intensity is out of range.
    NotAllowedError
        If the person's part in the project does not include it.
    """
    strength = details.directed_intensity
    if strength is not None and not 0 <= strength <= 1:  # NaN is neither
        raise RefusedValueError(f"A directed intensity lies between 0 and 1, not at {strength}.")
    with writing() as session:
        before = clips.get(session, clip_id)
        require(session, before.project_id, person_id, Act.SET_UP)
        after = clips.update_details(session, clip_id, details)
        if details.line != before.line and before.status in (ClipStatus.READY, ClipStatus.FAILED):
            after = clips.set_status(session, clip_id, ClipStatus.QUEUED)
        audit.write(session, "clip.correct", f"clip:{clip_id}", person_id=person_id)
        return after


def source_of(line: str) -> LineSource:
    """Where a line typed by a person comes from: given, or none where it is empty."""
    return LineSource.GIVEN if line.strip() else LineSource.NONE
