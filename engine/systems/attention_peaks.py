"""Where in a clip the performance brain looked most, with the word and the picture of that moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.analysis import AttentionPeak, SpokenWord
from engine.features.words import REACH_S
from engine.media import thumbnail

MOST_PEAKS: Final = 3
APART: Final = 5
"""Instants between two peaks: a tenth of the clip, so that they show different moments."""

ABOVE_EVEN: Final = 1.2
"""A peak stands out from even attention by at least this factor."""


def attention_peaks(
    attention: NDArray[np.float64],
    times_s: NDArray[np.float64],
    *,
    words: Sequence[SpokenWord],
    pictures: Sequence[NDArray[np.uint8] | None],
) -> tuple[AttentionPeak, ...]:
    """Find at most three separated peaks, the highest first.

    Parameters
    ----------
    attention : ndarray, shape (50,)
        Sums to 1.
    times_s : ndarray, shape (50,)
        Seconds.
    words : sequence of SpokenWord
    pictures : sequence of 50 (ndarray or None)
        RGB.
    """
    left = attention.astype(np.float64, copy=True)
    found: list[AttentionPeak] = []
    while len(found) < MOST_PEAKS:
        at = int(left.argmax())
        if left[at] < ABOVE_EVEN / attention.size:
            break
        if attention[at] >= attention[max(0, at - 1) : at + 2].max():  # a slope beside a peak is none
            picture = pictures[at]
            found.append(
                AttentionPeak(
                    time_s=float(times_s[at]),
                    weight=float(attention[at]),
                    word=_nearest(words, float(times_s[at])),
                    picture_jpeg=None if picture is None else thumbnail(picture),
                )
            )
            left[max(0, at - APART) : at + APART + 1] = 0.0
        else:
            left[at] = 0.0
    return tuple(found)


def _nearest(words: Sequence[SpokenWord], time_s: float) -> str | None:
    """The word spoken at ``time_s`` or nearest to it, if it is near enough."""

    def distance(word: SpokenWord) -> tuple[float, float]:
        outside = max(word.start_s - time_s, time_s - word.end_s, 0.0)
        return outside, abs((word.start_s + word.end_s) / 2 - time_s)

    nearest = min(words, key=distance, default=None)
    return nearest.text if nearest is not None and distance(nearest)[0] <= REACH_S else None
