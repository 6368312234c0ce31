"""Metrics from counts agree with scikit-learn's from rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score
from sklearn.metrics import log_loss as sklearn_log_loss

from engine.calibration import calibration_error
from engine.verdict.agreement_metrics import (
    confusion_by_group,
    log_loss,
    macro_f1,
    weighted_kappa,
)


def test_macro_f1_and_kappa_agree_with_scikit_learn_weights_included() -> None:
    generator = np.random.default_rng(0)
    answer, verdict = generator.integers(0, 3, (2, 300)).astype(np.int8)
    weight = generator.uniform(0.5, 2.0, 300)
    table = confusion_by_group(answer, verdict, weight, generator.integers(0, 9, 300)).sum(axis=0)
    assert macro_f1(table) == pytest.approx(f1_score(answer, verdict, average="macro", sample_weight=weight))
    assert weighted_kappa(table) == pytest.approx(
        cohen_kappa_score(answer, verdict, weights="quadratic", sample_weight=weight)
    )


def test_a_verdict_nobody_gives_is_left_out_of_the_mean() -> None:
    table = np.array([[5.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 0.0]])
    assert macro_f1(table) == pytest.approx(1.0)


def test_log_loss_agrees_with_scikit_learn() -> None:
    generator = np.random.default_rng(1)
    shares, answer = generator.dirichlet([1, 1, 1], 100), generator.integers(0, 3, 100).astype(np.int8)
    expected = sklearn_log_loss(answer, shares, labels=[0, 1, 2])
    assert log_loss(shares, answer, np.ones(100)) == pytest.approx(expected)


def test_calibration_error_is_small_for_true_probabilities_and_large_for_boasts() -> None:
    generator = np.random.default_rng(2)
    shares = generator.dirichlet([2, 2, 2], 5000)
    answer = (generator.random((5000, 1)) > shares.cumsum(axis=1)[:, :-1]).sum(axis=1).astype(np.int8)
    boast = np.eye(3)[generator.integers(0, 3, 5000)]
    assert calibration_error(shares, answer, np.ones(5000)) < 0.02
    assert calibration_error(boast, answer, np.ones(5000)) > 0.3
