"""Rules that make two branches' opinions one, each fitted on training folds where it has anything to fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.evaluation.parts.nested import softmax, temperature_of

Numbers = NDArray[np.float64]

LEAST: Final = 1e-6
"""Shares are kept this far from 0 before a logarithm is taken: no single branch has a veto."""
TRUSTS: Final = tuple(np.linspace(0.1, 1.0, 10).round(1).tolist())
ALPHA: Final = 0.7
"""The published fixed share (of the words over the sound), here of the second branch over the first."""
COMBINER_PENALTY: Final = 0.1


def mean(branches: Sequence[Numbers], weights: Sequence[float] | None = None) -> Numbers:
    """Weighted mean of shares, shape (n, k)."""
    return np.asarray(np.average(np.stack(branches), axis=0, weights=weights))


def product(branches: Sequence[Numbers], powers: Sequence[float] | None = None) -> Numbers:
    """Normalised product of shares, each to a power: the logarithmic opinion pool (Genest & Zidek 1986)."""
    raised = powers or [1.0] * len(branches)
    return softmax(sum(power * _log(one) for power, one in zip(raised, branches, strict=True)))  # type: ignore[arg-type]  # a sum of arrays is one


def entropy_weighted(branches: Sequence[Numbers], trust: Sequence[float]) -> Numbers:
    """Mean weighted by trust times confidence, 1 - H(p) / log K, row by row."""
    pull = np.stack([t * _confidence(one) for t, one in zip(trust, branches, strict=True)])
    whole = pull.sum(axis=0)
    share = np.where(whole > 0, pull / np.where(whole > 0, whole, 1.0), 1 / len(branches))
    return np.asarray((share[..., None] * np.stack(branches)).sum(axis=0))


def temperature(shares: Numbers, label: NDArray[np.int64]) -> float:
    """The temperature that makes shares [n, k] likeliest for the labels [n]."""
    return temperature_of(_log(shares), label)


def tempered(shares: Numbers, heat: float) -> Numbers:
    """Shares whose logits are divided by a temperature (Guo et al. 2017)."""
    return softmax(_log(shares) / heat)


@dataclass(slots=True)
class Fusion:
    """All that rules learn from the training folds; :meth:`fit` before :meth:`rows`.

    Attributes
    ----------
    temperatures_ : tuple of float
        Of each branch.
    powers_ : tuple of float
        Exponent of each branch in the learned product.
    alpha_ : float
        Share of the second branch in the learned mean.
    trust_ : tuple of float
        Of each branch; the more trusted has 1.
    combiner_ : Pipeline
        Logistic regression on the logarithms of all shares.
    """

    temperatures_: tuple[float, ...] = ()
    powers_: tuple[float, ...] = ()
    alpha_: float = 0.5
    trust_: tuple[float, ...] = ()
    combiner_: Any = field(default=None)

    def fit(self, branches: Sequence[Numbers], label: NDArray[np.int64]) -> Fusion:
        """Learn from out-of-fold shares [n, k] of two branches and the labels [n]."""
        self.temperatures_ = tuple(temperature(one, label) for one in branches)
        scaled = self._scaled(branches)

        def loss(said: Numbers) -> float:
            return float(-_log(said)[np.arange(label.size), label].mean())

        def of_powers(log_powers: Numbers) -> float:
            return loss(product(branches, np.exp(log_powers).tolist()))

        found = minimize(of_powers, np.zeros(len(branches)), method="Nelder-Mead", options={"maxiter": 80})
        self.powers_ = tuple(np.exp(found.x).tolist())
        self.alpha_ = min(TRUSTS, key=lambda alpha: loss(mean(branches, [1 - alpha, alpha])))
        pairs = [(one, 1.0) for one in TRUSTS] + [(1.0, one) for one in TRUSTS]
        self.trust_ = min(pairs, key=lambda trust: loss(entropy_weighted(scaled, trust)))
        combiner = make_pipeline(StandardScaler(), LogisticRegression(C=COMBINER_PENALTY, max_iter=1000))
        self.combiner_ = combiner.fit(_stacked(branches), label)
        return self

    def rows(self, branches: Sequence[Numbers]) -> dict[str, Numbers]:
        """The shares each rule gives, by the name of its row."""
        scaled = self._scaled(branches)
        even = [1.0] * len(branches)
        return {
            "mean": mean(branches),
            "product": product(branches),
            f"fixed α, face {ALPHA}": mean(branches, [1 - ALPHA, ALPHA]),
            "α learned": mean(branches, [1 - self.alpha_, self.alpha_]),
            "entropy-weighted, as they are": entropy_weighted(branches, even),
            "entropy-weighted, temperature-scaled": entropy_weighted(scaled, even),
            "entropy-weighted, scaled, trust learned": entropy_weighted(scaled, self.trust_),
            "product with learned powers": product(branches, self.powers_),
            "logistic combiner": self.combiner_.predict_proba(_stacked(branches)),
        }

    def _scaled(self, branches: Sequence[Numbers]) -> list[Numbers]:
        return [tempered(one, t) for one, t in zip(branches, self.temperatures_, strict=True)]


def _log(shares: Numbers) -> Numbers:
    return np.asarray(np.log(np.maximum(shares, LEAST)))


def _confidence(shares: Numbers) -> Numbers:
    entropy = -(shares * _log(shares)).sum(axis=1)
    return np.asarray(np.maximum(1 - entropy / np.log(shares.shape[1]), 0.0))


def _stacked(branches: Sequence[Numbers]) -> Numbers:
    return np.hstack([_log(one) for one in branches])
