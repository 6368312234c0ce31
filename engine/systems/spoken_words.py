"""Word times from outside, fitted to the words of a line as the text brain splits it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.analysis import SpokenWord
from engine.errors import TableError
from engine.features.words import split_words


def matched_spans(spoken: Sequence[SpokenWord], words: Sequence[str]) -> NDArray[np.float64]:
    """Start and end of each word of the line, shape (n, 2), in seconds.

    A spoken entry that the line splits into several words gives each an equal part of its time.

    Raises
    ------
    TableError
        If a time is not finite, a word ends before it starts, or the words are not as many as the line's.
    """
    spans: list[tuple[float, float]] = []
    for entry in spoken:
        if not (np.isfinite([entry.start_s, entry.end_s]).all() and entry.start_s <= entry.end_s):
            raise TableError(
                f"The word {entry.text!r} lasts from {entry.start_s} to {entry.end_s} s; "
                "a word starts at a finite time and ends no earlier."
            )
        parts = len(split_words(entry.text))
        edges = np.linspace(entry.start_s, entry.end_s, parts + 1)
        spans += [(float(start), float(end)) for start, end in pairwise(edges)]
    if len(spans) != len(words):
        raise TableError(
            f"Times were given for {len(spans)} words, but the line has {len(words)}; "
            "give one start and end for each word of the line, or none at all."
        )
    return np.array(spans, dtype=np.float64).reshape(-1, 2)
