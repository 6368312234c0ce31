"""How much later than the clip a tracing hand is, and taking that off.

Who traces has to sense, judge and move; published traces run 1 to 6 s late, and taking off even a fixed
1 to 3 s brings them nearer to what is seen and heard (Mariooryad & Busso 2015, Correcting
time-continuous emotional labels by modeling the reaction lag of evaluators, IEEE Transactions on
Affective Computing 6(2)). They look for the shift at which trace and behaviour share most; here that is
the shift of highest Pearson correlation with what was measured of the performance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

USUAL_LAG_S: Final = 1.0
"""The shortest of the published fixed shifts: acted clips last seconds, and their cues are strong."""

LONGEST_LAG_S: Final = 6.0
LONGEST_SHARE: Final = 1 / 3
"""A shift beyond this share of the clip would leave too little of it to compare."""

SHORTEST_OVERLAP_S: Final = 5.0
CLEAR_CORRELATION: Final = 0.5
"""Below this, or on less of the clip, a best shift is one among many: the usual one is taken."""


def activity(
    loudness_db: Sequence[float | None], face_movement: Sequence[float | None]
) -> NDArray[np.float64]:
    """What voice and face do together, shape (n,): the mean of both in standard deviations.

    NaN where neither is known; no prediction is in it.
    """
    rows = [_standardised(values) for values in (loudness_db, face_movement)]
    stacked = np.vstack(rows)
    known = np.isfinite(stacked).sum(axis=0)
    total = np.nansum(stacked, axis=0)
    return np.divide(total, known, out=np.full(total.shape, np.nan), where=known > 0)


def estimated_lag(
    levels: Sequence[float | None],
    *,
    rate_hz: float,
    behaviour: NDArray[np.float64],
    times_s: Sequence[float],
) -> float:
    """How many seconds a trace is late.

    Parameters
    ----------
    levels : sequence of (float or None)
        At ``rate_hz`` from the clip's start.
    behaviour : ndarray, shape (n,)
        As :func:`activity` gives it, at ``times_s``; empty where nothing was measured.

    Returns
    -------
    float
        The shift of highest correlation, if that is clear; else :data:`USUAL_LAG_S`, and never more than
        :data:`LONGEST_SHARE` of the trace.
    """
    traced = _array(levels)
    longest = min(LONGEST_LAG_S, LONGEST_SHARE * traced.size / rate_hz)
    usual = min(USUAL_LAG_S, longest)
    known = np.isfinite(behaviour)
    if known.sum() < 2:
        return usual
    times = np.asarray(times_s, dtype=np.float64)[known]
    seen = np.interp(np.arange(traced.size) / rate_hz, times, behaviour[known])
    steps = range(int(longest * rate_hz) + 1)
    likeness = [_correlation(seen[: traced.size - step], traced[step:], rate_hz) for step in steps]
    best = int(np.argmax(likeness))
    return best / rate_hz if likeness[best] >= CLEAR_CORRELATION else usual


def taken_off(levels: Sequence[float | None], lag_s: float, *, rate_hz: float) -> tuple[float | None, ...]:
    """The trace moved ``lag_s`` earlier, as long as before; nothing is known at its end."""
    steps = round(lag_s * rate_hz)
    return (*levels[steps:], *(None,) * min(steps, len(levels)))


def _correlation(seen: NDArray[np.float64], traced: NDArray[np.float64], rate_hz: float) -> float:
    both = np.isfinite(traced)
    if both.sum() < SHORTEST_OVERLAP_S * rate_hz or np.ptp(seen[both]) == 0 or np.ptp(traced[both]) == 0:
        return -1.0
    return float(np.corrcoef(seen[both], traced[both])[0, 1])


def _standardised(values: Sequence[float | None]) -> NDArray[np.float64]:
    array = _array(values)
    spread = np.nanstd(array) if np.isfinite(array).any() else 0.0
    return (array - np.nanmean(array)) / spread if spread > 0 else np.full(array.shape, np.nan)


def _array(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
