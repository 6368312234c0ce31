"""Clips whose right answer the lead knows: set, retired, and told after a training answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import accepted_answer, messages
from dashboard.services.accepted_answer import Accepted
from dashboard.services.permissions import Act, require
from dashboard.services.rating_protocol import Question
from db import audit, circumstances, clips, ratings
from db import gold as known
from db.errors import RefusedValueError
from db.records import ClipRecord, GoldRecord, Purpose, RatingRecord
from db.session import reading, writing
from engine.vocabulary import Channel

PURPOSES: Final = (Purpose.QUALIFICATION, Purpose.GOLD_TRAINING, Purpose.GOLD_SILENT)
TOLD: Final = frozenset({Purpose.QUALIFICATION, Purpose.GOLD_TRAINING})
"""What a rater learns the right answer of, once theirs is stored."""

FEEDBACK_LENGTH: Final = 1000


@dataclass(frozen=True, slots=True)
class GoldFeedback:
    """What a rater is told after their answer.

    Attributes
    ----------
    is_right : bool
    wrong : tuple of Question
        What they had otherwise than the lead.
    sentence : str
        In the language they rate in.
    """

    is_right: bool
    wrong: tuple[Question, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class GoldClip:
    """A clip with a known answer, as the lead sees it; ``words`` says what is right."""

    gold: GoldRecord
    name: str
    accepted: Accepted
    words: str


def put(
    clip_id: str,
    accepted: Accepted,
    *,
    purpose: Purpose,
    person_id: int | None,
    channel: Channel = Channel.FULL,
    feedback: str = "",
) -> GoldRecord:
    """Say what is right about a clip from now on; an earlier word about it stays stored and counts no more.

    Parameters
    ----------
    feedback : str
        Told after a training or qualification answer, beside what is right.

    Raises
    ------
    RefusedValueError
        If the purpose is none of :data:`PURPOSES`, the channel does not ask one of the questions, or the
        feedback is too long.
    NotAllowedError
        If the person may not set the project up.
    UnknownRowError
        If there is no such clip.
    """
    if purpose not in PURPOSES:
        raise RefusedValueError(f"A known answer serves {_listed(PURPOSES)}, not {purpose.value}.")
    if len(feedback) > FEEDBACK_LENGTH:
        raise RefusedValueError(f"What raters are told has at most {FEEDBACK_LENGTH} characters; shorten it.")
    accepted.ensure_asked(channel)
    with writing() as session:
        clip = clips.get(session, clip_id)
        require(session, clip.project_id, person_id, Act.SET_UP)
        stored = known.add(
            session,
            clip_id,
            channel,
            purpose=purpose,
            accepts=accepted_answer.written(accepted),
            feedback=feedback.strip(),
            created_by=person_id,
        )
        _log(session, "gold.set", stored, person_id)
        return stored


def retire(clip_id: str, *, person_id: int | None, channel: Channel = Channel.FULL) -> bool:
    """Let nothing be known about a clip any more; False where nothing was.

    Raises
    ------
    NotAllowedError
        If the person may not set the project up.
    UnknownRowError
        If there is no such clip.
    """
    with writing() as session:
        require(session, clips.get(session, clip_id).project_id, person_id, Act.SET_UP)
        before = known.of_clip(session, clip_id, channel)
        if before is None:
            return False
        gone = known.add(
            session, clip_id, channel, purpose=before.purpose, accepts=None, created_by=person_id
        )
        _log(session, "gold.retire", gone, person_id)
        return True


def listing(project_id: int, *, person_id: int | None) -> tuple[GoldClip, ...]:
    """The clips with a known answer, the oldest first.

    Raises
    ------
    NotAllowedError
        If the person may not set the project up.
    """
    speech = messages.catalogue(messages.spoken())
    with reading() as session:
        require(session, project_id, person_id, Act.SET_UP)
        rows = known.of_project(session, project_id)
        return tuple(
            GoldClip(row, clips.get(session, row.clip_id).original_name, found, found.words(speech))
            for row, found in ((row, accepted_of(row)) for row in rows)
        )


def own_answers(project_id: int, person_id: int) -> tuple[tuple[ClipRecord, RatingRecord], ...]:
    """What a lead has answered about full clips, the newest first: what can be made the known answer.

    Raises
    ------
    NotAllowedError
        If the person may not set the project up.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.SET_UP)
        given = [
            (each.clip, each.rating)
            for each in ratings.current_of_project(session, project_id)
            if each.person.id == person_id
            and each.rating.channel is Channel.FULL
            and each.rating.occasion == 1
        ]
        return tuple(reversed(given))


def accepted_of(gold: GoldRecord) -> Accepted:
    """What a known answer in force accepts."""
    if gold.accepts is None:
        raise ValueError(f"Gold {gold.id} is retired; ask for the one in force.")
    return accepted_answer.read(gold.accepts)


def wrong_questions(session: Session, answer: RatingRecord) -> tuple[Question, ...] | None:
    """What an answer gets wrong, ``None`` where nothing is known about its clip now."""
    gold = known.of_clip(session, answer.clip_id, answer.channel)
    return None if gold is None else accepted_of(gold).wrong(answer)


def feedback(
    session: Session, answer: RatingRecord, purpose: Purpose, *, language: str | None = None
) -> GoldFeedback | None:
    """What a rater is told after an answer is stored; ``None`` unless it was given to learn from.

    Parameters
    ----------
    language : str, optional
        Of the sentence; the one spoken now unless given.
    """
    if purpose not in TOLD:
        return None
    gold = known.of_clip(session, answer.clip_id, answer.channel)
    if gold is None:
        return None
    accepted = accepted_of(gold)
    wrong = accepted.wrong(answer)
    speech = messages.catalogue(language if language in messages.languages() else messages.spoken())
    said = speech.say("gold.told.wrong" if wrong else "gold.told.right", answer=accepted.words(speech))
    return GoldFeedback(not wrong, wrong, f"{said} {gold.feedback}".strip())


def told(answer: RatingRecord) -> GoldFeedback | None:
    """As :func:`feedback`, of an answer just stored, in the language it was given in."""
    if answer.purpose not in TOLD:
        return None
    with reading() as session:
        given = circumstances.of_ratings(session, [answer.id]).get(answer.id)
        language = None if given is None else given.interface_language
        return feedback(session, answer, answer.purpose, language=language)


def _log(session: Session, action: str, gold: GoldRecord, person_id: int | None) -> None:
    about = {"gold": gold.id, "channel": gold.channel.value, "purpose": gold.purpose.value}
    audit.write(session, action, f"clip:{gold.clip_id}", person_id=person_id, details=about)


def _listed(purposes: Iterable[Purpose]) -> str:
    return ", ".join(each.value for each in purposes)
