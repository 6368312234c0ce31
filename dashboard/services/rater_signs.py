"""Signs that a rater may not have looked properly: something to ask about, never a verdict on a person.

A share counts as a sign only where it is high and rests on several answers; a run of the same answer only
where the others' answers make it unlikely; known clips only where even the upper end of the interval stays
below what is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from db.records import Circumstances, RatingRecord
from engine.vocabulary import Channel

HASTY_CLIP_SHARE: Final = 0.1
"""An answer given in less than this share of the clip's length cannot rest on the clip."""

LITTLE_WATCHED: Final = 0.5
MOSTLY_HIDDEN: Final = 0.5
LONG_HIDDEN_S: Final = 60.0
"""Below a minute in the background somebody may have looked something up."""

NOTABLE_SHARE: Final = 0.1
LEAST_TIMES: Final = 3
"""Share of answers, and answers, from which a habit is a sign."""

LEAST_RUN: Final = 6
UNLIKELY: Final = 0.01
"""The same answer so many times running, where chance would do it less often than this."""

LEAST_KNOWN: Final = 5
INTERVAL_LEVEL: Final = 0.95


class SignKind(StrEnum):
    """What stands out."""

    HASTY = "hasty"
    LITTLE_WATCHED = "little_watched"
    LONG_HIDDEN = "long_hidden"
    SAME_ANSWER = "same_answer"
    KNOWN_LOW = "known_low"


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that stands out.

    Attributes
    ----------
    n, of : int
        How often, among how many answers.
    """

    kind: SignKind
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class WorkedAnswer:
    """A first answer with how it came about.

    Attributes
    ----------
    duration_s : float or None
        Length of the clip.
    circumstances : Circumstances or None
        ``None`` for answers from before they were kept.
    """

    rating: RatingRecord
    duration_s: float | None
    circumstances: Circumstances | None

    @property
    def seconds(self) -> float | None:
        """How long the person took, with the page in front where that is known."""
        if self.rating.active_time_s is not None or self.circumstances is None:
            return self.rating.active_time_s
        return self.circumstances.elapsed_s

    @property
    def content(self) -> tuple[object, ...]:
        """What was said, to be compared with other answers."""
        said = self.rating
        return said.delivery, said.emotion, said.expected_intensity, said.expressed_intensity


@dataclass(frozen=True, slots=True)
class OthersSaid:
    """How often other people gave each answer about full clips: what all said, less one's own.

    Subtracted when it is asked for: for each of two hundred raters anew from a million answers took minutes.
    """

    everybody: Mapping[tuple[object, ...], int]
    own: Mapping[tuple[object, ...], int]
    answers: int
    """Of everybody."""

    def times(self, content: tuple[object, ...]) -> int:
        """How often others gave an answer."""
        return self.everybody.get(content, 0) - self.own.get(content, 0)

    @property
    def total(self) -> int:
        """How many answers others gave."""
        return self.answers - sum(self.own.values())


def signs(
    answers: Sequence[WorkedAnswer],
    *,
    fastest_s: float,
    others: OthersSaid,
    known: tuple[int, int],
    right_share: float,
) -> tuple[Sign, ...]:
    """What stands out in one person's answers.

    Parameters
    ----------
    answers : sequence of WorkedAnswer
        Theirs, in the order given.
    fastest_s : float
        Seconds below which an answer is hasty, whatever the clip.
    others : OthersSaid
    known : (int, int)
        Of silent known clips, right ones and all.
    right_share : float
        Share of known clips that is asked.
    """
    found = [
        _habit(SignKind.HASTY, answers, lambda each: _is_hasty(each, fastest_s)),
        _habit(SignKind.LITTLE_WATCHED, answers, _is_little_watched),
        _habit(SignKind.LONG_HIDDEN, answers, _is_long_hidden),
        _same(answers, others),
        _low(known, right_share),
    ]
    return tuple(each for each in found if each is not None)


def contents(answers: Sequence[WorkedAnswer]) -> Counter[tuple[object, ...]]:
    """How often each answer was given about a full clip."""
    return Counter(each.content for each in answers if each.rating.channel is Channel.FULL)


def _habit(
    kind: SignKind, answers: Sequence[WorkedAnswer], test: Callable[[WorkedAnswer], bool | None]
) -> Sign | None:
    told = [result for each in answers if (result := test(each)) is not None]
    n = sum(told)
    return Sign(kind, n, len(told)) if n >= LEAST_TIMES and n > NOTABLE_SHARE * len(told) else None


def _is_hasty(answer: WorkedAnswer, fastest_s: float) -> bool | None:
    taken = answer.seconds
    if taken is None:
        return None
    of_clip = 0.0
    if answer.rating.channel is not Channel.WORDS and answer.duration_s is not None:
        of_clip = HASTY_CLIP_SHARE * answer.duration_s
    return taken < max(fastest_s, of_clip)


def _is_little_watched(answer: WorkedAnswer) -> bool | None:
    watched = answer.rating.watched_share
    if watched is None or answer.rating.channel is Channel.WORDS:
        return None
    return watched < LITTLE_WATCHED


def _is_long_hidden(answer: WorkedAnswer) -> bool | None:
    given = answer.circumstances
    if given is None or given.elapsed_s is None:
        return None
    return given.hidden_s >= LONG_HIDDEN_S and given.hidden_s > MOSTLY_HIDDEN * given.elapsed_s


def _same(answers: Sequence[WorkedAnswer], others: OthersSaid) -> Sign | None:
    """The longest run of one answer, where others give that answer too seldom for it to be chance."""
    said = [each.content for each in answers if each.rating.channel is Channel.FULL]
    runs = ((sum(1 for _ in run), content) for content, run in groupby(said))
    length, content = max(runs, key=lambda run: run[0], default=(0, ()))
    if length < LEAST_RUN:
        return None
    share = (others.times(content) + 1) / (others.total + 2)  # never 0, a half where nobody else is
    chance = len(said) * share**length
    return Sign(SignKind.SAME_ANSWER, length, len(said)) if chance < UNLIKELY else None


def _low(known: tuple[int, int], right_share: float) -> Sign | None:
    right, asked = known
    if asked < LEAST_KNOWN:
        return None
    from scipy.stats import binomtest  # a second to import: not at the start of whoever never asks

    reach = binomtest(right, asked).proportion_ci(confidence_level=INTERVAL_LEVEL, method="wilson")
    return Sign(SignKind.KNOWN_LOW, right, asked) if reach.high < right_share else None
