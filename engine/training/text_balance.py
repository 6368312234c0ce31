"""What is set after training, on dialogues training never saw: how sure the emotions are, how rare.

Half of MELD's lines are neutral, so a network that is right as often as it can be hardly ever names
fear or disgust. Its logits are divided by a temperature (Guo et al. 2017) and part of the log prior
is taken off them (Menon et al. 2021).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.metrics import f1_score

from engine.systems.line_network import LineNetwork
from engine.training.text_sets import TextSets

SHARES: Final = np.linspace(0.0, 1.0, 21)
"""Shares of the log prior that are tried."""

TEMPERATURES: Final = (0.3, 5.0)


@dataclass(frozen=True, slots=True)
class Balance:
    """Temperature and shift of the logits of emotions in context.

    Attributes
    ----------
    temperature : float
    share : float
        Share of the log prior that is taken off, [0, 1].
    shift : ndarray, shape (7,)
        What is added to the logits before they are divided by the temperature.
    """

    temperature: float
    share: float
    shift: NDArray[np.float64]

    @classmethod
    def fit(
        cls, logits: NDArray[np.float64], *, truth: NDArray[np.int64], prior: NDArray[np.float64]
    ) -> Balance:
        """Fit on lines the network never saw.

        The share is the one with the best mean of weighted and macro F1; the mean of the shares that
        come within a hundredth of it, since few lines are rare. The temperature is then the one that
        makes the shifted logits' probabilities most likely.

        Parameters
        ----------
        logits : ndarray, shape (n, 7)
        truth : ndarray, shape (n,), int64
        prior : ndarray, shape (7,)
            Share of each emotion in the lines that were learned from.
        """
        scores = np.array([_mean_f1(logits - share * np.log(prior), truth) for share in SHARES])
        share = float(SHARES[scores > scores.max() - 0.01].mean())
        shift = -share * np.log(prior)
        found = minimize_scalar(
            lambda temperature: _surprise((logits + shift) / temperature, truth),
            bounds=TEMPERATURES,
            method="bounded",
        )
        return cls(float(found.x), share, shift)

    @torch.no_grad()
    def put_into(self, network: LineNetwork) -> None:
        """Make it part of the network."""
        network.emotion_shift.bias.add_(torch.from_numpy(self.shift).float())
        network.temperature.fill_(self.temperature)


def meld_prior(sets: TextSets, lines: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of each emotion among MELD's lines of these numbers, shape (7,), never 0."""
    counts = sets.emotion[lines[sets.source[lines] == "meld"]].sum(axis=0, dtype=np.float64) + 1
    return np.asarray(counts / counts.sum(), dtype=np.float64)


def _mean_f1(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    named = logits.argmax(axis=1)
    return float(
        np.mean([f1_score(truth, named, average=each, zero_division=0) for each in ("weighted", "macro")])
    )


def _surprise(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """Mean negative log likelihood."""
    return float(-log_softmax(logits, axis=1)[np.arange(truth.size), truth].mean())
