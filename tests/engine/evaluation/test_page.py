"""The page says what was measured, how, by which command, and what cannot be had."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import UnknownNameError
from engine.evaluation.fold_store import FoldStore
from engine.evaluation.page import markdown, points, tables_of
from engine.evaluation.part import Part, Spread
from engine.evaluation.parts.catalogue import UNAVAILABLE, chosen_parts, every_part
from engine.evaluation.predictions import Naming, Rating
from engine.evaluation.summary import rows_of
from scripts.evaluate import write

PART = Part(
    name="made",
    table="A made table",
    folds=("one", "two"),
    spread=Spread.FOLDS,
    run=lambda _: {},
    protocol="Split by actor.",
    inputs=(),
    modules=("engine.evaluation.figures",),
    target="accuracy ≥ 0.9",
)
RATED = replace(PART, name="rated", table="Rated", folds=("all",), target="")


def naming(seed: int) -> Naming:
    rng = np.random.default_rng(seed)
    truth = np.arange(40) % 2
    shares = rng.dirichlet([1, 1], 40) + np.eye(2)[truth]
    return Naming(("anger", "joy"), truth, shares / 2, remark="3 of 40 files were in training.")


def rating() -> Rating:
    truth = np.linspace(0, 1, 20)
    return Rating(truth, truth**2, ("joy",) * 20)


def test_a_table_holds_every_figure_with_protocol_target_command_and_matrix() -> None:
    rows = {PART.name: rows_of(PART, [{"a system": naming(0)}, {"a system": naming(1)}])}
    said = markdown(tables_of([PART], rows)[0])
    assert said.startswith("## A made table")
    for word in (
        "accuracy",
        "precision",
        "recall",
        "weighted F1",
        "macro F1",
        "ROC AUC",
        "calibration error",
        "±",
        "Target: accuracy ≥ 0.9.",
        "Split by actor.",
        "make evaluate EVALUATE=made",
        "3 of 40 files were in training.",
        "Confusion matrices",
    ):
        assert word in said, word
    widths = {line.count("|") for line in said.splitlines() if line.startswith("| a system")}
    assert widths == {next(line for line in said.splitlines() if line.startswith("| system")).count("|")}


def test_intensities_have_mae_correlations_and_the_three_levels() -> None:
    said = markdown(tables_of([RATED], {RATED.name: rows_of(RATED, [{"a system": rating()}])})[0])
    for word in ("MAE", "Pearson", "Spearman", "levels: accuracy", "low", "medium", "high", "by emotion"):
        assert word in said, word


def test_points_hold_curves_matrices_and_bins_and_are_json() -> None:
    rows = {PART.name: rows_of(PART, [{"a system": naming(0)}])}
    held = json.loads(json.dumps(points(tables_of([PART], rows)[0]), allow_nan=False))
    row = held["rows"][0]
    assert len(row["by_class"]["joy"]["curve"]) == len(held["false_positive_rates"])
    assert np.sum(row["confusion"]) == row["n"] == 40
    assert sum(count for _, _, count in row["reliability"]) == 80


def test_parts_of_one_title_share_a_table() -> None:
    other = replace(PART, name="other")
    rows = {part.name: rows_of(part, [{part.name: naming(0)}]) for part in (PART, other)}
    tables = tables_of([PART, other], rows)
    assert len(tables) == 1
    assert [row.name for row in tables[0].rows] == ["made", "other"]


def test_the_page_is_written_from_what_is_kept_and_names_the_rest(tmp_path: Path) -> None:
    store = FoldStore(tmp_path / "kept")
    for fold in PART.folds:
        store.keep(PART, fold, {"a system": naming(0)})
    unfinished, refused = replace(PART, name="half", seed=1), replace(PART, name="refused")
    store.keep(unfinished, "one", {"a system": naming(0)})
    parts = [PART, unfinished, refused]
    page = write(parts, store, {"refused": "No recordings here."}, tmp_path / "results")
    said = page.read_text(encoding="utf-8")
    assert "never by hand" in said
    assert "* `half`: not run yet" in said
    assert "* `refused`: No recordings here." in said
    for one in UNAVAILABLE:
        assert one.figure in said
    held = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert [table["title"] for table in held["tables"]] == ["A made table"]
    assert sorted(file.name for file in page.parent.iterdir()) == [page.with_suffix(".json").name, page.name]


def test_what_cannot_be_had_is_said_of_the_sets_whose_media_are_missing() -> None:
    named = " ".join(one.figure for one in UNAVAILABLE)
    assert "MELD" in named
    assert "tri-modal" in named
    assert "IEMOCAP" in named


def test_parts_have_names_of_their_own_and_rest_on_modules_that_exist(tmp_path: Path) -> None:
    parts = every_part(tmp_path)
    assert len({part.name for part in parts}) == len(parts)
    for part in parts:
        assert part.protocol
        assert part.inputs
        for module in part.modules:
            assert importlib.util.find_spec(module) is not None, module


def test_parts_are_chosen_by_the_start_of_their_names(tmp_path: Path) -> None:
    parts = every_part(tmp_path)
    assert chosen_parts(parts, "") == parts
    assert {part.name for part in chosen_parts(parts, "fusion, words-bayes")} == {
        "fusion-strangers",
        "fusion-enrolled",
        "words-bayes",
    }
    with pytest.raises(UnknownNameError, match="fusion-strangers"):
        chosen_parts(parts, "juggling")
