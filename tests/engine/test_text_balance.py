"""Temperature and balance of the emotions, fitted on lines that were not learned from."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import log_softmax, softmax
from sklearn.metrics import f1_score

from engine.features.encoder import STATE_WIDTH
from engine.systems.line_network import LineNetwork
from engine.training.text_balance import Balance

PRIOR = np.array([0.1, 0.03, 0.03, 0.17, 0.5, 0.07, 0.1])
LINES = 3000


def answers(*, sure: float) -> tuple[np.ndarray, np.ndarray]:
    """Truths drawn by :data:`PRIOR` and the posterior's logits, ``sure`` times too large."""
    generator = np.random.default_rng(8)
    truth = generator.choice(7, LINES, p=PRIOR)
    evidence = generator.normal(size=(LINES, 7)) + 1.2 * np.eye(7)[truth]
    posterior = 1.2 * evidence + np.log(PRIOR)
    return sure * log_softmax(posterior, axis=1), truth


def macro(logits: np.ndarray, truth: np.ndarray) -> float:
    return float(f1_score(truth, logits.argmax(axis=1), average="macro", zero_division=0))


def test_rare_emotions_are_named_more_often_and_the_probabilities_stay_honest() -> None:
    logits, truth = answers(sure=2.0)
    balance = Balance.fit(logits, truth=truth, prior=PRIOR)
    balanced = (logits + balance.shift) / balance.temperature
    assert macro(balanced, truth) > macro(logits, truth) + 0.01
    assert 0 < balance.share < 1
    assert balance.temperature > 1.5  # the logits were twice too sure
    sure = softmax(balanced, axis=1).max(axis=1)
    assert sure.mean() == pytest.approx((balanced.argmax(axis=1) == truth).mean(), abs=0.05)


def test_a_balanced_network_gives_the_balanced_logits() -> None:
    torch.manual_seed(0)
    network = LineNetwork().eval()
    steps, lengths = torch.randn(4, 5, STATE_WIDTH), torch.tensor([5, 4, 3, 1])
    steps = steps * (torch.arange(5)[None] < lengths[:, None])[..., None]
    with torch.inference_mode():
        plain = network(steps, lengths)
        balance = Balance(temperature=1.7, share=0.5, shift=-0.5 * np.log(PRIOR))
        balance.put_into(network)
        balanced = network(steps, lengths)
    expected = (plain.emotion_in_context.numpy() + balance.shift) / 1.7
    assert np.allclose(balanced.emotion_in_context.numpy(), expected, atol=1e-5)
    assert torch.equal(balanced.emotion, plain.emotion)
