"""Calibration of named labels: what the error counts, and what chance alone shows."""

from __future__ import annotations

import numpy as np
import pytest

from engine.training.calibration import calibration_error_by_chance, expected_calibration_error


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
