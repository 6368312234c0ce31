"""Temperatures make probabilities honest, and the error of honest ones is what chance allows."""

from __future__ import annotations

import numpy as np
import pytest

from engine.calibration import calibration_error, perfect_calibration_error
from engine.training.calibration import fitted_temperature


def honest(count: int, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    logits = 2 * rng.standard_normal((count, 4))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(4, p=row) for row in shares])
    return logits, truth


def shares_of(logits: np.ndarray) -> np.ndarray:
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def test_the_temperature_undoes_overconfidence() -> None:
    logits, truth = honest(3000, rng=np.random.default_rng(0))
    assert fitted_temperature(3 * logits, np.eye(4)[truth]) == pytest.approx(3, rel=0.1)


def test_honest_probabilities_err_no_more_than_chance_allows() -> None:
    logits, truth = honest(1500, rng=np.random.default_rng(1))
    allowed = perfect_calibration_error(shares_of(logits), generator=np.random.default_rng(2))
    assert calibration_error(shares_of(logits), truth) < allowed
    assert calibration_error(shares_of(3 * logits), truth) > 2 * allowed


def test_more_faces_leave_less_to_chance() -> None:
    logits, _ = honest(2000, rng=np.random.default_rng(3))
    few, many = (
        perfect_calibration_error(shares_of(logits[:count]), generator=np.random.default_rng(4))
        for count in (100, 2000)
    )
    assert many < few / 2


def test_a_half_right_certainty_is_half_wrong() -> None:
    sure = np.tile([1.0, 0.0], (100, 1))
    assert calibration_error(sure, np.arange(100) % 2) == pytest.approx(0.5)


def test_exact_probabilities_leave_no_error_in_the_mean() -> None:
    shares = np.repeat([[0.25, 0.75], [0.75, 0.25]], 400, axis=0)
    truth = np.concatenate([np.arange(400) >= 100, np.arange(400) >= 300]).astype(np.int64)
    assert calibration_error(shares, truth, bins=2) == pytest.approx(0)


def test_an_overconfident_reader_is_above_what_chance_shows() -> None:
    rng = np.random.default_rng(1)
    logits, truth = honest(1000, rng=rng)
    limit = perfect_calibration_error(shares_of(logits), generator=rng)
    honest_error, boast = (calibration_error(shares_of(heat * logits), truth) for heat in (1, 2))
    assert honest_error < limit < boast
