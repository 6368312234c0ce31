"""What several people's ordinal answers to the same clip add up to.

Dawid & Skene (1979): every rater has a table of how often each true step is called what; tables and
truths are estimated together. Here a rater's table is drawn towards the one of all raters, and that
towards answers near the truth, so that a rater with few answers and a step hardly anybody uses stay
sensible (the ordinal and pooled variant of Paun et al. 2018).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError
from engine.raters.names import Named

Array = NDArray[np.float64]

POOLING: Final = 4.0
"""How many answers per true step the raters' common table counts for in each rater's own."""

CLOSENESS: Final = 1.0
"""How much rarer, in powers of e, an answer is expected to be for each step it lies off the truth."""

_ROUNDS: Final = 200
_SETTLED: Final = 1e-6


class OrdinalConsensus:
    """Consensus of ordinal answers, weighing raters by how they answer.

    Parameters
    ----------
    steps : int
        Number of ordered answers, coded 0 ... steps - 1.
    pooling : float
        Weight of the raters' common table in each rater's own, in answers per true step.

    Attributes
    ----------
    items_, raters_ : tuple of str
    probabilities_ : ndarray, shape (items, steps)
        How probable each step is to be the truth of each item.
    tables_ : ndarray, shape (raters, steps, steps)
        How often each rater calls each true step (rows) what (columns).
    shares_ : ndarray, shape (steps,)
        How common each step is.
    """

    def __init__(self, steps: int, *, pooling: float = POOLING) -> None:
        if steps < 2 or not pooling > 0:
            raise TableError("A consensus needs at least two steps and a positive weight of pooling.")
        self.steps = steps
        self.pooling = pooling

    def fit(self, items: Iterable[object], raters: Iterable[object], answers: Iterable[int]) -> Self:
        """Estimate truths and tables from n answers.

        Parameters
        ----------
        items, raters : iterable, length n
            Which clip was answered by whom.
        answers : iterable of int, length n
            Codes 0 ... steps - 1.

        Raises
        ------
        TableError
            If there are no answers, the columns differ in length, or a code is none of the steps.
        """
        of_items, of_raters = Named.of(items), Named.of(raters)
        item, item_names = of_items.taken(np.arange(of_items.codes.size))
        rater, rater_names = of_raters.taken(np.arange(of_raters.codes.size))
        code = np.asarray(answers if isinstance(answers, np.ndarray) else list(answers), dtype=np.float64)
        if not item.size == rater.size == code.size or code.size == 0:
            raise TableError("A consensus needs one item, one rater and one answer in each row, and a row.")
        if not np.isin(code, np.arange(self.steps)).all():
            raise TableError(f"An answer is none of the steps 0 to {self.steps - 1}; mend that row.")
        said = code.astype(np.intp)
        self.items_, self.raters_ = tuple(map(str, item_names)), tuple(map(str, rater_names))
        cells = len(self.items_) * self.steps
        votes = np.bincount(item * self.steps + said, minlength=cells).reshape(-1, self.steps).astype(float)
        truth = votes / votes.sum(axis=1, keepdims=True)
        for _ in range(_ROUNDS):
            self._learn(truth, item, rater, said)
            before, truth = truth, self._weigh(item, rater, said)
            if float(np.abs(truth - before).max()) < _SETTLED:
                break
        self.probabilities_ = truth
        return self

    @property
    def consensus(self) -> NDArray[np.intp]:
        """The median step of each item, shape (items,): the ordinal answer with the least expected error."""
        return np.asarray((self.probabilities_.cumsum(axis=1) < 0.5).sum(axis=1), dtype=np.intp)

    def _learn(
        self, truth: Array, item: NDArray[np.intp], rater: NDArray[np.intp], said: NDArray[np.intp]
    ) -> None:
        steps = np.arange(self.steps)
        near = np.exp(-CLOSENESS * np.abs(steps[:, None] - steps[None, :]))
        place, cells = rater * self.steps + said, len(self.raters_) * self.steps
        counts = np.empty((len(self.raters_), self.steps, self.steps))
        for true in range(self.steps):  # counting by place is many times as fast as adding at places
            summed = np.bincount(place, weights=truth[item, true], minlength=cells)
            counts[:, true, :] = summed.reshape(-1, self.steps)
        common = counts.sum(axis=0) + near / near.sum(axis=1, keepdims=True)
        common /= common.sum(axis=1, keepdims=True)
        own = counts + self.pooling * common
        self.tables_ = own / own.sum(axis=2, keepdims=True)
        self.shares_ = (truth.sum(axis=0) + 1.0) / (truth.shape[0] + self.steps)

    def _weigh(self, item: NDArray[np.intp], rater: NDArray[np.intp], said: NDArray[np.intp]) -> Array:
        evidence = np.tile(np.log(self.shares_), (len(self.items_), 1))
        logs, place = np.log(self.tables_), rater * self.steps + said
        for true in range(self.steps):
            told = np.ascontiguousarray(logs[:, true, :]).ravel()[place]
            evidence[:, true] += np.bincount(item, weights=told, minlength=len(self.items_))
        evidence -= evidence.max(axis=1, keepdims=True)
        truth = np.exp(evidence)
        return np.asarray(truth / truth.sum(axis=1, keepdims=True), dtype=np.float64)
