"""The ratings thresholds are learned from: one row per answer of one person to one clip."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import TableError
from engine.vocabulary import VERDICT_ORDER, Delivery, answer_named, quoted, verdict_named

Labels = NDArray[Any]
"""Names (of raters, groups, context levels), an object array of shape (n,)."""


@dataclass(frozen=True, slots=True)
class RatingTable:
    """Answers in columns, each of shape (n,); build it with :meth:`of`, which checks them.

    Attributes
    ----------
    alignment : ndarray of float64
        Gap of the prediction that was shown when the answer was given, z units.
    verdict : ndarray of int8
        What the person said: 0 under, 1 correct, 2 over.
    weight : ndarray of float64
        Positive; 1 / selection probability where clips were chosen with unequal chances.
    rater : ndarray of object or None
        Who answered.
    group : ndarray of object
        What must never be split between fitting and checking, such as the actor or the clip.
    context : Mapping[str, ndarray of object]
        Context columns by name.
    step : ndarray of int8 or None
        How far too little or too much it was, -2 ... 2; 0 where the answer was *correct* or a verdict
        alone. ``None`` where all answers were verdicts.
    """

    alignment: NDArray[np.float64]
    verdict: NDArray[np.int8]
    weight: NDArray[np.float64]
    rater: Labels | None
    group: Labels
    context: Mapping[str, Labels] = field(default_factory=dict)
    step: NDArray[np.int8] | None = None

    @classmethod
    def of(
        cls,
        *,
        alignment: ArrayLike,
        verdict: Iterable[object],
        weight: ArrayLike | None = None,
        rater: Iterable[object] | None = None,
        group: Iterable[object] | None = None,
        context: Mapping[str, Iterable[object]] | None = None,
    ) -> RatingTable:
        """Check and assemble a table; an empty one is allowed.

        Parameters
        ----------
        alignment : array_like, shape (n,)
            Gaps in z units.
        verdict : iterable, length n
            Verdict words, or delivery steps -2 ... 2 as text or numbers.
        weight : array_like, shape (n,), optional
            All 1 if not given.
        rater, group : iterable, length n, optional
            Without groups each row is a group of its own.
        context : Mapping[str, iterable], optional
            A level that is ``None`` or NaN becomes the level ``""``, which no threshold is learned for.

        Raises
        ------
        TableError
            If a gap is not finite, a weight not positive and finite, a verdict unknown, or a column of
            another length.
        """
        gaps = np.asarray(alignment, dtype=np.float64).reshape(-1)
        n = gaps.size
        if not np.isfinite(gaps).all():
            raise TableError("A rating has no finite gap; leave out ratings of clips whose gap is unknown.")
        weights = np.ones(n) if weight is None else np.asarray(weight, dtype=np.float64).reshape(-1)
        if not (np.isfinite(weights) & (weights > 0)).all():
            raise TableError("A weight is not a positive number; give every rating a weight above 0.")
        codes, steps = answer_codes(verdict)
        columns = {str(name): as_labels(levels) for name, levels in (context or {}).items()}
        raters = None if rater is None else as_labels(rater)
        groups = as_labels(np.arange(n)) if group is None else as_labels(group)
        lengths: dict[str, NDArray[Any]] = {"verdict": codes, "weight": weights, "group": groups, **columns}
        if raters is not None:
            lengths["rater"] = raters
        for name, values in lengths.items():
            if values.shape[0] != n:
                raise TableError(f"The column {name} has {values.shape[0]} values for {n} ratings.")
        return cls(gaps, codes, weights, raters, groups, columns, steps)

    def __len__(self) -> int:
        return int(self.alignment.size)

    def take(self, rows: NDArray[Any]) -> RatingTable:
        """The table of some rows, by boolean mask or by positions."""
        return RatingTable(
            self.alignment[rows],
            self.verdict[rows],
            self.weight[rows],
            None if self.rater is None else self.rater[rows],
            self.group[rows],
            {name: levels[rows] for name, levels in self.context.items()},
            None if self.step is None else self.step[rows],
        )

    def without_context(self) -> RatingTable:
        """The same answers with no context columns."""
        return replace(self, context={})

    def sha256(self) -> str:
        """A hash of every value in row order, to say which ratings a policy saw."""
        digest = hashlib.sha256()
        for numbers in (self.alignment, self.verdict, self.weight):
            digest.update(np.ascontiguousarray(numbers).tobytes())
        if self.step is not None:
            digest.update(np.ascontiguousarray(self.step).tobytes())
        for labels in (self.rater, self.group, *(self.context[name] for name in sorted(self.context))):
            if labels is not None:
                digest.update("\x1f".join(map(str, labels)).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def as_labels(values: Iterable[object]) -> Labels:
    """Names as text in an object array, shape (n,); missing ones become ``""``."""
    import pandas as pd  # half a second, which no page without learned thresholds needs

    column = pd.Series(values if isinstance(values, np.ndarray) else list(values), dtype=object)
    missing = column.isna().to_numpy(dtype=bool)
    text = column.astype(str).to_numpy(dtype=object)
    text[missing] = ""
    return np.asarray(text, dtype=object)


def verdict_codes(values: Iterable[object]) -> NDArray[np.int8]:
    """Codes 0, 1, 2 of verdict words or delivery steps.

    Raises
    ------
    TableError
        If one is neither, with the first row that is wrong.
    """
    return answer_codes(values)[0]


def answer_codes(values: Iterable[object]) -> tuple[NDArray[np.int8], NDArray[np.int8] | None]:
    """Codes 0, 1, 2 of verdict words or delivery steps, and the steps; ``None`` where none tells more.

    Raises
    ------
    TableError
        If one is neither, with the first row that is wrong.
    """
    import pandas as pd

    places, names = pd.factorize(as_labels(values))
    meant = np.empty((2, len(names)), dtype=np.int8)
    for place, name in enumerate(names):  # in the order of their first rows
        try:
            answer = answer_named(name)
        except ValueError:
            raise TableError(
                f"Rating {np.flatnonzero(places == place)[0] + 1} has the verdict {quoted(name)}; "
                "use under, correct, over or a step from -2 to 2."
            ) from None
        step = answer if isinstance(answer, Delivery) else Delivery.RIGHT
        meant[:, place] = VERDICT_ORDER.index(verdict_named(name)), int(step)
    codes = meant[:, places]
    return codes[0], codes[1] if codes[1].any() else None
