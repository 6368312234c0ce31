"""How far a shown prediction pulls the answers of those who see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from engine.errors import TableError
from engine.verdict.adaptive import CENTRE, AdaptiveThresholds
from engine.verdict.intervals import INTERVAL_LEVEL, Interval, combination
from engine.verdict.policy import UNDER
from engine.verdict.ratings_table import Labels, RatingTable, as_labels
from engine.vocabulary import VERDICT_ORDER, Verdict

SHOWN: Final = "shown verdict"


def anchoring_pull(
    ratings: RatingTable, shown: Iterable[object], *, interval_level: float = INTERVAL_LEVEL
) -> Interval:
    """The pull of the verdict that was on the screen, in z units of the gap.

    Blind and assisted answers to equal gaps are compared: where *over* was shown the band lies lower by
    the pull, where *under* was shown higher by as much.

    Parameters
    ----------
    ratings : RatingTable
        Answers of both kinds.
    shown : iterable, length n
        The verdict word that was shown, empty or ``None`` where the answer was blind.
    interval_level : float
        In (0, 1).

    Returns
    -------
    Interval
        Positive where answers follow what is shown.

    Raises
    ------
    TableError
        If not both kinds of answers are there, or nothing but *correct* was ever shown.
    """
    labels = as_labels(shown)
    if labels.size != len(ratings) or not set(labels) <= {"", *(verdict.value for verdict in VERDICT_ORDER)}:
        raise TableError("Give for every rating the verdict that was shown, or nothing where it was blind.")
    seen = {Verdict.UNDER.value, Verdict.OVER.value} & set(labels)
    if "" not in set(labels) or not seen:
        raise TableError(
            "The pull of a shown prediction can only be told where some answers were blind and some were "
            "given in sight of under or over."
        )
    model = AdaptiveThresholds([SHOWN], shift_only=[SHOWN]).fit(_with(ratings, labels))
    weights = np.zeros(model.effects_.size)
    for level in seen:
        place = model.places_[SHOWN, CENTRE].start + model.levels_[SHOWN].index(level)
        sign = 1.0 if level == VERDICT_ORDER[UNDER].value else -1.0
        weights[place] = sign / len(seen)
    return combination(model, weights, interval_level=interval_level)


def _with(ratings: RatingTable, shown: Labels) -> RatingTable:
    return RatingTable(
        ratings.alignment, ratings.verdict, ratings.weight, ratings.rater, ratings.group, {SHOWN: shown}
    )
