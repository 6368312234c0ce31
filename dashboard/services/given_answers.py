"""What the people of a project answered, in columns agreement can be measured on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from db import answer_columns, rating_marks
from db.answer_columns import CHANNELS, EMOTIONS, NONE, PHASES, AnswerColumns, ClipNames
from db.records import ProjectRecord, RatingRecord
from engine.raters.answers import Level
from engine.vocabulary import Channel, Phase, Protocol

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]


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

    def text(self, value: float) -> str:
        """A value of :meth:`GivenAnswers.values` as answers are written: a step, an emotion, a number."""
        if self is Field.DELIVERY:
            return str(int(value))
        return EMOTIONS[int(value)].value if self is Field.EMOTION else repr(float(value))


_LEVELS: Final = {
    Field.DELIVERY: Level.ORDINAL,
    Field.EMOTION: Level.NOMINAL,
    Field.EXPECTED: Level.INTERVAL,
    Field.EXPRESSED: Level.INTERVAL,
}


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """What people answered about clips, a row for each answer, oldest first.

    Attributes
    ----------
    columns : AnswerColumns
        As stored.
    clip : ndarray of intp, shape (n,)
        Each answer's place in ``clips``.
    stands : ndarray of bool, shape (n,)
        Whether nothing supersedes the answer.
    counts_in_phase : ndarray of bool, shape (n,)
        Whether it is the person's answer about this clip, channel and phase: the last one; where a reveal
        follows, the first blind one.
    clips : ClipNames
        All clips of the project.
    languages : ndarray of str, shape (clips,)
        The clip's, else the project's.
    """

    columns: AnswerColumns
    clip: Places
    stands: Mask
    counts_in_phase: Mask
    clips: ClipNames
    languages: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.columns)

    def take(self, rows: Mask) -> Self:
        """Some of the answers."""
        return replace(
            self,
            columns=self.columns.take(rows),
            clip=self.clip[rows],
            stands=self.stands[rows],
            counts_in_phase=self.counts_in_phase[rows],
        )

    def values(self, field: Field) -> NDArray[np.float64]:
        """What was said about a field, shape (n,), NaN for nothing; emotions by their code."""
        if field is Field.EMOTION:
            codes = self.columns.emotion
            return np.where(codes == NONE, np.nan, codes)
        of_field = {
            Field.DELIVERY: self.columns.delivery,
            Field.EXPECTED: self.columns.expected,
            Field.EXPRESSED: self.columns.expressed,
        }
        return of_field[field]

    def about(self, channel: Channel) -> Mask:
        """Which answers are about a channel."""
        return np.asarray(self.columns.channel == CHANNELS.index(channel))

    @property
    def standing(self) -> Self:
        """The answers to full clips that stand."""
        return self.take(self.stands & self.about(Channel.FULL))


def collect(session: Session, project: ProjectRecord) -> GivenAnswers:
    """Every answer that stands, or that counts in its phase, oldest first.

    Left out are answers taken back, and those to a clip asked again: they tell of the person's
    steadiness, and as a second voice would make people agree with themselves.
    """
    withdrawn = np.fromiter(rating_marks.withdrawn(session, project.id), dtype=np.int64)
    given = answer_columns.of_project(session, project.id)
    clips = answer_columns.clips_of_project(session, project.id)
    superseded = given.supersedes[given.supersedes != NONE]
    rows = given.take((given.occasion == 1) & ~np.isin(given.id, withdrawn))
    stands = ~np.isin(rows.id, superseded)
    counts = _counts_in_phase(rows, first_blind=project.protocol is Protocol.BLIND_FIRST)
    is_kept = stands | counts
    kept = rows.take(is_kept)
    return GivenAnswers(
        columns=kept,
        clip=np.searchsorted(clips.number, kept.clip),
        stands=stands[is_kept],
        counts_in_phase=counts[is_kept],
        clips=clips,
        languages=np.array([each or project.language for each in clips.language], dtype=np.str_),
    )


def _counts_in_phase(rows: AnswerColumns, *, first_blind: bool) -> Mask:
    order = np.lexsort((rows.id, rows.phase, rows.channel, rows.person, rows.clip))
    if not order.size:
        return np.zeros(0, dtype=np.bool_)
    same = np.ones(order.size - 1, dtype=np.bool_)
    for column in (rows.clip, rows.person, rows.channel, rows.phase):
        same &= column[order][1:] == column[order][:-1]
    is_first, is_last = np.append(True, ~same), np.append(~same, True)
    is_blind = rows.phase[order] == PHASES.index(Phase.BLIND)
    found = np.empty(order.size, dtype=np.bool_)
    found[order] = np.where(is_blind & first_blind, is_first, is_last)
    return found


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
