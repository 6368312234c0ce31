"""Learning and applying thresholds on plain CSV files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.__main__ import main
from dashboard.services.thresholds_table import PREDICTED, fit_file, predict_file
from engine.errors import DailiesError, TableError
from engine.verdict.fixed import FIXED
from engine.verdict.policy_file import read_policy, read_policy_in_force, write_policy


def _ratings(size: int = 300, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    expected, expressed = generator.uniform(0.1, 0.9, (2, size))
    away = (expressed - expected) / 0.2 + generator.normal(0.0, 0.3, size)
    return pd.DataFrame(
        {
            "clip": [f"clip {number}" for number in range(size)],
            "actor": generator.integers(0, 30, size),
            "school": generator.choice(["north", "south"], size),
            "rater": generator.choice(["a", "b", "c"], size),
            "expected_intensity": expected,
            "expressed_intensity": expressed,
            "verdict": np.where(away < -0.9, "under", np.where(away > 0.7, "over", "correct")),
        }
    )


def test_a_policy_is_fitted_written_and_applied(tmp_path: Path) -> None:
    table = _ratings()
    table.to_csv(tmp_path / "ratings.csv", index=False)
    found = fit_file(tmp_path / "ratings.csv", tmp_path / "policy.json", context=["school"], group="actor")
    assert (found.promoted, found.rung) == (True, "global")
    assert read_policy(tmp_path / "policy.json") == found.candidate
    assert read_policy_in_force(tmp_path / "policy.json") == found.candidate
    assert json.loads((tmp_path / "policy.json").read_text())["in_force"] == "global"
    assert predict_file(tmp_path / "policy.json", tmp_path / "ratings.csv", tmp_path / "out.csv") == 300
    answer = pd.read_csv(tmp_path / "out.csv")
    assert list(answer.columns[-len(PREDICTED) :]) == list(PREDICTED)
    assert (answer["clip"] == table["clip"]).all()
    assert (answer["given_verdict"] == table["verdict"]).all()
    assert (answer["verdict"] == table["verdict"]).mean() > 0.75
    assert answer[["p_under", "p_correct", "p_over"]].sum(axis=1).to_numpy() == pytest.approx(1.0)
    alignment = (answer["expressed_intensity"] - answer["expected_intensity"]) / 0.2
    assert ((alignment < answer["lower"]) == (answer["verdict"] == "under")).all()
    assert all(
        verdict in kept.split("|")
        for verdict, kept in zip(answer["verdict"], answer["verdict_set"], strict=True)
    )


def test_with_a_header_and_no_ratings_the_thresholds_are_the_fixed_pair(tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text("expected_intensity,expressed_intensity,verdict\n")
    policy = fit_file(tmp_path / "none.csv", tmp_path / "policy.json").candidate
    assert policy.judge(0.0).lower == -0.15
    assert policy.judge(0.0).upper == 0.15


def test_while_the_gate_is_shut_rows_are_judged_by_the_fixed_pair(tmp_path: Path) -> None:
    _ratings(12).to_csv(tmp_path / "few.csv", index=False)
    _ratings(200, seed=1).to_csv(tmp_path / "rows.csv", index=False)
    found = fit_file(tmp_path / "few.csv", tmp_path / "policy.json", context=["school"], group="actor")
    content = json.loads((tmp_path / "policy.json").read_text())
    assert (found.promoted, content["in_force"]) == (False, "fixed")
    assert "8 more" in content["gate"]["reason"]
    assert read_policy(tmp_path / "policy.json") == found.candidate
    predict_file(tmp_path / "policy.json", tmp_path / "rows.csv", tmp_path / "out.csv")
    answer = pd.read_csv(tmp_path / "out.csv")
    alignment = ((answer["expressed_intensity"] - answer["expected_intensity"]) / 0.2).to_numpy()
    words = np.array(["under", "correct", "over"])
    assert (answer["verdict"] == words[FIXED.judge_rows(alignment).verdict]).all()
    assert answer["lower"].to_numpy() == pytest.approx(-0.15)
    assert answer["upper"].to_numpy() == pytest.approx(0.15)
    assert answer[["p_under", "p_correct", "p_over"]].sum(axis=1).to_numpy() == pytest.approx(1.0)


@pytest.mark.parametrize(("size", "said"), [(12, "The gate stayed shut"), (300, "Thresholds by school")])
def test_whoever_fits_is_told_in_a_sentence_what_the_gate_did_not_let_in(
    size: int, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _ratings(size).to_csv(tmp_path / "ratings.csv", index=False)
    words = ["thresholds", "fit", str(tmp_path / "ratings.csv"), "--out", str(tmp_path / "policy.json")]
    assert main([*words, "--context", "school", "--group", "actor"]) == 0
    told = capsys.readouterr()
    assert [line.startswith(said) for line in told.err.splitlines()] == [True]
    assert "in force: " in told.out


def test_a_fixed_policy_leaves_probabilities_empty_and_unknown_gaps_unjudged(tmp_path: Path) -> None:
    write_policy(FIXED, tmp_path / "fixed.json")
    (tmp_path / "rows.csv").write_text("expected_intensity,expressed_intensity\n0.5,0.9\n0.5,\n")
    predict_file(tmp_path / "fixed.json", tmp_path / "rows.csv", tmp_path / "out.csv")
    answer = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert answer["verdict"].tolist() == ["over", ""]
    assert answer["verdict_set"].tolist() == ["over", ""]
    assert answer["p_over"].tolist() == ["", ""]


def _spoilt(change: str) -> pd.DataFrame:
    table = _ratings(60).astype(object)
    if change == "no verdicts":
        return table.drop(columns="verdict")
    if change == "no intensities":
        return table.drop(columns="expressed_intensity")
    if change == "no context":
        return table.drop(columns="school")
    if change == "contradiction":
        last = table.iloc[[-1]].assign(verdict="under" if table["verdict"].iloc[-1] != "under" else "over")
        return pd.concat([table, last])
    column, value = {
        "one verdict": ("verdict", "over"),
        "one rater": ("rater", "a"),
        "one group": ("actor", 1),
        "unknown verdict": ("verdict", "meh"),
        "step out of range": ("verdict", 3),
        "nan": ("expected_intensity", "nan"),
        "empty cell": ("expected_intensity", None),
        "words": ("expected_intensity", "high"),
        "above 1": ("expressed_intensity", 1.2),
        "below 0": ("expressed_intensity", -0.1),
        "infinite": ("expressed_intensity", "inf"),
        "zero weight": ("weight", 0),
        "negative weight": ("weight", -1),
    }[change]
    return table.assign(**{column: value})


@pytest.mark.parametrize(
    "change",
    [
        "no verdicts",
        "no intensities",
        "no context",
        "contradiction",
        "one verdict",
        "one rater",
        "one group",
        "unknown verdict",
        "step out of range",
        "nan",
        "empty cell",
        "words",
        "above 1",
        "below 0",
        "infinite",
        "zero weight",
        "negative weight",
    ],
)
def test_ratings_that_teach_nothing_sound_write_nothing(change: str, tmp_path: Path) -> None:
    _spoilt(change).to_csv(tmp_path / "ratings.csv", index=False)
    with pytest.raises(DailiesError) as refusal:
        fit_file(tmp_path / "ratings.csv", tmp_path / "policy.json", context=["school"], group="actor")
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).endswith(".")
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["ratings.csv"]


def test_a_context_with_as_many_levels_as_rows_is_refused(tmp_path: Path) -> None:
    table = _ratings(3000)
    table.to_csv(tmp_path / "ratings.csv", index=False)
    with pytest.raises(TableError, match="levels"):
        fit_file(tmp_path / "ratings.csv", tmp_path / "policy.json", context=["clip"])


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01", b"a,a\n1,2\n", b"a\n1,2\n3,4\n"])
def test_what_is_no_table_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_bytes(content)
    with pytest.raises(TableError, match=r"ratings\.csv"):
        fit_file(tmp_path / "ratings.csv", tmp_path / "policy.json")


def test_missing_files_folders_and_unwritable_places_are_named(tmp_path: Path) -> None:
    _ratings(60).to_csv(tmp_path / "ratings.csv", index=False)
    with pytest.raises(TableError, match=r"absent\.csv"):
        fit_file(tmp_path / "absent.csv", tmp_path / "policy.json")
    with pytest.raises(TableError, match="folder"):
        fit_file(tmp_path, tmp_path / "policy.json")
    with pytest.raises(DailiesError, match="cannot be written"):
        fit_file(tmp_path / "ratings.csv", tmp_path / "no folder" / "policy.json")


def test_rows_without_a_context_the_policy_needs_are_refused(tmp_path: Path) -> None:
    table = _ratings(400)
    moved = table["school"] == "north"
    table.loc[moved, "verdict"] = np.where(table.loc[moved, "expressed_intensity"] > 0.4, "over", "correct")
    table.to_csv(tmp_path / "ratings.csv", index=False)
    policy = fit_file(tmp_path / "ratings.csv", tmp_path / "policy.json", context=["school"]).candidate
    assert json.loads((tmp_path / "policy.json").read_text())["contexts"].keys() == {"school"}
    assert policy.context_columns == ("school",)
    table.drop(columns="school").to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(TableError, match="school"):
        predict_file(tmp_path / "policy.json", tmp_path / "rows.csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_levels_in_any_script_and_numbers_however_written_are_found_again(tmp_path: Path) -> None:
    table = _ratings(400)
    late = table["actor"] % 2 == 0
    away = (table["expressed_intensity"] - table["expected_intensity"]) / 0.2 - np.where(late, 1.5, -1.5)
    table["verdict"] = np.where(away < -0.7, -1, np.where(away > 0.7, 1, 0))
    table.assign(school=np.where(late, "दिल्ली", "मुंबई"), year=np.where(late, "2019.0", "")).to_csv(
        tmp_path / "ratings.csv", index=False
    )
    found = fit_file(tmp_path / "ratings.csv", tmp_path / "policy.json", context=["school"], group="actor")
    assert found.in_force == "context"
    rows = pd.DataFrame(
        {
            "expected_intensity": 0.5,
            "expressed_intensity": 0.6,
            "school": ["दिल्ली", "मुंबई", "पुणे", ""],
        }
    )
    rows.to_csv(tmp_path / "rows.csv", index=False)
    predict_file(tmp_path / "policy.json", tmp_path / "rows.csv", tmp_path / "out.csv")
    lower = pd.read_csv(tmp_path / "out.csv")["lower"]
    assert lower[0] > lower[2] > lower[1]
    assert lower[2] == lower[3]  # unknown and missing levels both have the thresholds of all
    fit_file(tmp_path / "ratings.csv", tmp_path / "years.json", context=["year"], group="actor")
    assert list(json.loads((tmp_path / "years.json").read_text())["contexts"]["year"]) == ["2019"]


def test_more_levels_than_can_be_learned_are_refused_before_any_work(tmp_path: Path) -> None:
    table = pd.concat([_ratings(), _ratings(2700, seed=1).assign(clip="other")], ignore_index=True)
    table.assign(clip=table.index, school=table.index).to_csv(tmp_path / "ratings.csv", index=False)
    with pytest.raises(TableError, match="3000 of them in school; at most 2000"):
        fit_file(tmp_path / "ratings.csv", tmp_path / "policy.json", context=["school"])
    assert not (tmp_path / "policy.json").exists()


def test_two_steps_of_one_side_contradict_and_a_verdict_agrees_with_its_steps(tmp_path: Path) -> None:
    table = _ratings()
    again = table.iloc[[0]]
    words = table.assign(verdict=table["verdict"].astype(object))
    words.loc[0, "verdict"] = "under"
    pd.concat([words, again.assign(verdict=-2)]).to_csv(tmp_path / "agreeing.csv", index=False)
    fit_file(tmp_path / "agreeing.csv", tmp_path / "policy.json")
    words.loc[0, "verdict"] = "-1"
    pd.concat([words, again.assign(verdict=-2)]).to_csv(tmp_path / "apart.csv", index=False)
    with pytest.raises(TableError, match="contradicting answers"):
        fit_file(tmp_path / "apart.csv", tmp_path / "other.json")
