"""Rules that join branches, side by side on the same held-out opinions, fold by fold.

Whatever a rule learns (temperatures, trust, shares, a combiner) it learns on the other folds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from engine.systems.fusion import (
    LEAST_SHARE,
    entropy_weights,
    learned_powers,
    learned_trust,
    pooled,
    product,
    weighted_mean,
)
from engine.training.distilled_scales import softmax, temperature

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

COMBINER_STRENGTH: Final = 0.05
"""Inverse of the combiner's regularisation: a thousand recordings do not feed a free one."""


@dataclass(frozen=True, slots=True)
class RuleScore:
    """One rule's figures.

    Attributes
    ----------
    accuracy, macro_f1 : tuple of float
        One for each fold.
    """

    rule: str
    accuracy: tuple[float, ...]
    macro_f1: tuple[float, ...]


def compared(
    logits: Sequence[Numbers], names: Sequence[str], truth: Rows, fold: Rows
) -> tuple[RuleScore, ...]:
    """Measure every rule and every branch alone.

    Parameters
    ----------
    logits : sequence of ndarray, each shape (n, K)
        Out-of-fold logits of each branch.
    names : sequence of str
        Of the branches.
    truth, fold : ndarray, shape (n,), int
    """
    scores: dict[str, list[tuple[float, float]]] = {}
    for one in np.unique(fold):
        fit, held = fold != one, fold == one
        warm = [temperature(each[fit], truth[fit]) for each in logits]
        plain = np.stack([softmax(each) for each in logits], axis=1)  # [n, branches, K]
        scaled = np.stack([softmax(each / heat) for each, heat in zip(logits, warm, strict=True)], axis=1)
        for rule, answer in _rules(scaled, plain, truth, fit, held, names).items():
            guess = answer.argmax(axis=1)
            right = float((guess == truth[held]).mean())
            macro = float(f1_score(truth[held], guess, average="macro", zero_division=0))
            scores.setdefault(rule, []).append((right, macro))
    return tuple(
        RuleScore(rule, tuple(right for right, _ in found), tuple(macro for _, macro in found))
        for rule, found in scores.items()
    )


def _rules(
    scaled: Numbers,
    plain: Numbers,
    truth: Rows,
    fit: NDArray[np.bool_],
    held: NDArray[np.bool_],
    names: Sequence[str],
) -> dict[str, Numbers]:
    """The answers [held, K] of every rule on one fold."""
    branches = scaled.shape[1]
    even = np.ones(branches)
    alone = {f"{name} alone": scaled[held, at] for at, name in enumerate(names)}
    right = [(scaled[fit, at].argmax(axis=1) == truth[fit]).mean() for at in range(branches)]
    best = int(np.argmax(right))

    def joined(source: Numbers, weights: Callable[[Numbers], Numbers]) -> Numbers:
        return weighted_mean(source[held], weights(source[held]))

    trust = learned_trust(scaled[fit], truth[fit])
    return alone | {
        "best branch (chosen on the other folds)": scaled[held, best],
        "mean": weighted_mean(scaled[held], even / branches),
        "product of posteriors": product(scaled[held]),
        "product, learned powers": pooled(scaled[held], learned_powers(scaled[fit], truth[fit])),
        "fixed α (chosen on the other folds)": weighted_mean(
            scaled[held], _fixed_shares(scaled[fit], truth[fit])
        ),
        "entropy, no temperature": joined(plain, lambda each: entropy_weights(each, even)),
        "entropy, temperature": joined(scaled, lambda each: entropy_weights(each, even)),
        "entropy, temperature, learned trust": joined(scaled, lambda each: entropy_weights(each, trust)),
        "learned combiner": _combined(scaled, truth, fit, held),
    }


def _fixed_shares(probabilities: Numbers, truth: Rows) -> Numbers:
    """Shares [branches] that make the truth likeliest."""
    rows = np.arange(truth.size)

    def loss(free: Numbers) -> float:
        joint = weighted_mean(probabilities, softmax(free[None])[0])
        return float(-np.log(np.clip(joint[rows, truth], LEAST_SHARE, None)).mean())

    found = minimize(loss, np.zeros(probabilities.shape[1]), method="Nelder-Mead").x
    return np.asarray(softmax(found[None])[0], dtype=np.float64)


def _combined(scaled: Numbers, truth: Rows, fit: NDArray[np.bool_], held: NDArray[np.bool_]) -> Numbers:
    """A logistic regression on the branches' log-probabilities."""
    rows = np.log(np.clip(scaled, 1e-4, 1.0)).reshape(len(scaled), -1)
    model = LogisticRegression(C=COMBINER_STRENGTH, max_iter=2000).fit(rows[fit], truth[fit])
    answer = np.zeros((int(held.sum()), scaled.shape[2]))
    answer[:, model.classes_] = model.predict_proba(rows[held])
    return answer
