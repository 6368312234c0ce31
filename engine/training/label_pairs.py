"""Recordings and lines paired by label: what stands in for voices and words of one speaker.

No corpus at hand has both. A voice and a line of one label come from different people and err
independently, which is kinder to whatever joins them than speech is.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Rows = NDArray[np.int64]

LINES_PER_CLIP: Final = 10
"""Lines that each recording is paired with."""


def pairs(voice_label: Rows, line_label: Rows, *, rng: Generator) -> tuple[Rows, Rows]:
    """Recordings and lines of one label, :data:`LINES_PER_CLIP` lines to each recording.

    Parameters
    ----------
    voice_label, line_label : ndarray, shape (n,) and (m,), int

    Returns
    -------
    clips, lines : ndarray, shape (pairs,), int
        A recording whose label no line has is left out.
    """
    clips, lines = [], []
    for at, label in enumerate(voice_label):
        fitting = np.flatnonzero(line_label == label)
        if fitting.size:
            drawn = rng.choice(fitting, LINES_PER_CLIP)
            clips += [at] * drawn.size
            lines += drawn.tolist()
    return np.array(clips, dtype=np.int64), np.array(lines, dtype=np.int64)
