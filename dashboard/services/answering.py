"""Taking an answer to a task: its phase, its lock, and whether it may stand.

Everything is decided in the transaction that stores the answer, from what the database says then:
neither the page's memory nor the browser decides whether an answer was blind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import permissions, rating
from dashboard.services.answer_lock import lock_hash
from dashboard.services.messages import say
from dashboard.services.permissions import Act
from dashboard.services.rating import COMMENT_LENGTH, Answer
from dashboard.services.rating_protocol import Question, protocol_of, questions_of
from dashboard.services.refusals import worded
from db import assignments, circumstances, clips, drafts, projects, ratings, sightings
from db.columns import now
from db.errors import AlreadyThereError, RefusedValueError
from db.records import Circumstances, Purpose, RatingDraft, RatingRecord, TaskKey
from db.together import together
from engine.errors import DailiesError
from engine.vocabulary import Channel, Phase, Protocol

WATCHED_TOLERANCE: Final = 0.01
"""Share of a clip that a player may leave out of its report: reports come four times a second."""

CONFLICT: Final = "refusal.conflict"


class ConflictError(DailiesError):
    """The person has answered the task elsewhere since the page they answer from was shown.

    Attributes
    ----------
    standing : RatingRecord
        What they say about it now.
    """

    def __init__(self, standing: RatingRecord) -> None:
        super().__init__(say(CONFLICT))
        self.wording = (CONFLICT, {})
        self.standing = standing


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as a browser sends it.

    Attributes
    ----------
    key : str
        Made for one press of the button; sent twice, the answer is stored once.
    base : int or None
        The rating the form showed as the person's own; ``None`` where it showed none.
    shown : int or None
        The prediction the form says it showed: of several that were handed to its page, this one. What
        was not handed to it is not believed, and what was is not forgotten.
    reason : str
        Why an earlier answer is changed, where the protocol asks for it.
    tab, draft_revision : str, int or None
        Which tab it comes from, and the latest draft that tab had seen.
    """

    task: TaskKey
    answer: Answer
    key: str
    base: int | None = None
    shown: int | None = None
    reason: str = ""
    circumstances: Circumstances = field(default_factory=Circumstances)
    tab: str = ""
    draft_revision: int | None = None


def submit(sent: Sent, *, at: datetime | None = None) -> RatingRecord:
    """Store an answer, decide its phase, lock it where it is blind; drop its draft, and that it was left out.

    Also stored: an answer whose lease has run out, or to a clip that has all its raters by now. Nothing
    a person gave is turned away for being late.

    Parameters
    ----------
    at : datetime, optional
        The moment of the lock; the present one.

    Raises
    ------
    ConflictError
        If another answer of the person stands by now; nothing is stored and the draft stays.
    RefusedValueError
        If something asked for is missing or out of range, in one sentence.
    NotAllowedError
        If the person may not rate in the project.
    UnknownRowError
        If there is no such clip, person, prediction or guideline.
    """
    answer = rating.checked(sent.answer)
    return together(lambda session: _stored(session, sent, answer, at or now()))


