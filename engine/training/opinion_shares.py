"""What each reader of a face counts in the joint opinion, fitted on faces that none of them learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from engine.systems.face_stills import READERS, asked

Numbers = NDArray[np.float64]

STEADYING: Final = 1e-3
"""Pulls the shares of the readers together where the faces leave them open."""
LARGEST_SHARE: Final = 3.0
LEAST_ROWS: Final = 20
OTHER_KIND: Final = 0.2
"""What faces of the other kind, posed beside web, count together: a product of opinions fitted on one kind
alone would forget the readers that the other kind needs."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """What readers say of some faces, and what people say of them.

    Attributes
    ----------
    found : Mapping[str, ndarray]
        Log-probabilities, shape (n, emotions), of each reader; NaN rows where it cannot answer.
    target : ndarray, shape (n, emotions)
        Shares of the votes.
    """

    found: Mapping[str, Numbers]
    target: NDArray[np.floating[Any]]

    def of(self, readers: tuple[str, ...], *, stand_in: bool) -> tuple[Numbers, Numbers]:
        """Answers [readers, n, emotions] and targets [n, emotions] of the faces all of them can answer for.

        With ``stand_in`` a reader that is missing altogether is taken to know nothing.
        """
        even = np.full(self.target.shape, -np.log(self.target.shape[1]))
        answers = np.stack([self.found.get(name, even if stand_in else even * np.nan) for name in readers])
        rows = np.isfinite(answers).all(axis=(0, 2))
        return answers[:, rows], np.asarray(self.target[rows], dtype=np.float64)


def fitted_shares(main: Opinions, beside: Opinions | None = None) -> dict[str, Numbers]:
    """For every set of the readers, what each of :data:`READERS` counts.

    Parameters
    ----------
    main : Opinions
        The faces that the sets are fitted on.
    beside : Opinions, optional
        Faces of another kind, that count :data:`OTHER_KIND` of the first.
    """
    names = [name for name in READERS if name in main.found]
    shares: dict[str, Numbers] = {}
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            parts = [main.of(chosen, stand_in=False)]
            if len(parts[0][1]) < LEAST_ROWS:
                continue
            if beside is not None and any(name in beside.found for name in chosen):
                parts.append(beside.of(chosen, stand_in=True))
            there = np.array([name in chosen for name in READERS])
            share = np.zeros(len(READERS))
            share[there] = _likeliest(parts)
            shares[asked(there)] = share
    return shares


def _likeliest(parts: list[tuple[Numbers, Numbers]]) -> Numbers:
    """Non-negative shares under which the joint opinions are likeliest, over one or two kinds of faces."""
    readers = len(parts[0][0])
    answers = np.concatenate([part for part, _target in parts], axis=1)
    target = np.concatenate([wanted for _part, wanted in parts])
    counts = (1.0, OTHER_KIND)
    weight = np.concatenate(
        [
            np.full(len(wanted), count / max(1, len(wanted)))
            for (_, wanted), count in zip(parts, counts, strict=False)
        ]
    )
    weight /= weight.sum()
    even = 1 / readers

    def loss(share: Numbers) -> tuple[float, Numbers]:
        logits = np.tensordot(share, answers, axes=1)
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        lost = -float(weight @ (target * np.log(np.maximum(chances, 1e-12))).sum(axis=1))
        slope = ((chances - target)[None] * answers).sum(axis=2) @ weight
        away = share - even
        return lost + STEADYING * float((away**2).sum()), slope + 2 * STEADYING * away

    start = np.full(readers, even)
    found = minimize(loss, start, jac=True, bounds=[(0, LARGEST_SHARE)] * readers, method="L-BFGS-B")
    return np.asarray(found.x, dtype=np.float64)
