"""The report stands alone as one file, says everything the protocol asks for and names nobody."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.__main__ import main
from dashboard.report.threshold_page import render, write
from dashboard.services import projects
from dashboard.services.recalibrate import recalibrate
from dashboard.services.thresholds_report import ThresholdsReport, of_project
from engine.errors import TableError
from engine.verdict.fixed import FIXED
from engine.verdict.policy_file import write_policy
from tests.dashboard.project_made import made_ratings

TOLERANCE = 0.8


@pytest.fixture
def report() -> ThresholdsReport:
    project = projects.create("Hamlet <5>")
    made_ratings(project, clips_count=40, raters=3, tolerance=TOLERANCE)
    assert recalibrate(project.id).promoted
    return of_project(project.id, command="python -m dashboard thresholds report --project Hamlet")


def _table(size: int = 240, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    expected, expressed = generator.uniform(0.1, 0.9, (2, size))
    away = (expressed - expected) / 0.2 + generator.normal(0.0, 0.3, size)
    return pd.DataFrame(
        {
            "clip": [f"clip {number}" for number in range(size)],
            "actor": generator.integers(0, 30, size),
            "school": generator.choice(["north", "south"], size),
            "rater": generator.choice(["Asha", "Bo", "Chen"], size),
            "expected_intensity": expected,
            "expressed_intensity": expressed,
            "verdict": np.where(away < -0.9, "under", np.where(away > 0.7, "over", "correct")),
        }
    )


def _without_script(html: str) -> str:
    return re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)


def test_a_project_report_says_what_was_learned_from_what(report: ThresholdsReport) -> None:
    said = _without_script(render(report))
    for wanted in (
        "Hamlet &lt;5&gt;",
        report.policy.version,
        report.ratings.sha256(),
        FIXED.version,
        "in force",
        "macro-F1",
        report.command,
        "in sight of what the machine said",
    ):
        assert wanted in said
    assert report.gate["seed"] == 0
    assert {policy.version for policy in report.history} == {FIXED.version, report.policy.version}


def test_raters_stand_under_pseudonyms(report: ThresholdsReport) -> None:
    said = _without_script(render(report))
    assert len(report.severities) == 3
    assert all(each.name in said for each in report.severities)
    assert not re.search(r"Rater \d", said)  # what they are called in the project


def test_the_file_asks_nothing_of_the_network(report: ThresholdsReport) -> None:
    html = render(report)
    assert "default-src 'none'" in html
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)\s*=", html.replace("<script>", ""))


def test_before_any_training_the_report_is_about_a_candidate_and_stores_nothing() -> None:
    project = projects.create("Hamlet")
    made_ratings(project, clips_count=40, raters=2, tolerance=TOLERANCE)
    report = of_project(project.id, command="")
    assert "candidate" in report.standing
    assert {policy.version for policy in report.history} == {FIXED.version}


def test_simulated_answers_are_counted_in_a_demo_project() -> None:
    project = projects.create("Demo", demo=True)
    made_ratings(project, clips_count=40, raters=2, tolerance=TOLERANCE, simulated=True)
    assert of_project(project.id, command="").simulated_share == 1.0


def test_the_command_writes_a_report_on_a_table(tmp_path: Path) -> None:
    _table().to_csv(tmp_path / "ratings.csv", index=False)
    out = tmp_path / "report.html"
    words = ["thresholds", "report", str(tmp_path / "ratings.csv"), "--context", "school"]
    assert main([*words, "--group", "actor", "--out", str(out)]) == 0
    said = _without_script(out.read_text(encoding="utf-8"))
    assert "ratings.csv --context school --group actor" in said
    assert str(tmp_path) not in said
    assert "Asha" not in said
    assert "north" in said


def test_the_command_writes_a_report_on_given_thresholds(tmp_path: Path) -> None:
    _table().to_csv(tmp_path / "ratings.csv", index=False)
    write_policy(FIXED, tmp_path / "fixed.json")
    out = tmp_path / "report.html"
    words = ["thresholds", "report", str(tmp_path / "ratings.csv"), "--policy", str(tmp_path / "fixed.json")]
    assert main([*words, "--out", str(out)]) == 0
    assert "the given thresholds fixed-0.15" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--project", "Nobody"], "Nobody"),
        ([], "RATINGS.csv or --project"),
        (["ratings.csv", "--project", "Hamlet"], "RATINGS.csv or --project"),
        (["--project", "Hamlet", "--group", "actor"], "belong to RATINGS.csv"),
        (["missing.csv"], "missing.csv"),
        (["few.csv"], "at least 20"),
        (["ratings.csv", "--context", "weather"], "weather"),
        (["ratings.csv", "--seed", "-1"], "seed"),
    ],
)
def test_what_cannot_be_reported_ends_with_one_sentence_and_no_file(
    words: list[str],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    _table().to_csv("ratings.csv", index=False)
    _table(12).to_csv("few.csv", index=False)
    assert main(["thresholds", "report", *words, "--out", "report.html"]) == 2
    complaint = capsys.readouterr().err
    assert reason in complaint
    assert complaint.count("\n") == 1
    assert not Path("report.html").exists()


def test_a_folder_that_is_not_there_is_said_in_a_sentence(report: ThresholdsReport, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be written"):
        write(report, tmp_path / "nowhere" / "report.html")
