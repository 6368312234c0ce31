"""Temperatures make probabilities honest, and the error of honest ones is what chance allows."""

from __future__ import annotations

import numpy as np
import pytest

from engine.training.calibration import (
    calibration_error,
    calibration_error_by_chance,
    expected_calibration_error,
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


def test_a_half_right_certainty_is_half_wrong() -> None:
    sure = np.ones(100)
    right = np.arange(100) < 50
    assert expected_calibration_error(sure, right) == pytest.approx(0.5)


def test_exact_probabilities_leave_no_error_in_the_mean() -> None:
    sure = np.repeat([0.25, 0.75], 400)
    right = np.concatenate([np.arange(400) < 100, np.arange(400) < 300])
    assert expected_calibration_error(sure, right) == pytest.approx(0)


def test_chance_alone_shows_less_with_more_answers() -> None:
    few, many = (
        calibration_error_by_chance(np.full(count, 0.6), rng=np.random.default_rng(0)) for count in (50, 5000)
    )
    assert 0.09 < few < 0.2
    assert many < 0.02


def test_an_overconfident_reader_is_above_what_chance_shows() -> None:
    rng = np.random.default_rng(1)
    honest = rng.uniform(0.3, 0.8, 1000)
    right = rng.random(1000) < honest
    boastful = np.minimum(honest + 0.15, 1.0)
    limit = calibration_error_by_chance(honest, rng=rng)
    assert expected_calibration_error(honest, right) < limit < expected_calibration_error(boastful, right)
