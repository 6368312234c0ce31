"""An evaluation can be stopped and goes on where it was; what changed is run again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import TableError
from engine.evaluation.fold_store import FoldStore, part_key
from engine.evaluation.part import Part, Spread
from engine.evaluation.predictions import Naming, Predictions
from engine.evaluation.running import run_parts
from engine.evaluation.summary import rows_of

FOLDS = ("fold 1", "fold 2", "fold 3")


def made_part(run: Callable[[str], Mapping[str, Predictions]], *, data: Path, name: str = "made") -> Part:
    return Part(
        name=name,
        table="A table",
        folds=FOLDS,
        spread=Spread.FOLDS,
        run=run,
        protocol="Made for a test.",
        inputs=(data,),
        modules=("engine.evaluation.figures",),
    )


def answers(fold: str) -> dict[str, Predictions]:
    at = FOLDS.index(fold)
    truth = np.array([0, 1, 0, 1])
    shares = np.eye(2)[[0, 1, 0, 0 if at == 2 else 1]]
    return {"a system": Naming(("anger", "joy"), truth, shares)}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "lines.csv"
    path.write_text("text,emotion\nNo!,anger\n", encoding="utf-8")
    return path


def quiet(_: str) -> None:
    """Say nothing."""


def test_a_fold_that_was_finished_is_not_run_again(tmp_path: Path, data: Path) -> None:
    ran: list[str] = []

    def run(fold: str) -> dict[str, Predictions]:
        ran.append(fold)
        return answers(fold)

    store = FoldStore(tmp_path / "kept")
    first, _ = run_parts([made_part(run, data=data)], store, say=quiet)
    second, _ = run_parts([made_part(run, data=data)], store, say=quiet)
    assert ran == list(FOLDS)
    rows = [rows_of(made_part(run, data=data), found["made"])[0] for found in (first, second)]
    assert rows[0].mean == rows[1].mean


def test_stopping_keeps_the_folds_before_and_the_next_call_goes_on_there(tmp_path: Path, data: Path) -> None:
    ran: list[str] = []

    def stopped(fold: str) -> dict[str, Predictions]:
        if fold == "fold 2" and len(ran) == 1:
            raise KeyboardInterrupt
        ran.append(fold)
        return answers(fold)

    store = FoldStore(tmp_path / "kept")
    with pytest.raises(KeyboardInterrupt):
        run_parts([made_part(stopped, data=data)], store, say=quiet)
    ran.append("stopped here")
    run_parts([made_part(stopped, data=data)], store, say=quiet)
    assert ran == ["fold 1", "stopped here", "fold 2", "fold 3"]


def test_other_data_another_seed_and_other_code_are_run_again(data: Path) -> None:
    part = made_part(answers, data=data)
    other = data.with_name("other.csv")
    other.write_text("text,emotion\nYes!,joy\n", encoding="utf-8")
    keys = {
        part_key(part),
        part_key(replace(part, inputs=(other,))),
        part_key(replace(part, seed=1)),
        part_key(replace(part, modules=("engine.evaluation.summary",))),
        part_key(replace(part, inputs=(data.with_name("gone.csv"),))),
    }
    assert len(keys) == 5


def test_a_kept_file_that_was_cut_short_is_run_again(tmp_path: Path, data: Path) -> None:
    store = FoldStore(tmp_path / "kept")
    part = made_part(answers, data=data)
    run_parts([part], store, say=quiet)
    cut = sorted((tmp_path / "kept").glob("*.json"))[0]
    cut.write_text(cut.read_text(encoding="utf-8")[:40], encoding="utf-8")
    assert store.read(part, "fold 1") is None
    found, _ = run_parts([part], store, say=quiet)
    assert len(found["made"]) == 3


def test_a_part_without_its_data_says_why_and_holds_nothing_up(tmp_path: Path, data: Path) -> None:
    def refusing(_: str) -> dict[str, Predictions]:
        raise TableError("No recordings here; give the data folder.")

    parts = [made_part(refusing, data=data, name="refused"), made_part(answers, data=data)]
    found, refused = run_parts(parts, FoldStore(tmp_path / "kept"), say=quiet)
    assert refused == {"refused": "No recordings here; give the data folder."}
    assert list(found) == ["made"]


def test_a_fold_without_a_single_answer_counts_for_nothing(data: Path) -> None:
    empty = Naming(("anger", "joy"), np.array([], dtype=np.int64), np.zeros((0, 2)))
    rows = rows_of(made_part(answers, data=data), [answers(FOLDS[0]), {"a system": empty, "silent": empty}])
    assert [row.name for row in rows] == ["a system"]
    assert rows[0].folds == 1


def test_folds_are_pooled_and_seeds_are_averaged(data: Path) -> None:
    part = made_part(answers, data=data)
    found = [answers(fold) for fold in FOLDS]
    pooled = rows_of(part, found)[0]
    assert pooled.figures.n == 12
    assert pooled.mean["accuracy"] == 11 / 12
    averaged = rows_of(replace(part, spread=Spread.SEEDS), found)[0]
    assert averaged.figures.n == 4
    assert averaged.mean["accuracy"] == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert averaged.spread["accuracy"] == pytest.approx(np.std([1, 1, 0.75], ddof=1))
