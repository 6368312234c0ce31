"""How steady a rater is: the first answers to one clip on two occasions, compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from db.records import RatingRecord
from engine.errors import TableError
from engine.raters.agreement import Agreement, Coefficient, CoefficientName, agreement
from engine.raters.answers import Answers, Level
from engine.vocabulary import Channel

LEAST_CLIPS: Final = 10
"""Clips asked twice below which a coefficient would be mostly chance."""

SEED: Final = 0
OCCASIONS: Final = (1, 2)


@dataclass(frozen=True, slots=True)
class Steadiness:
    """What a person said to the same clips twice.

    Attributes
    ----------
    clips : int
        Clips with a delivery on both occasions.
    same : int
        Of them, with the same delivery.
    delivery : Coefficient or None
        Quadratic kappa; ``None`` below :data:`LEAST_CLIPS`, its value ``None`` where nothing varies.
    expressed : Coefficient or None
        ICC(2,1) of the intensity the performance shows, in the same way.
    """

    clips: int
    same: int
    delivery: Coefficient | None
    expressed: Coefficient | None


def steadiness(answers: Iterable[RatingRecord]) -> Steadiness:
    """Compare one person's first answers about full clips on two occasions.

    Parameters
    ----------
    answers : iterable of RatingRecord
        First answers of one person; those to clips asked once are ignored.
    """
    twice: dict[str, dict[int, RatingRecord]] = defaultdict(dict)
    for each in answers:
        if each.channel is Channel.FULL and each.occasion in OCCASIONS:
            twice[each.clip_id][each.occasion] = each
    pairs = [(given[1], given[2]) for given in twice.values() if len(given) == len(OCCASIONS)]
    said = [(one, two) for one, two in pairs if one.delivery is not None and two.delivery is not None]
    return Steadiness(
        clips=len(said),
        same=sum(one.delivery == two.delivery for one, two in said),
        delivery=_compared(
            said,
            lambda each: None if each.delivery is None else float(each.delivery),
            Level.ORDINAL,
            CoefficientName.QUADRATIC,
        ),
        expressed=_compared(
            pairs, lambda each: each.expressed_intensity, Level.INTERVAL, CoefficientName.ICC_SINGLE
        ),
    )


def _compared(
    pairs: list[tuple[RatingRecord, RatingRecord]],
    value: Callable[[RatingRecord], float | None],
    level: Level,
    name: CoefficientName,
) -> Coefficient | None:
    known = [
        (one.clip_id, occasion, value(given))
        for one, two in pairs
        if value(one) is not None and value(two) is not None
        for occasion, given in zip(OCCASIONS, (one, two), strict=True)
    ]
    if len(known) < LEAST_CLIPS * len(OCCASIONS):
        return None
    found = _agreement(known, level)
    return None if found is None else next(each for each in found.coefficients if each.name is name)


def _agreement(rows: list[tuple[str, int, float | None]], level: Level) -> Agreement | None:
    try:
        table = Answers.of(
            unit=[clip for clip, _, _ in rows],
            rater=[occasion for _, occasion, _ in rows],
            value=[given for _, _, given in rows],
            level=level,
        )
    except TableError:  # fewer than two clips with both answers: nothing is wrong, there is nothing to say
        return None
    return agreement(table, generator=np.random.default_rng(SEED))
