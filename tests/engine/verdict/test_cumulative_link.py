"""The likelihood of one rating and its derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from engine.verdict.cumulative_link import log_likelihood, probabilities

STEP = 1e-6


@pytest.fixture
def rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    gap = generator.normal(0.0, 1.5, 200)
    verdict = generator.integers(0, 3, 200).astype(np.int8)
    predictors = generator.normal(0.0, 0.5, (3, 200)) + np.array([[0.0], [-0.5], [0.5]])
    return gap, verdict, predictors


def test_probabilities_are_halves_at_the_two_thresholds() -> None:
    shares = probabilities(np.array([-0.7, 0.5]), *np.array([[-0.1] * 2, [np.log(0.6)] * 2, [1.0] * 2]))
    assert shares[0, 0] == pytest.approx(0.5)
    assert shares[1, 2] == pytest.approx(0.5)
    assert shares.sum(axis=1) == pytest.approx(1.0)


def test_the_likelihood_is_the_logarithm_of_the_probability(rows: tuple[np.ndarray, ...]) -> None:
    gap, verdict, predictors = rows
    stated = probabilities(gap, *predictors)[np.arange(gap.size), verdict]
    assert log_likelihood(gap, verdict, predictors).value == pytest.approx(np.log(stated), abs=1e-8)


@pytest.mark.parametrize("predictor", [0, 1, 2])
def test_the_gradient_is_the_slope_of_the_likelihood(rows: tuple[np.ndarray, ...], predictor: int) -> None:
    gap, verdict, predictors = rows
    ahead, behind = predictors.copy(), predictors.copy()
    ahead[predictor] += STEP
    behind[predictor] -= STEP
    slope = (log_likelihood(gap, verdict, ahead).value - log_likelihood(gap, verdict, behind).value) / (
        2 * STEP
    )
    assert log_likelihood(gap, verdict, predictors).gradient[predictor] == pytest.approx(slope, abs=1e-6)


def test_the_information_is_the_expected_outer_product_of_the_gradient(rows: tuple[np.ndarray, ...]) -> None:
    gap, _, predictors = rows
    shares = probabilities(gap, *predictors)
    expected = np.zeros((3, 3, gap.size))
    for code in range(3):
        gradient = log_likelihood(gap, np.full(gap.size, code, dtype=np.int8), predictors).gradient
        expected += shares[:, code] * gradient[:, None] * gradient[None, :]
    found = log_likelihood(gap, np.zeros(gap.size, dtype=np.int8), predictors).information
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("gap", [-1e4, 1e4])
@pytest.mark.parametrize("log_width", [-30.0, 8.0])
def test_extreme_gaps_and_widths_stay_finite(gap: float, log_width: float) -> None:
    predictors = np.array([[0.0] * 3, [log_width] * 3, [1.0] * 3])
    found = log_likelihood(np.full(3, gap), np.arange(3, dtype=np.int8), predictors)
    assert np.isfinite(found.value).all()
    assert np.isfinite(found.gradient).all()
    assert np.isfinite(found.information).all()
