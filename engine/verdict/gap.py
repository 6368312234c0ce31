"""The gap between what a line demands and what the performance shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import TableError
from engine.vocabulary import INTENSITY_MIDPOINT, INTENSITY_UNIT


def z_scores(intensity: ArrayLike) -> NDArray[np.float64]:
    """Put intensities in [0, 1] on the z scale, ``(intensity - 0.5) / 0.2``.

    Parameters
    ----------
    intensity : array_like, shape (n,)
        NaN where an intensity is unknown; it stays NaN.

    Raises
    ------
    TableError
        If a known intensity lies outside [0, 1].
    """
    values = np.asarray(intensity, dtype=np.float64)
    wrong = ~np.isnan(values) & ~((values >= 0.0) & (values <= 1.0))
    if wrong.any():
        first = float(values[wrong].flat[0])
        raise TableError(f"An intensity is {first:g}, but intensities lie between 0 and 1; mend that value.")
    return (values - INTENSITY_MIDPOINT) / INTENSITY_UNIT


def gap(expected: ArrayLike, expressed: ArrayLike) -> NDArray[np.float64]:
    """The alignment of each row, ``z(expressed) - z(expected)``, in z units.

    Parameters
    ----------
    expected, expressed : array_like, shape (n,)
        Intensities in [0, 1]; NaN where unknown.

    Returns
    -------
    ndarray, shape (n,)
        Negative where the delivery is weaker than the line demands, NaN where either is unknown.

    Raises
    ------
    TableError
        If a known intensity lies outside [0, 1], or the two differ in length.
    """
    wanted, shown = z_scores(expected), z_scores(expressed)
    if wanted.shape != shown.shape:
        raise TableError(
            f"There are {wanted.size} expected and {shown.size} expressed intensities; give one each a row."
        )
    return shown - wanted
