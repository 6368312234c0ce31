"""How far a shown prediction pulls the answers of those who see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
from scipy.special import ndtri, stdtrit

from engine.errors import TableError
from engine.verdict.adaptive import CENTRE, AdaptiveThresholds
from engine.verdict.intervals import INTERVAL_LEVEL, Interval, combination
from engine.verdict.policy import UNDER
from engine.verdict.ratings_table import Labels, RatingTable, as_labels
from engine.vocabulary import VERDICT_ORDER, Verdict

SHOWN: Final = "shown verdict"

PULL_SPREAD: Final = 3.0
"""Prior deviation of what a shown verdict does, z units: so wide that the answers speak alone. A spread
learned from two or three levels would draw the pull towards 0 and promise more than it knows."""

LEAST_CLIPS: Final = 10
"""Clips with blind answers, and with answers in sight of *under* or *over*, below which nothing is told."""

_CLIPS_A_FREEDOM: Final = 2.0
"""Found by simulation: plain normal intervals are too narrow for a few dozen clips."""


class TooFewClipsError(TableError):
    """Both kinds of answers are there, but from too few clips."""


def anchoring_pull(
    ratings: RatingTable, shown: Iterable[object], *, interval_level: float = INTERVAL_LEVEL
) -> Interval:
    """The pull of the verdict that was on the screen, in z units of the gap.

    Blind and assisted answers to equal gaps are compared: where *over* was shown the band lies lower by
    the pull, where *under* was shown higher by as much. The interval is that of the fitted model, which
    knows that answers to one clip share what the instrument misread in it; with few clips it is stretched
    to Student's t with half as many degrees of freedom as there are clips of the rarer kind.

    Parameters
    ----------
    ratings : RatingTable
        Answers of both kinds; the groups are the clips.
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
    TooFewClipsError
        If either kind of answers comes from fewer than :data:`LEAST_CLIPS` clips.
    TableError
        If not both kinds of answers are there, or nothing but *correct* was ever shown.
    """
    labels = as_labels(shown)
    if labels.size != len(ratings) or not set(labels) <= {"", *(verdict.value for verdict in VERDICT_ORDER)}:
        raise TableError("Give for every rating the verdict that was shown, or nothing where it was blind.")
    seen = sorted({Verdict.UNDER.value, Verdict.OVER.value} & set(labels))
    if "" not in set(labels) or not seen:
        raise TableError(
            "The pull of a shown prediction can only be told where some answers were blind and some were "
            "given in sight of under or over."
        )
    clips = min(_clips(ratings, labels == ""), _clips(ratings, np.isin(labels, seen)))
    if clips < LEAST_CLIPS:
        raise TooFewClipsError(
            f"The pull of a shown prediction can be told from {LEAST_CLIPS} clips on; here are {clips} with "
            "blind answers and with answers in sight of under or over."
        )
    model = AdaptiveThresholds([SHOWN], shift_only=[SHOWN], spreads={SHOWN: PULL_SPREAD})
    model.fit(replace(ratings, context={SHOWN: labels}))
    weights = np.zeros(model.effects_.size)
    for level in seen:
        place = model.places_[SHOWN, CENTRE].start + model.levels_[SHOWN].index(level)
        weights[place] = (1.0 if level == VERDICT_ORDER[UNDER].value else -1.0) / len(seen)
    known = combination(model, weights, interval_level=interval_level)
    tail = 0.5 + interval_level / 2
    stretch = float(stdtrit(clips / _CLIPS_A_FREEDOM, tail) / ndtri(tail))
    return Interval(
        known.value,
        known.value - stretch * (known.value - known.low),
        known.value + stretch * (known.high - known.value),
    )


def _clips(ratings: RatingTable, rows: Labels) -> int:
    return int(np.unique(ratings.group[rows].astype(str)).size)
