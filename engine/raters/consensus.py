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
import pandas as pd
from numpy.typing import NDArray

from engine.errors import TableError

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
        item, item_names = pd.factorize(np.array([str(name) for name in items], dtype=object), sort=True)
        rater, rater_names = pd.factorize(np.array([str(name) for name in raters], dtype=object), sort=True)
        code = np.asarray(list(answers), dtype=np.float64)
        if not item.size == rater.size == code.size or code.size == 0:
            raise TableError("A consensus needs one item, one rater and one answer in each row, and a row.")
        if not np.isin(code, np.arange(self.steps)).all():
            raise TableError(f"An answer is none of the steps 0 to {self.steps - 1}; mend that row.")
        said = code.astype(np.intp)
        self.items_, self.raters_ = tuple(map(str, item_names)), tuple(map(str, rater_names))
        votes = np.zeros((len(self.items_), self.steps))
        np.add.at(votes, (item, said), 1.0)
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
        counts = np.zeros((len(self.raters_), self.steps, self.steps))
        np.add.at(counts.swapaxes(1, 2), (rater, said), truth[item])  # a view: sums into (rater, :, said)
        common = counts.sum(axis=0) + near / near.sum(axis=1, keepdims=True)
        common /= common.sum(axis=1, keepdims=True)
        own = counts + self.pooling * common
        self.tables_ = own / own.sum(axis=2, keepdims=True)
        self.shares_ = (truth.sum(axis=0) + 1.0) / (truth.shape[0] + self.steps)

    def _weigh(self, item: NDArray[np.intp], rater: NDArray[np.intp], said: NDArray[np.intp]) -> Array:
        evidence = np.tile(np.log(self.shares_), (len(self.items_), 1))
        np.add.at(evidence, item, np.log(self.tables_[rater, :, said]))
        evidence -= evidence.max(axis=1, keepdims=True)
        truth = np.exp(evidence)
        return np.asarray(truth / truth.sum(axis=1, keepdims=True), dtype=np.float64)
