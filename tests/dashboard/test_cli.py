"""The command line answers in the promised form and calls the same services as the pages."""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from dashboard.__main__ import main
from dashboard.cli import importing as importing_command
from dashboard.services import analysis_stop, analyze_json, projects
from dashboard.services.analysis_worker import AnalysisWorker
from db import audit, clips, session
from db.records import ClipStatus
from engine.analysis import EmotionEstimate
from engine.verdict.fixed import FIXED, FixedPolicy
from engine.verdict.policy_file import write_policy
from engine.vocabulary import Emotion, Modality, Verdict
from tests.dashboard import work_made
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.project_made import made_ratings
from tests.face_made import HEIGHT, WIDTH, drawn_face
from tests.media_made import made_clip, tone

pytestmark = pytest.mark.usefixtures("home")

TAKES = Path(__file__).resolve().parents[2] / "dashboard" / "demo" / "takes"
PROMISED = {
    "clip", "duration_s", "system", "line", "line_source", "emotion", "expected_intensity",
    "expressed_intensity", "z_expected", "z_expressed", "alignment", "verdict", "verdict_probabilities",
    "verdict_set", "policy", "attention", "attention_times_s", "modalities", "timings_s", "warnings",
}  # fmt: skip


def told(capture: pytest.CaptureFixture[str], *words: object, status: int = 0) -> pytest.CaptureResult[str]:
    capture.readouterr()
    assert main([str(word) for word in words]) == status
    return capture.readouterr()


def test_the_object_holds_what_is_promised_and_only_json() -> None:
    shown = analyze_json.as_object(made_analysis())
    assert set(shown) >= PROMISED
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    assert shown["emotion"] == {
        "label": "anger",
        "probabilities": {"anger": 0.6, "sadness": 0.3, "neutral": 0.1},
    }
    assert shown["policy"] == {"version": FIXED.version, "lower": -0.15, "upper": 0.15}
    assert set(shown["modalities"]) == {"text", "voice", "face"}
    assert shown["modalities"]["face"]["emotion"] is None
    assert shown["z_expected"] == pytest.approx((0.7 - 0.5) / 0.2)
    assert shown["alignment"] == pytest.approx(shown["z_expressed"] - shown["z_expected"])
    assert (shown["verdict"], shown["verdict_set"], shown["verdict_probabilities"]) == (
        "under",
        ["under"],
        None,
    )


def test_what_cannot_be_known_is_null() -> None:
    shown = analyze_json.as_object(made_analysis(expected=None, emotion=None))
    for name in ("emotion", "expected_intensity", "z_expected", "alignment", "verdict"):
        assert shown[name] is None
    assert shown["verdict_set"] == []


def test_a_number_that_is_none_becomes_null_with_a_warning() -> None:
    broken = made_analysis(
        expressed=math.nan, emotion=EmotionEstimate({Emotion.JOY: math.inf, Emotion.FEAR: 0.5})
    )
    shown = analyze_json.as_object(broken)
    assert shown["expressed_intensity"] is None
    assert shown["emotion"]["probabilities"]["joy"] is None
    assert "expressed_intensity" in shown["warnings"][-1]
    json.dumps(shown, allow_nan=False)


def test_analyze_prints_one_object_a_clip_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    clips_given = [TAKES / "part_3.mp4", TAKES / "leave_3.mp4"]
    out = told(capsys, "analyze", *clips_given, "--lines", TAKES / "lines.csv", "--json")
    objects = [json.loads(line) for line in out.out.splitlines()]
    assert [each["clip"] for each in objects] == ["part_3.mp4", "leave_3.mp4"]
    for each in objects:
        assert set(each) >= PROMISED
        assert sum(each["attention"]) == pytest.approx(1.0, abs=1e-6)
        assert len(each["attention"]) == len(each["attention_times_s"]) == 50
        assert each["line_source"] == "given"
        assert each["verdict"] in list(Verdict)
        assert set(each["modalities"]) == set(Modality)
        assert set(each["timings_s"]) == {"decode", "face", "voice", "text", "model", "total"}
        gap = each["alignment"]
        expected = "under" if gap < -0.15 else "over" if gap > 0.15 else "correct"
        assert each["verdict"] == expected