def _stored(session: Session, sent: Sent, answer: Answer, moment: datetime) -> RatingRecord:
    task = sent.task
    repeated = ratings.by_key(session, sent.key)
    if repeated is not None:
        return _same(repeated, task)
    clip = clips.get(session, task.clip_id)
    permissions.require(session, clip.project_id, task.person_id, Act.RATE)
    project = projects.by_id(session, clip.project_id)
    last = ratings.last_word(session, task)
    own = None if last is None or last.is_withdrawn else last.rating
    if own is not None and own.id != sent.base:
        raise ConflictError(own)
    handed = assignments.find(session, task)
    purpose, is_control = (Purpose.ORDINARY, False) if handed is None else (handed.purpose, handed.control)
    seen = sightings.of_task(session, task)
    has_seen = bool(seen) or (last is not None and last.rating.prediction_shown)
    phase = phase_of(
        project.protocol,
        task.channel,
        is_control=is_control,
        has_answered=own is not None,
        has_seen=has_seen,
    )
    _require_questions(task.channel, answer)
    _require_reason(phase, sent.reason)
    if own is None and task.channel is not Channel.WORDS:
        _require_watched(protocol_of(project).watched_share, answer.watched_share)
    draft = rating.prepared(
        session,
        clip=clip,
        person_id=task.person_id,
        answer=replace(answer, confirmed=answer.confirmed and has_seen),
        idempotency_key=sent.key,
        prediction=rating.prediction_of(session, clip.id, _beside(seen, sent.shown)),
        phase=phase,
    )
    stored = ratings.append(
        session,
        _locked(
            replace(
                draft,
                channel=task.channel,
                occasion=task.occasion,
                purpose=purpose,
                reason=sent.reason.strip(),
                prediction_shown=has_seen and phase is not Phase.BLIND,
            ),
            at=moment,
        ),
        supersedes_id=None if last is None else last.rating.id,
    )
    rating.log(session, stored)
    circumstances.add(session, stored.id, sent.circumstances)
    if handed is not None and handed.skipped_at is not None:
        assignments.unskip(session, task)
    drafts.drop(session, task, up_to=sent.draft_revision, tab=sent.tab)
    return stored


def _beside(seen: Sequence[int], said: int | None) -> int | None:
    """The prediction an answer is given beside: of those shown the one its form names, else the last."""
    if said in seen:
        return said
    return seen[-1] if seen else None


def phase_of(
    protocol: Protocol, channel: Channel, *, is_control: bool, has_answered: bool, has_seen: bool
) -> Phase:
    """What an answer given now is.

    Parameters
    ----------
    is_control : bool
        The prediction is withheld although the protocol would show it.
    has_answered : bool
        An answer of the person to the same task stands.
    has_seen : bool
        The machine's opinion was handed to their page: such an answer is never blind, whatever the
        protocol has become since.
    """
    if channel is not Channel.FULL:
        return Phase.BLIND
    if protocol is Protocol.BLIND_FIRST and has_answered and not is_control:
        return Phase.REVISED
    if has_seen or (protocol is Protocol.ASSISTED and not is_control):
        return Phase.ASSISTED
    return Phase.BLIND


def _locked(draft: RatingDraft, *, at: datetime) -> RatingDraft:
    if draft.phase is not Phase.BLIND:
        return draft
    timed = replace(draft, locked_at=at)
    return replace(timed, lock_hash=lock_hash(timed))


def _same(stored: RatingRecord, task: TaskKey) -> RatingRecord:
    if TaskKey(stored.clip_id, stored.person_id, stored.channel, stored.occasion) != task:
        raise worded(AlreadyThereError, "refusal.same_key")
    return stored


def _require_questions(channel: Channel, answer: Answer) -> None:
    given = {
        Question.DELIVERY: answer.delivery,
        Question.EXPECTED: answer.expected_intensity,
        Question.EMOTION: answer.emotion,
        Question.EXPRESSED: answer.expressed_intensity,
    }
    asked = questions_of(channel)
    if given[asked[0]] is None:
        raise worded(RefusedValueError, f"refusal.first_{asked[0].value}")
    for question, value in given.items():
        if value is not None and question not in asked:
            raise worded(RefusedValueError, f"refusal.not_asked_{question.value}", channel=channel.value)


def _require_reason(phase: Phase, reason: str) -> None:
    if phase is Phase.REVISED and not reason.strip():
        raise worded(RefusedValueError, "refusal.reason")
    if len(reason) > COMMENT_LENGTH:
        raise worded(RefusedValueError, "refusal.reason_long", n=COMMENT_LENGTH)


def _require_watched(required: float, watched: float | None) -> None:
    missing = required - (watched or 0.0)
    if missing > WATCHED_TOLERANCE:
        raise worded(RefusedValueError, "refusal.watched", required=required, missing=missing)
