"""From a distribution over emotions to an intensity: the share of high arousal, on the reference scale.

Systems that name emotions state no intensity. Theirs is distilled: the probability mass of the
emotions of high arousal in the circumplex (Russell 1980), as a logit, and then its standing among
reference lines or deliveries. Sadness, calm and neutral are of low arousal; contempt and shame lie
between and count as low.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from engine.systems.performance import normal_score
from engine.vocabulary import Emotion

HIGH_AROUSAL: Final = (Emotion.ANGER, Emotion.FEAR, Emotion.JOY, Emotion.SURPRISE, Emotion.DISGUST)
LEAST_MASS: Final = 1e-4
"""Masses are kept this far from 0 and 1 before a logit is taken."""


def arousal_logit(probabilities: NDArray[np.float64], emotions: Sequence[Emotion]) -> NDArray[np.float64]:
    """Logit of the mass of high arousal.

    Parameters
    ----------
    probabilities : ndarray, shape (n, emotions)
    emotions : sequence of Emotion
        What each column stands for.

    Returns
    -------
    ndarray, shape (n,)
    """
    high = [index for index, emotion in enumerate(emotions) if emotion in HIGH_AROUSAL]
    mass = np.clip(probabilities[:, high].sum(axis=1), LEAST_MASS, 1 - LEAST_MASS)
    return np.asarray(np.log(mass / (1 - mass)), dtype=np.float64)


def joined_standing(
    standings: Mapping[str, float], weights: Mapping[str, float], *, correlation: float
) -> float | None:
    """Standings of several branches made one, which is a standing too.

    Φ(Σ w Φ⁻¹(s) / √(Σ w² + 2 ρ Σ_{i<j} w_i w_j)) (Stouffer et al. 1949), with the shares w of the
    branches that are there; ``None`` where nothing weighs anything.

    Parameters
    ----------
    standings : Mapping[str, float]
        Each in (0, 1).
    weights : Mapping[str, float]
        Not negative; they need not sum to 1.
    correlation : float
        Of two branches' standings on the normal scale.
    """
    names = [name for name in standings if weights.get(name, 0.0) > 0]
    if not names:
        return None
    share = np.array([weights[name] for name in names])
    share = share / share.sum()
    score = float(share @ np.array([normal_score(standings[name]) for name in names]))
    squares = float((share**2).sum())
    spread = squares + correlation * (float(share.sum()) ** 2 - squares)
    return float(ndtr(score / np.sqrt(spread)))
