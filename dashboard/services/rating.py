"""Storing what a person answers: checked, stored once, with its line in the audit log."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services.judging import in_force, judge, judging_id
from dashboard.services.refusals import worded
from db import audit, clips, people, predictions, ratings, selections
from db.errors import RefusedValueError, UnknownRowError
from db.records import ClipRecord, ClipStatus, PredictionSummary, RatingDraft, RatingRecord
from db.session import reading, writing
from db.tables import KEY_LENGTH
from engine.vocabulary import Delivery, Emotion, Phase, Verdict, emotion_named

COMMENT_LENGTH: Final = 10_000
"""Longest comment, in characters; a few pages of text."""

DELIVERY_OF_VERDICT: Final = {
    Verdict.UNDER: Delivery.TOO_LITTLE,
    Verdict.CORRECT: Delivery.RIGHT,
    Verdict.OVER: Delivery.TOO_MUCH,
}
"""Which of the five steps confirms a verdict: the mild one, since the machine names no stronger."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person entered.

    Attributes
    ----------
    delivery : int or None
        -2 (much too little) to 2 (much too much).
    emotion : Emotion, str or None
        A name or an alias.
    expected_intensity, expressed_intensity : float or None
        What the line demands and what the performance shows, 0 to 1.
    watched_share : float or None
        Share of the clip that was played, 0 to 1.
    active_time_s : float or None
    confirmed : bool
        All of it was confirmed with one key.
    """

    delivery: int | None
    emotion: Emotion | str | None = None
    expected_intensity: float | None = None
    expressed_intensity: float | None = None
    comment: str = ""
    watched_share: float | None = None
    active_time_s: float | None = None
    confirmed: bool = False


def submit(
    *,
    clip_id: str,
    person_id: int,
    answer: Answer,
    idempotency_key: str,
    prediction_id: int | None = None,
    phase: Phase = Phase.ASSISTED,
) -> RatingRecord:
    """Store an answer; one to a clip rated before supersedes the older one, which stays stored.

    Parameters
    ----------
    idempotency_key : str
        Made by the client for one press of the button; sent twice, it is stored once.
    prediction_id : int or None
        The prediction the page showed; the newest of the clip if not given.

    Raises
    ------
    RefusedValueError
        If a value is out of its range, in one sentence.
    UnknownNameError
        If the emotion is unknown.
    UnknownRowError
        If there is no such clip, person or prediction of the clip.
    """
    answer = checked(answer)
    with writing() as session:
        return keep(
            session,
            prepared(
                session,
                clip=_ratable(session, clip_id),
                person_id=person_id,
                answer=answer,
                idempotency_key=idempotency_key,
                prediction=prediction_of(session, clip_id, prediction_id),
                phase=phase,
            ),
        )


def confirm_all(
    *,
    clip_id: str,
    person_id: int,
    idempotency_key: str,
    prediction_id: int | None = None,
    watched_share: float | None = None,
    active_time_s: float | None = None,
    comment: str = "",
) -> RatingRecord:
    """Store the machine's whole opinion as the person's answer.

    Raises
    ------
    RefusedValueError
        If the machine has no verdict on the clip, or a value is out of its range.
    UnknownRowError
        If there is no such clip, person or prediction of the clip.
    """
    answer = replace(
        opinion(clip_id, prediction_id=prediction_id),
        watched_share=watched_share,
        active_time_s=active_time_s,
        comment=comment,
        confirmed=True,
    )
    return submit(
        clip_id=clip_id,
        person_id=person_id,
        answer=answer,
        idempotency_key=idempotency_key,
        prediction_id=prediction_id,
    )


def opinion(clip_id: str, *, prediction_id: int | None = None) -> Answer:
    """What the machine would answer about a clip under the policy in force.

    Raises
    ------
    RefusedValueError
        If it has no verdict.
    """
    with reading() as session:
        clip = _ratable(session, clip_id)
        prediction = prediction_of(session, clip_id, prediction_id)
        if prediction is None:
            raise RefusedValueError("The clip has no prediction yet; choose each answer yourself.")
        verdict = judge(in_force(session, clip.project_id, prediction).policy, clip, prediction).verdict
    if verdict is None:
        raise RefusedValueError("The machine has no verdict on this clip; choose the delivery yourself.")
    return Answer(
        delivery=DELIVERY_OF_VERDICT[verdict],
        emotion=prediction.emotion,
        expected_intensity=prediction.expected_intensity,
        expressed_intensity=prediction.expressed_intensity,
    )


def prepared(
    session: Session,
    *,
    clip: ClipRecord,
    person_id: int,
    answer: Answer,
    idempotency_key: str,
    prediction: PredictionSummary | None,
    phase: Phase,
) -> RatingDraft:
    """The row of a checked answer, with the thresholds and the chance of the queue of this moment.

    Raises
    ------
    RefusedValueError
        If the key is empty or too long.
    UnknownRowError
        If there is no such person.
    """
    if not 1 <= len(idempotency_key) <= KEY_LENGTH:
        raise worded(RefusedValueError, "refusal.key", n=KEY_LENGTH)
    person = people.by_id(session, person_id)
    chosen = selections.find(session, clip.id, person_id)
    return RatingDraft(
        clip_id=clip.id,
        person_id=person_id,
        idempotency_key=idempotency_key,
        phase=phase,
        delivery=None if answer.delivery is None else Delivery(answer.delivery),
        emotion=None if answer.emotion is None else Emotion(answer.emotion),
        expected_intensity=answer.expected_intensity,
        expressed_intensity=answer.expressed_intensity,
        comment=answer.comment,
        prediction_id=None if prediction is None else prediction.id,
        policy_id=judging_id(session, clip.project_id, prediction),
        prediction_shown=prediction is not None and phase is not Phase.BLIND,
        confirmed=answer.confirmed,
        watched_share=answer.watched_share,
        active_time_s=answer.active_time_s,
        simulated=person.simulated,
        selection_probability=None if chosen is None else chosen.probability,
    )


def keep(session: Session, draft: RatingDraft) -> RatingRecord:
    """Store an answer with its line in the audit log; a key that is stored already changes nothing.

    Raises
    ------
    AlreadyThereError
        If the key belongs to a rating of another clip or person.
    """
    is_repeated = ratings.by_key(session, draft.idempotency_key) is not None
    rating = ratings.add(session, draft)
    if not is_repeated:
        log(session, rating)
    return rating


def log(session: Session, rating: RatingRecord) -> None:
    """Write the audit log's line on an answer just stored."""
    audit.write(
        session,
        "rating.submit" if rating.supersedes_id is None else "rating.revise",
        f"clip:{rating.clip_id}",
        person_id=rating.person_id,
        details={"rating": rating.id, "supersedes": rating.supersedes_id},
    )


