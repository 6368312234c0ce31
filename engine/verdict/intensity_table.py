"""What raters said about how intense deliveries are, beside what the model stated."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import TableError
from engine.verdict.cumulative_link import Array
from engine.verdict.ratings_table import Labels, as_labels


@dataclass(frozen=True, slots=True)
class IntensityTable:
    """Answers in columns of shape (n,); build it with :meth:`of`.

    Attributes
    ----------
    model, rated : ndarray
        What the model stated and what the person said, 0 to 1.
    weight : ndarray
    group : ndarray of object
        What must never be split between fitting and checking.
    context : Mapping[str, ndarray of object]
    rater : ndarray of object or None
        Who said it; ``None`` where nobody is named.
    """

    model: Array
    rated: Array
    weight: Array
    group: Labels
    context: Mapping[str, Labels] = field(default_factory=dict)
    rater: Labels | None = None

    @classmethod
    def of(
        cls,
        *,
        model: ArrayLike,
        rated: ArrayLike,
        group: Sequence[object] | None = None,
        weight: ArrayLike | None = None,
        context: Mapping[str, Sequence[object]] | None = None,
        rater: Sequence[object] | None = None,
    ) -> Self:
        """Check and assemble a table.

        Raises
        ------
        TableError
            If an intensity lies outside [0, 1], a weight is not positive, or columns differ in length.
        """
        stated, said = (np.asarray(values, dtype=np.float64).reshape(-1) for values in (model, rated))
        for values in (stated, said):
            if not ((values >= 0) & (values <= 1)).all():  # NaN is neither
                raise TableError(
                    "An intensity lies outside 0 to 1 or is missing; mend or leave out that row."
                )
        mass = np.ones(stated.size) if weight is None else np.asarray(weight, dtype=np.float64).reshape(-1)
        if not (np.isfinite(mass) & (mass > 0)).all():
            raise TableError("A weight is not a positive number; give every rating a weight above 0.")
        groups = as_labels(np.arange(stated.size) if group is None else group)
        columns = {str(name): as_labels(levels) for name, levels in (context or {}).items()}
        people = None if rater is None else as_labels(rater)
        named = () if people is None else (people,)
        if any(values.shape[0] != stated.size for values in (said, mass, groups, *columns.values(), *named)):
            raise TableError(
                "The columns of intensities, weights, groups, raters and contexts differ in length."
            )
        return cls(stated, said, mass, groups, columns, people)

    def __len__(self) -> int:
        return int(self.model.size)

    def take(self, rows: NDArray[Any]) -> IntensityTable:
        """The table of some rows, by boolean mask or by positions."""
        return IntensityTable(
            self.model[rows],
            self.rated[rows],
            self.weight[rows],
            self.group[rows],
            {name: levels[rows] for name, levels in self.context.items()},
            None if self.rater is None else self.rater[rows],
        )

    def raters(self) -> int:
        """How many people spoke; 0 where nobody is named."""
        return 0 if self.rater is None else int(np.unique(self.rater.astype(str)).size)

    def sha256(self) -> str:
        """A hash of every value in row order."""
        digest = hashlib.sha256()
        for numbers in (self.model, self.rated, self.weight):
            digest.update(np.ascontiguousarray(numbers).tobytes())
        people = () if self.rater is None else (self.rater,)
        for labels in (self.group, *people, *(self.context[name] for name in sorted(self.context))):
            digest.update("\x1f".join(map(str, labels)).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()
