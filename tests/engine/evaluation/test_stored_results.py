"""What the evaluation wrote is read back as it was, with whether it is of the weights that lie here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import weights
from engine.evaluation.fold_store import FoldStore
from engine.evaluation.part import Part, Spread
from engine.evaluation.predictions import Naming
from engine.evaluation.running import run_parts
from engine.evaluation.stored_results import RESULTS, stored_results
from engine.systems import meld
from engine.vocabulary import SystemName
from scripts.evaluate import write


def naming(fold: str) -> dict[str, Naming]:
    rng = np.random.default_rng(len(fold))
    truth = np.arange(60) % 3
    shares = rng.dirichlet([1, 1, 1], 60)
    return {"voice": Naming(("anger", "joy", "neutral"), truth, shares)}


PART = Part(
    name="meld-shipped-voice",
    table="Voices",
    folds=("fold 1", "fold 22"),
    spread=Spread.FOLDS,
    run=naming,
    protocol="Split by actor.",
    inputs=(weights.weights_dir() / meld.FILE,),
    modules=("engine.evaluation.figures",),
    target="accuracy ≥ 0.9",
    system=SystemName.MELD,
)
BASELINE = replace(PART, name="a-baseline", system=None)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    parts, store = [PART, BASELINE], FoldStore(tmp_path / "folds")
    run_parts(parts, store, say=lambda _: None)
    return write(parts, store, {}, tmp_path / "results").parent


def test_scores_of_shipped_systems_come_back_and_those_of_baselines_do_not(written: Path) -> None:
    found = stored_results(written)
    assert found is not None
    (score,) = found.scores
    assert found.of(SystemName.MELD) == (score,)
    assert found.of(SystemName.ALIGNMENT) == ()
    assert (score.name, score.n, score.folds, score.targets) == ("voice", 120, 2, ("accuracy ≥ 0.9",))
    assert score.protocol == "Split by actor."
    assert score.command == "make evaluate EVALUATE=meld-shipped-voice"
    assert 0 <= score.mean["accuracy"] <= 1
    assert score.spread["accuracy"] > 0
    assert sum(count for _, _, count in score.reliability) == 3 * score.n
    assert found.commit == weights.commit() == score.commit
    assert score.measured == FoldStore(written.parent / "folds").stamp(PART).when
    (content,) = written.glob("*.json")
    assert found.written == json.loads(content.read_text(encoding="utf-8"))["written"]


def test_it_is_told_whether_the_weights_are_those_that_were_measured(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = stored_results(written)
    assert here is not None
    assert here.scores[0].is_current is True
    folder = tmp_path / "other"
    folder.mkdir()
    content = weights.manifest()
    content["files"][meld.FILE]["sha256"] = "0" * 64
    (folder / weights.MANIFEST).write_text(json.dumps(content))
    monkeypatch.setenv("DAILIES_WEIGHTS", str(folder))
    other = stored_results(written)
    assert other is not None
    assert other.scores[0].is_current is False


def dated(path: Path, when: str, **changed: object) -> None:
    """Say in a results file that its figures were measured at another time."""
    content = json.loads(path.read_text())
    content["tables"] = [
        {**table, "rows": [{**row, "measured": when, **changed} for row in table["rows"]]}
        for table in content["tables"]
    ]
    path.write_text(json.dumps(content))


def test_a_part_that_is_not_run_again_stays_in_the_newest_file_under_its_own_date(
    written: Path, tmp_path: Path
) -> None:
    (path,) = written.glob("evaluate-*.json")
    dated(path, "2001-02-03 04:05 UTC", commit="abc")
    before = stored_results(written)
    changed, store = replace(PART, seed=1), FoldStore(tmp_path / "folds")
    page = write([changed, BASELINE], store, {}, written)
    after = stored_results(written)
    assert before is not None
    assert after is not None
    assert after.scores == before.scores
    assert (after.scores[0].measured, after.scores[0].commit) == ("2001-02-03 04:05 UTC", "abc")
    assert "| 2001-02-03 04:05 UTC | abc |" in page.read_text()
    run_parts([changed], store, say=lambda _: None)
    page = write([changed, BASELINE], store, {}, written)
    fresh = stored_results(written)
    assert fresh is not None
    assert len(fresh.scores) == 1
    assert fresh.scores[0].measured > "2026"
    assert "earlier" not in page.read_text()


def test_rows_of_before_rows_named_their_part_are_carried_where_their_table_has_one_part(
    written: Path, tmp_path: Path
) -> None:
    (path,) = written.glob("evaluate-*.json")
    content = json.loads(path.read_text())
    for table in content["tables"]:
        table["parts"] = [PART.name]
        for row in table["rows"]:
            del row["part"], row["measured"], row["commit"]
    path.write_text(json.dumps({**content, "written": "long ago", "commit": ""}))
    write([PART], FoldStore(tmp_path / "empty"), {}, written)
    found = stored_results(written)
    assert found is not None
    assert (found.scores[0].part, found.scores[0].measured, found.scores[0].commit) == (
        PART.name,
        "long ago",
        "",
    )


def test_the_newest_file_counts_and_a_torn_one_is_passed_over(written: Path) -> None:
    (path,) = written.glob("evaluate-*.json")
    older = json.loads(path.read_text())
    older["written"] = "long ago"
    (written / "evaluate-2001-01-01.json").write_text(json.dumps(older))
    (written / "evaluate-9999-12-31.json").write_text(path.read_text()[:100])
    found = stored_results(written)
    assert found is not None
    assert found.file == path.name


def test_without_results_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert stored_results(tmp_path) is None
    assert stored_results(tmp_path / "missing") is None


def test_the_checkout_holds_results_of_the_alignment_system_with_their_reliability() -> None:
    found = stored_results(RESULTS)
    assert found is not None
    scores = found.of(SystemName.ALIGNMENT)
    assert {score.part for score in scores} >= {"words-shipped", "voice-shipped", "face-shipped"}
    assert all(score.protocol for score in scores)
    assert any(score.reliability for score in scores)