def test_a_bad_clip_among_good_ones_costs_only_its_own_answer(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("no clip")
    given = [TAKES / "part_3.mp4", bad, TAKES / "night_2.mp4"]
    out = told(capsys, "analyze", *given, "--line", "Hello there.", "--json", status=2)
    assert [json.loads(line)["clip"] for line in out.out.splitlines()] == ["part_3.mp4", "night_2.mp4"]
    assert out.err.count("\n") == 1
    assert "bad.mp4" in out.err


def test_a_clip_without_picture_sound_or_line_is_answered_with_warnings(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    silent = made_clip(tmp_path / "bars.mp4", seconds=1.0)
    sound = made_clip(tmp_path / "tone.wav", size=None, sound=tone(1.0), sound_codec="pcm_s16le")
    out = told(capsys, "analyze", silent, sound, "--json")
    bars, heard = (json.loads(line) for line in out.out.splitlines())
    assert bars["line_source"] == "none"
    assert bars["expected_intensity"] is None
    assert bars["expressed_intensity"] is None
    assert bars["verdict"] is None
    assert bars["modalities"]["voice"]["trust"] == 0
    assert heard["modalities"]["face"]["trust"] == 0
    assert bars["warnings"]
    assert heard["warnings"]


def test_a_policy_file_judges(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    write_policy(FixedPolicy(lower=-9.0, upper=9.0), policy)
    words = ("analyze", TAKES / "part_3.mp4", "--lines", TAKES / "lines.csv", "--json")
    (line,) = told(capsys, *words, "--policy", policy).out.splitlines()
    assert json.loads(line)["policy"] == {"version": "fixed-9", "lower": -9.0, "upper": 9.0}
    assert json.loads(line)["verdict"] == "correct"


def test_without_json_the_answer_reads_like_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "analyze", TAKES / "part_3.mp4", "--lines", TAKES / "lines.csv").out
    assert out.startswith("part_3.mp4")
    assert "verdict:" in out
    assert "{" not in out


def test_import_takes_the_good_clips_of_a_folder_names_the_bad_and_a_second_one_changes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    made_clip(tmp_path / "good.mp4", seconds=0.6, sound=tone(0.6))
    (tmp_path / "bad.mp4").write_text("no clip")
    words = ("import", tmp_path, "--project", "Hamlet")
    out = told(capsys, *words, status=2)
    [refusal] = [line for line in out.err.splitlines() if "clips analysed" not in line]  # a slow one says so
    assert "bad.mp4" in refusal
    assert "1 new, 0 there before, 1 refused; 1 analysed" in out.out
    project = projects.by_name("Hamlet")
    with session.reading() as s:
        before = clips.list_page(s, project.id).items
    assert [clip.status for clip in before] == [ClipStatus.READY]
    assert "0 new, 1 there before" in told(capsys, *words, status=2).out
    with session.reading() as s:
        assert clips.list_page(s, project.id).items == before


def test_recalibrate_says_what_came_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    project = projects.get_or_create("Hamlet")
    assert "no thresholds were learned" in told(capsys, "recalibrate", "--project", "Hamlet").out
    made_ratings(project, clips_count=24, raters=3, tolerance=0.8)
    assert "a candidate" in told(capsys, "recalibrate", "--project", "Hamlet").out
    assert "in force" in told(capsys, "recalibrate", "--project", "Hamlet", "--promote").out


def test_export_writes_both_tables(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    made_ratings(projects.get_or_create("Hamlet"), clips_count=3, raters=2, tolerance=0.8)
    out = told(capsys, "export", "--project", "Hamlet", "--format", "csv", "--out", tmp_path / "out")
    assert "6 ratings" in out.out
    assert "3 predictions" in out.out
    assert len((tmp_path / "out" / "ratings.csv").read_text().splitlines()) == 7


def test_thresholds_are_fitted_from_a_table_and_judge_rows(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ratings = tmp_path / "ratings.csv"
    rows = [
        f"0.5,{0.1 + 0.02 * i:.2f},{'under' if i < 12 else 'over' if i > 28 else 'correct'}"
        for i in range(40)
    ]
    ratings.write_text("expected_intensity,expressed_intensity,verdict\n" + "\n".join(rows * 4) + "\n")
    policy, out = tmp_path / "policy.json", tmp_path / "out.csv"
    assert "policy" in told(capsys, "thresholds", "fit", ratings, "--out", policy).out
    assert "160 rows" in told(capsys, "thresholds", "predict", policy, ratings, "--out", out).out
    header, *judged = out.read_text().splitlines()
    assert (
        header.startswith("verdict,p_under,p_correct,p_over,verdict_set,lower,upper") or "p_under" in header
    )
    assert len(judged) == 160


def test_help_is_there_for_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("serve", "analyze", "import", "recalibrate", "export", "thresholds"):
        assert command in told(capsys, command, "--help").out


def test_import_goes_on_with_a_project_whose_analysis_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = partial(AnalysisWorker, work=work_made.quick_work, prepare=work_made.nothing)
    monkeypatch.setattr(importing_command, "AnalysisWorker", quick)
    project = projects.get_or_create("Hamlet")
    analysis_stop.stop(project.id)
    assert main(["import", str(TAKES / "part_3.mp4"), "--project", "Hamlet"]) == 0
    with session.reading() as s:
        assert clips.counts(s, project.id)[ClipStatus.READY] == 1
        done = [line.action for line in audit.list_page(s).items]
    assert done.index("analysis.go_on") < done.index("analysis.stop")  # the newest stands first


def test_of_several_faces_another_can_be_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def two_people(number: int, _size: tuple[int, int]) -> np.ndarray:
        left, right = (drawn_face(centre=(x, 240), scale=0.8, jaw=number % 5 / 4) for x in (170, 490))
        return np.where(np.arange(WIDTH)[None, :, None] < WIDTH // 2, left, right).astype(np.uint8)

    clip = made_clip(tmp_path / "two.mp4", seconds=1.0, rate=10, size=(WIDTH, HEIGHT), draw=two_people)
    shown = json.loads(told(capsys, "analyze", clip, "--face", 2, "--json").out)
    assert shown["faces"] == {"count": 2, "chosen": 2, "reason": "asked"}
    assert any("2 faces are seen; number 2" in warning for warning in shown["warnings"])
    assert "There is no face 3: 2 face(s)" in told(capsys, "analyze", clip, "--face", 3, status=2).err
    assert "counted from 1" in told(capsys, "analyze", clip, "--face", 0, status=2).err
