"""Temperatures make probabilities honest, and the error of honest ones is what chance allows."""

from __future__ import annotations

import numpy as np
import pytest

from engine.training.calibration import (
    calibration_error,
    fitted_temperature,
    perfect_calibration_error,
)


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
    allowed = perfect_calibration_error(shares_of(logits), rng=np.random.default_rng(2))
    assert calibration_error(shares_of(logits), truth) < allowed
    assert calibration_error(shares_of(3 * logits), truth) > 2 * allowed


def test_more_faces_leave_less_to_chance() -> None:
    logits, _ = honest(2000, rng=np.random.default_rng(3))
    few, many = (
        perfect_calibration_error(shares_of(logits[:count]), rng=np.random.default_rng(4))
        for count in (100, 2000)
    )
    assert many < few / 2
