"""Severity: how much higher somebody answers than the others, their own answers left out."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import TableError
from engine.raters.severity import severities


def _table(shift: float, units: int, *, noise: float = 0.5) -> dict[str, list[object]]:
    generator = np.random.default_rng(3)
    truth = generator.normal(0, 1, units)
    rows = [
        (f"clip{unit}", name, truth[unit] + generator.normal(0, noise) + (shift if name == "high" else 0.0))
        for unit in range(units)
        for name in ("high", "one", "two")
    ]
    return {
        "unit": [row[0] for row in rows],
        "rater": [row[1] for row in rows],
        "value": [row[2] for row in rows],
    }


def test_a_shift_that_was_put_in_is_found() -> None:
    found = severities(**_table(0.8, 200))  # type: ignore[arg-type]  # columns of one table
    assert found["high"].value == pytest.approx(0.8, abs=0.15)
    assert found["high"].differs
    assert found["high"].low < 0.8 < found["high"].high
    # The others are compared with a mean that the severe one is half of.
    assert found["one"].value == pytest.approx(-0.4, abs=0.15)


def test_the_difference_is_to_the_mean_of_the_others_alone() -> None:
    units = [f"clip{number}" for number in range(10) for _ in range(3)]
    found = severities(unit=units, rater=["a", "b", "c"] * 10, value=[2.0, 0.0, 1.0] * 10)
    assert found["a"].value == 1.5
    assert found["b"].value == -1.5
    assert found["c"].value == 0.0
    assert not found["c"].differs


def test_intervals_hold_what_they_promise() -> None:
    held = 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        units = [str(number) for number in range(20) for _ in range(2)]
        values = generator.normal(0, 1, 40)
        found = severities(unit=units, rater=["a", "b"] * 20, value=values, level=0.9)
        held += found["a"].low <= 0 <= found["a"].high
    assert 0.84 <= held / 200 <= 0.96


def test_too_few_shared_units_say_nothing() -> None:
    table = _table(0.8, 9)
    assert severities(**table) == {}  # type: ignore[arg-type]  # columns of one table
    alone = severities(unit=range(20), rater=["a"] * 20, value=np.zeros(20))
    assert alone == {}


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"unit": ["x"], "rater": ["a", "b"], "value": [1.0, 2.0]}, "one unit, one rater and one answer"),
        ({"unit": ["x", "y"], "rater": ["a", "b"], "value": [1.0, np.nan]}, "not a finite number"),
        ({"unit": ["x", "x"], "rater": ["a", "a"], "value": [1.0, 2.0]}, "answers a unit twice"),
    ],
)
def test_tables_that_cannot_be_meant_are_refused(columns: dict[str, list[object]], sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        severities(**columns)  # type: ignore[arg-type]  # columns of one table