def prediction_of(session: Session, clip_id: str, prediction_id: int | None) -> PredictionSummary | None:
    """The prediction of that id, else the newest of the clip.

    Raises
    ------
    UnknownRowError
        If there is none of that id, or it belongs to another clip.
    """
    if prediction_id is None:
        return predictions.latest_summary(session, clip_id)
    prediction = predictions.of_clip(session, clip_id, prediction_id)
    if prediction is None:
        predictions.by_id(session, prediction_id)  # says so where there is none at all
        raise worded(UnknownRowError, "refusal.other_clip")
    return prediction


def checked(answer: Answer) -> Answer:
    """The answer with its emotion under its own name, every value in its range.

    Raises
    ------
    RefusedValueError
        If a value is out of its range, in one sentence.
    UnknownNameError
        If the emotion is unknown.
    """
    said = (answer.delivery, answer.emotion, answer.expected_intensity, answer.expressed_intensity)
    if all(value is None for value in said):
        raise worded(RefusedValueError, "refusal.says_nothing")
    if answer.delivery is not None and answer.delivery not in list(Delivery):
        raise worded(RefusedValueError, "refusal.delivery", value=answer.delivery)
    for name, value in (
        ("expected", answer.expected_intensity),
        ("expressed", answer.expressed_intensity),
        ("watched_share", answer.watched_share),
    ):
        if value is not None and not 0 <= value <= 1:  # NaN is neither
            raise worded(RefusedValueError, f"refusal.{name}", value=value)
    if answer.active_time_s is not None and not (
        math.isfinite(answer.active_time_s) and answer.active_time_s >= 0
    ):
        raise worded(RefusedValueError, "refusal.active_time", value=answer.active_time_s)
    if len(answer.comment) > COMMENT_LENGTH:
        raise worded(RefusedValueError, "refusal.comment_long", n=COMMENT_LENGTH)
    named = answer.emotion if answer.emotion is None else emotion_named(str(answer.emotion))
    return replace(answer, emotion=named)


def _ratable(session: Session, clip_id: str) -> ClipRecord:
    clip = clips.get(session, clip_id)
    if clip.status is not ClipStatus.READY:
        raise worded(
            RefusedValueError, "refusal.not_ready", clip=clip.original_name, status=clip.status.value
        )
    return clip
