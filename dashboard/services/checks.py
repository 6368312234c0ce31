"""Which check a rater is due before an ordinary task: a known clip, or one asked again without saying so.

Every place in a person's row of tasks has a lot of its own, which says whether a check stands there and
which. What is drawn looks like any other task; only a training answer is followed by a word about it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import qualification
from dashboard.services.check_lots import lot
from dashboard.services.handing_out import DueCheck
from dashboard.services.rating_protocol import RatingProtocol, protocol_of
from db import first_answers, gold, places
from db.columns import now
from db.ratings import TEACHING
from db.records import ProjectRecord, Purpose, RatingRecord
from engine.vocabulary import Channel

REPEAT_AFTER_ANSWERS: Final = 10
REPEAT_AFTER: Final = timedelta(minutes=10)
"""Answers and time between a clip and its repeat: a rater who remembers what they said measures memory."""

SECOND: Final = 2
"""The occasion of a repeat; no clip is asked a third time."""


def due(session: Session, project: ProjectRecord, person_id: int) -> DueCheck | None:
    """The check a person is due now, ``None`` for an ordinary task.

    The qualification round comes first; then the lot of the person's next place decides.

    Raises
    ------
    NotQualifiedError
        If nothing may be given to them until the lead acts.
    """
    found = qualification.due(session, project, person_id)
    rules = protocol_of(project)
    if found is not None or not rules.gold_share + rules.repeat_share:
        return found
    place = first_answers.handed_out(session, project.id, person_id)
    drawn = lot(project.id, person_id, place)
    if drawn < rules.gold_share:
        return _gold(session, project, rules, person_id)
    if drawn < rules.gold_share + rules.repeat_share:
        return _repeat(session, project, person_id, place)
    return None


def _gold(session: Session, project: ProjectRecord, rules: RatingProtocol, person_id: int) -> DueCheck | None:
    """A known clip the person has not met: those they learn from first."""
    for purpose in (Purpose.GOLD_TRAINING, Purpose.GOLD_SILENT):
        known = gold.unmet(session, project.id, person_id, purpose=purpose, channels=rules.channels)
        for each in sorted(known, key=lambda row: lot(project.id, person_id, row.clip_id)):
            asked = (*rules.before(each.channel), each.channel)
            if places.open_channels(session, each.clip_id, person_id, asked) == (each.channel,):
                return DueCheck(each.clip_id, each.channel, 1, purpose)
    return None


def _repeat(session: Session, project: ProjectRecord, person_id: int, place: int) -> DueCheck | None:
    """A full clip answered long enough ago, that is not known to be right or wrong to the person."""
    given = first_answers.repeatable(session, project.id, person_id, purposes=TEACHING)
    chosen = _long_ago(given)
    if not chosen:
        return None
    clip_id = min((each.clip_id for each in chosen), key=lambda name: lot(project.id, person_id, place, name))
    return DueCheck(clip_id, Channel.FULL, SECOND, Purpose.REPEAT)


def _long_ago(given: tuple[RatingRecord, ...]) -> tuple[RatingRecord, ...]:
    latest = now() - REPEAT_AFTER
    return tuple(each for each in given[:-REPEAT_AFTER_ANSWERS] if each.created_at <= latest)
