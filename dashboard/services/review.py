"""What the Review page shows about a clip, put together in one read of the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from dashboard.services.explanation import explain, verdict_sentence
from dashboard.services.intensity_judging import NOTHING_KNOWN, RatersIntensity, raters_intensity
from dashboard.services.judging import InForce, in_force, judge
from dashboard.services.predictions import StoredPrediction, stored
from dashboard.services.queue import QueueOrder, order_of, upcoming
from db import clips, predictions, projects, ratings
from db.errors import UnknownRowError
from db.records import ClipRecord, Progress, ProjectRecord, RatingRecord
from db.session import reading
from engine.analysis import Judgement


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A clip to be rated, with what the machine says about it.

    Attributes
    ----------
    prediction : StoredPrediction or None
        ``None`` until the clip is analysed.
    judgement : Judgement or None
        Under the policy in force now, not the one at the time of the analysis.
    headline : str
        The verdict in one sentence.
    explanation : tuple of str
        Why, in sentences.
    own_rating : RatingRecord or None
        What this person says about the clip now.
    position : int
        The clip's place among the ready clips, from 1.
    previous_clip_id, next_clip_id : str or None
        Ready clips before and behind it.
    next_unrated_id : str or None
        Where to go after rating; ``None`` when nothing is left.
    raters : RatersIntensity
        What raters here would say about the intensities, where a map is in force.
    """

    project: ProjectRecord
    clip: ClipRecord
    prediction: StoredPrediction | None
    judgement: Judgement | None
    policy: InForce
    headline: str
    explanation: tuple[str, ...]
    own_rating: RatingRecord | None
    position: int
    progress: Progress
    previous_clip_id: str | None
    next_clip_id: str | None
    next_unrated_id: str | None
    raters: RatersIntensity


def view(project_id: int, person_id: int, clip_id: str | None = None) -> ReviewView | None:
    """The clip to look at.

    Parameters
    ----------
    clip_id : str, optional
        Without it, what the queue chose, where the project asks first about what teaches most; else the
        first ready clip the person has not rated, else the first ready clip.

    Returns
    -------
    ReviewView or None
        ``None`` where the project has no clip that can be rated yet.

    Raises
    ------
    UnknownRowError
        If the project has no such clip.
    """
    chosen = _upcoming(project_id, person_id, clip_id)
    with reading() as session:
        project = projects.by_id(session, project_id)
        clip = _clip(session, project, person_id, clip_id or next(iter(chosen), None))
        if clip is None:
            return None
        record = predictions.latest_for(session, clip.id)
        prediction = None if record is None else stored(record)
        policy = in_force(session, project_id, record)
        judgement = None if record is None else judge(policy.policy, clip, record)
        before, behind = clips.neighbours(session, clip)
        unrated = clips.next_unrated(session, project_id, person_id, after=clip.number)
        behind_it = next((each for each in chosen if each != clip.id), None)
        raters = NOTHING_KNOWN if record is None else raters_intensity(session, project_id, clip, record)
        own = ratings.current_for(session, clip.id, person_id)
        place = clips.position(session, clip)
        progress = ratings.progress(session, project_id, person_id)
    return ReviewView(
        project=project,
        clip=clip,
        prediction=prediction,
        judgement=judgement,
        policy=policy,
        headline=verdict_sentence(None if judgement is None else judgement.verdict),
        explanation=(
            () if prediction is None or judgement is None else explain(prediction.analysis, judgement, policy)
        ),
        own_rating=own,
        position=place,
        progress=progress,
        previous_clip_id=before,
        next_clip_id=behind,
        next_unrated_id=behind_it or (None if unrated is None or unrated.id == clip.id else unrated.id),
        raters=raters,
    )


def _upcoming(project_id: int, person_id: int, clip_id: str | None) -> tuple[str, ...]:
    """What the queue chose for the person; nothing where clips are rated one after the other."""
    with reading() as session:
        project = projects.by_id(session, project_id)
    if order_of(project) is QueueOrder.IN_ORDER:
        return ()
    return upcoming(project_id, person_id, beside=clip_id)


def _clip(session: Session, project: ProjectRecord, person_id: int, clip_id: str | None) -> ClipRecord | None:
    if clip_id is None:
        return clips.next_unrated(session, project.id, person_id) or clips.first_ready(session, project.id)
    clip = clips.get(session, clip_id)
    if clip.project_id != project.id:
        raise UnknownRowError(f"That clip is not in the project {project.name}; open the list of clips.")
    return clip
