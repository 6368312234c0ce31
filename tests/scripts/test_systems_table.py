"""The table of the systems: its figures, and what it keeps and says when it measured only part."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine import weights
from engine.systems.meld import FILE
from scripts import systems_table
from scripts.systems_rows.figures import once, over_folds, spread
from scripts.systems_rows.shipped import FOLDS, folds_note, is_shipped
from scripts.thresholds_rows.tables import Table

HALF_RIGHT = np.array([0, 1, 0, 0])
ALL_RIGHT = np.array([0, 0, 1, 1])
TRUTH = np.array([0, 0, 1, 1])


def _column(*parts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate(parts)


def test_one_measurement_has_accuracy_both_f1_and_its_size() -> None:
    # Class 0: precision 1/3, recall 1/2, F1 0.4; class 1: nothing right.
    assert once(TRUTH, HALF_RIGHT) == ("0.250", "0.200", "0.200", "4")


def test_the_spread_is_that_of_folds_and_not_of_recordings() -> None:
    truth, guess = _column(TRUTH, TRUTH), _column(HALF_RIGHT, ALL_RIGHT)
    fold = np.repeat([0, 1], TRUTH.size)
    accuracy, weighted, macro, counted = over_folds(truth, guess, fold)
    assert accuracy == spread([0.25, 1.0]) == "0.625 ± 0.530"
    assert (weighted, macro, counted) == ("0.600 ± 0.566", "0.600 ± 0.566", "8")


def test_a_table_of_some_folds_says_so() -> None:
    assert folds_note(FOLDS) == ""
    assert "on 2 of the five folds" in folds_note(2)
    assert "were not trained" in folds_note(0)


def test_shipped_networks_are_read_for_their_own_seed_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = weights.manifest()["files"][FILE]["seed"]
    assert is_shipped(FILE, seed=seed)
    assert not is_shipped(FILE, seed=seed + 1)
    (tmp_path / "manifest.json").write_text(json.dumps(weights.manifest()))
    monkeypatch.setenv("DAILIES_WEIGHTS", str(tmp_path))
    assert not is_shipped(FILE, seed=seed), "the file itself is not there"


def test_a_table_that_is_stopped_keeps_the_systems_that_were_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Path, int, int]] = []

    def measured(data: Path, *, seed: int, folds: int) -> list[Table]:
        asked.append((data, seed, folds))
        return [Table("first: alone", ("row", "accuracy"), (("one", "0.500"),), ("How it was done.",))]

    def stopped(*_: object, **__: object) -> list[Table]:
        raise KeyboardInterrupt

    monkeypatch.setattr(systems_table, "SYSTEMS", {"first": measured, "second": stopped})
    given = ["--data", "somewhere", "--out", str(tmp_path), "--seed", "3", "--folds", "2"]
    monkeypatch.setattr(sys, "argv", ["systems_table", *given])
    with pytest.raises(KeyboardInterrupt):
        systems_table.main()
    assert asked == [(Path("somewhere"), 3, 2)]
    [written] = tmp_path.glob("systems-*.md")
    text = written.read_text(encoding="utf-8")
    assert "--seed 3 --folds 2`" in text
    assert "| one | 0.500 |\n\nHow it was done." in text
