"""What the people of a project answered, in columns agreement can be measured on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from db import rating_marks, ratings
from db.records import ProjectRecord, RatedClip, RatingRecord
from engine.raters.answers import Level
from engine.vocabulary import Channel, Phase, Protocol


class Field(StrEnum):
    """What people are asked about a clip."""

    DELIVERY = "delivery"
    EMOTION = "emotion"
    EXPECTED = "expected_intensity"
    EXPRESSED = "expressed_intensity"

    @property
    def level(self) -> Level:
        """What a difference between two answers means."""
        return _LEVELS[self]


_LEVELS: Final = {
    Field.DELIVERY: Level.ORDINAL,
    Field.EMOTION: Level.NOMINAL,
    Field.EXPECTED: Level.INTERVAL,
    Field.EXPRESSED: Level.INTERVAL,
}


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One person's answer about one clip.

    Attributes
    ----------
    language : str
        The clip's, else the project's.
    stands : bool
        Whether nothing supersedes it.
    counts_in_phase : bool
        Whether it is the person's answer about this clip, channel and phase: the last one; where a reveal
        follows, the first blind one.
    values : tuple of (Field, str)
        What was said; fields left open are not there.
    """

    clip_id: str
    clip_name: str
    language: str
    person_id: int
    simulated: bool
    phase: Phase
    channel: Channel
    stands: bool
    counts_in_phase: bool
    values: tuple[tuple[Field, str], ...]

    def value(self, field: Field) -> str | None:
        """What was said about a field, ``None`` if nothing."""
        return next((value for asked, value in self.values if asked is field), None)


def collect(session: Session, project: ProjectRecord) -> tuple[GivenAnswer, ...]:
    """Every answer that stands, or that counts in its phase, oldest first.

    Left out are answers taken back, and those to a clip asked again: they tell of the person's
    steadiness, and as a second voice would make people agree with themselves.
    """
    withdrawn = rating_marks.withdrawn(session, project.id)
    given = tuple(ratings.all_of_project(session, project.id))
    superseded = {row.rating.supersedes_id for row in given}
    rows = tuple(row for row in given if row.rating.occasion == 1 and row.rating.id not in withdrawn)
    counting = _counting(rows, first_blind=project.protocol is Protocol.BLIND_FIRST)
    return tuple(
        GivenAnswer(
            clip_id=row.clip.id,
            clip_name=row.clip.original_name,
            language=row.clip.language or project.language,
            person_id=row.person.id,
            simulated=row.rating.simulated,
            phase=row.rating.phase,
            channel=row.rating.channel,
            stands=row.rating.id not in superseded,
            counts_in_phase=row.rating.id in counting,
            values=tuple(said(row.rating)),
        )
        for row in rows
        if row.rating.id not in superseded or row.rating.id in counting
    )


def _counting(rows: Iterable[RatedClip], *, first_blind: bool) -> frozenset[int]:
    counted: dict[tuple[str, int, Channel, Phase], int] = {}
    for row in rows:
        rating = row.rating
        place = rating.clip_id, rating.person_id, rating.channel, rating.phase
        if not (first_blind and rating.phase is Phase.BLIND and place in counted):
            counted[place] = rating.id
    return frozenset(counted.values())


def said(rating: RatingRecord) -> Iterator[tuple[Field, str]]:
    """What an answer says, field by field, as text; fields left open are not there."""
    if rating.delivery is not None:
        yield Field.DELIVERY, str(int(rating.delivery))
    if rating.emotion is not None:
        yield Field.EMOTION, rating.emotion.value
    if rating.expected_intensity is not None:
        yield Field.EXPECTED, repr(rating.expected_intensity)
    if rating.expressed_intensity is not None:
        yield Field.EXPRESSED, repr(rating.expressed_intensity)
