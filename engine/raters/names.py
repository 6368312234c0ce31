"""Columns of names, such as clips and raters: a million rows hold few different ones, each read once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.intp]

ALIKE: Final = frozenset({"string", "integer", "floating", "empty"})
"""Kinds of columns, as pandas names them, of which different values have different texts."""


@dataclass(frozen=True, slots=True)
class Named:
    """A column of names.

    Attributes
    ----------
    codes : ndarray of intp, shape (n,)
        Each row's place in ``texts``.
    texts : tuple of str
        Without spaces around them, ``""`` for nothing; no two are alike.
    """

    codes: Codes
    texts: tuple[str, ...]

    @classmethod
    def of(cls, values: Iterable[object]) -> Self:
        """Read a column, shape (n,); ``None`` and NaN are nothing."""
        column = values if isinstance(values, np.ndarray) else pd.Series(list(values), dtype=object)
        if pd.api.types.infer_dtype(column, skipna=True) not in ALIKE:  # 1, "1" and 1.0 would be one
            column = pd.Series([_text(value) for value in column], dtype=object)
        places, different = pd.factorize(column)
        texts, names = pd.factorize(np.array([*map(_text, different.tolist()), ""], dtype=object))
        # nothing has the place -1, which is that of the text added last
        return cls(np.asarray(texts[places], dtype=np.intp), tuple(map(str, names)))

    def taken(self, rows: Codes) -> tuple[Codes, tuple[str, ...]]:
        """The codes of some rows among the texts that these hold, and those texts, sorted."""
        codes, places = pd.factorize(self.codes[rows])
        texts = [self.texts[place] for place in places]
        order = sorted(range(len(texts)), key=texts.__getitem__)
        ranks = np.empty(len(texts), dtype=np.intp)
        ranks[order] = np.arange(len(texts))
        return np.asarray(ranks[codes], dtype=np.intp), tuple(texts[place] for place in order)


def _text(value: object) -> str:
    is_nothing = value is None or value is pd.NaT or value != value  # only NaN is not itself
    return "" if is_nothing else str(value).strip()
