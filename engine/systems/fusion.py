"""Several opinions on the emotion made one: by trust times confidence, by fixed shares, by product.

:func:`joint_emotion` joins the modalities of one clip; the functions on arrays are the rules of the
late-fusion systems, which are measured side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize, minimize_scalar

from engine.analysis import EmotionEstimate
from engine.systems.performance import confidence
from engine.vocabulary import Emotion, Modality

Numbers = NDArray[np.float64]

LEAST_SHARE: Final = 1e-9
"""Probabilities are kept above this before a logarithm is taken."""
LEAST_LOGARITHM: Final = 1e-6
"""The same in a product, where one branch that is sure and wrong would outvote all others."""
POWER_PULL: Final = 1e-3
TRUST_PRIOR: Final = 1.0
"""Standard deviation of the prior on the logarithm of a learned trust, centred on equal trust."""


@dataclass(frozen=True, slots=True)
class JointEmotion:
    """The joint opinion of one clip.

    Attributes
    ----------
    emotion : EmotionEstimate or None
        ``None`` where no modality can say anything.
    weights : Mapping[Modality, float]
        Share of each modality; they sum to 1 or are all 0.
    """

    emotion: EmotionEstimate | None
    weights: Mapping[Modality, float]


def joint_emotion(
    opinions: Mapping[Modality, EmotionEstimate], *, trust: Mapping[Modality, float]
) -> JointEmotion:
    """Join opinions, each weighted by its trust (0 to 1) times its confidence.

    An emotion that one modality cannot name counts 0 there. Where every weight is 0 although
    something is trusted, trust alone weighs.
    """
    pull = {modality: trust[modality] * confidence(opinions[modality].probabilities) for modality in opinions}
    if sum(pull.values()) <= 0:
        pull = {modality: trust[modality] for modality in opinions}
    total = sum(pull.values())
    if total <= 0:
        return JointEmotion(None, dict.fromkeys(opinions, 0.0))
    weights = {modality: pull[modality] / total for modality in opinions}
    named: dict[Emotion, float] = {}
    for modality, estimate in opinions.items():
        for emotion, probability in estimate.probabilities.items():
            named[emotion] = named.get(emotion, 0.0) + weights[modality] * probability
    whole = sum(named.values())
    ordered = {emotion: named[emotion] / whole for emotion in Emotion if emotion in named}
    return JointEmotion(EmotionEstimate(ordered), weights)


def confidences(probabilities: Numbers) -> Numbers:
    """1 - H(p) / log K along the last axis of distributions, shape (…, K) → (…)."""
    kept = np.clip(probabilities, LEAST_SHARE, 1.0)
    entropy = -(probabilities * np.log(kept)).sum(axis=-1)
    return np.asarray(np.clip(1 - entropy / np.log(probabilities.shape[-1]), 0.0, 1.0))


def entropy_weights(probabilities: Numbers, trust: ArrayLike) -> Numbers:
    """Shares of the branches by trust × confidence, shape (n, branches); each row sums to 1 or is 0.

    Parameters
    ----------
    probabilities : ndarray, shape (n, branches, K)
    trust : array, shape (branches,) or (n, branches)
        Not negative. Where nobody is confident, trust alone weighs.
    """
    trusted = np.broadcast_to(np.asarray(trust, dtype=np.float64), probabilities.shape[:2])
    pull = trusted * confidences(probabilities)
    pull = np.where(pull.sum(axis=1, keepdims=True) > 0, pull, trusted)
    total = pull.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(pull, total, out=np.zeros_like(pull), where=total > 0))


def weighted_mean(probabilities: Numbers, weights: ArrayLike) -> Numbers:
    """Σ weight × p, shape (n, K), of distributions, shape (n, branches, K)."""
    shares = np.broadcast_to(np.asarray(weights, dtype=np.float64), probabilities.shape[:2])
    return np.asarray(np.einsum("nb,nbk->nk", shares, probabilities))


def product(probabilities: Numbers) -> Numbers:
    """Normalised product of the branches' distributions, shape (n, branches, K) → (n, K)."""
    log_shares = np.log(np.clip(probabilities, LEAST_SHARE, 1.0)).sum(axis=1)
    shares = np.exp(log_shares - log_shares.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def pooled(probabilities: Numbers, powers: ArrayLike) -> Numbers:
    """Normalised product of distributions, each to a power, shape (n, branches, K) → (n, K).

    The logarithmic opinion pool (Genest & Zidek 1986). ``powers`` has the shape (branches,); one that is 0
    leaves its branch out.
    """
    logits = np.log(np.clip(probabilities, LEAST_LOGARITHM, 1.0))
    joint = np.einsum("b,nbk->nk", np.asarray(powers, dtype=np.float64), logits)
    shares = np.exp(joint - joint.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def learned_powers(probabilities: Numbers, truth: NDArray[np.int64]) -> Numbers:
    """The powers, shape (branches,), under which :func:`pooled` makes the truth likeliest; not negative.

    With a weak pull towards an even share of 1, which decides where branches say the same.
    """
    logits = np.log(np.clip(probabilities, LEAST_LOGARITHM, 1.0))
    rows, branches = np.arange(truth.size), probabilities.shape[1]
    even = 1 / branches

    def loss(powers: Numbers) -> tuple[float, Numbers]:
        shares = pooled(probabilities, powers)
        likely = np.log(np.clip(shares[rows, truth], LEAST_SHARE, None)).mean()
        away = powers - even
        slope = np.einsum("nk,nbk->b", shares, logits) - logits[rows, :, truth].sum(axis=0)
        return POWER_PULL * float((away**2).sum()) - float(likely), 2 * POWER_PULL * away + slope / truth.size

    found = minimize(loss, np.full(branches, even), jac=True, bounds=[(0.0, None)] * branches)
    return np.asarray(found.x, dtype=np.float64)


def learned_trust(probabilities: Numbers, truth: NDArray[np.int64]) -> Numbers:
    """The trust in each branch, shape (branches,), largest 1, that makes the truth likeliest.

    Fitted under :func:`entropy_weights`, with a weak prior that all branches are trusted alike.
    """
    rows = np.arange(truth.size)

    def loss(log_trust: Numbers) -> float:
        joint = weighted_mean(probabilities, entropy_weights(probabilities, np.exp(log_trust)))
        likely = np.log(np.clip(joint[rows, truth], LEAST_SHARE, None)).sum()
        return float((log_trust**2).sum() / (2 * TRUST_PRIOR**2) - likely)

    found = np.exp(minimize(loss, np.zeros(probabilities.shape[1]), method="Nelder-Mead").x)
    return np.asarray(found / found.max(), dtype=np.float64)


def learned_alpha(first: Numbers, second: Numbers, truth: NDArray[np.int64]) -> float:
    """The α in α P_first + (1 - α) P_second that makes the truth likeliest; distributions (n, K)."""
    rows = np.arange(truth.size)

    def loss(alpha: float) -> float:
        joint = alpha * first[rows, truth] + (1 - alpha) * second[rows, truth]
        return float(-np.log(np.clip(joint, LEAST_SHARE, None)).mean())

    return float(minimize_scalar(loss, bounds=(0.0, 1.0), method="bounded").x)
