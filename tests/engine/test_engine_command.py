"""``python -m engine``: bad input ends with status 2 and one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.__main__ import main

ROOT = Path(__file__).resolve().parents[2]


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    said = capsys.readouterr()
    assert status == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("dance",),
        ("train",),
        ("train", "opera", "--data", ".", "--out", "."),
        ("train", "text", "--data", ".", "--out", ".", "--seed", "-1"),
        ("train", "text", "--data", ".", "--out", ".", "--seed", "one"),
        ("train", "text", "--data", ".", "--out", ".", "--seed", str(2**32)),
        ("train", "performance", "--data", ".", "--out", ".", "--only", "opera"),
        ("evaluate", "text-emotion"),
    ],
    ids=" ".join,
)
def test_a_call_that_makes_no_sense_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert "python -m engine" in complaint(capsys, *arguments)


def test_an_unknown_task_names_those_there_are(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "text-intensity" in complaint(capsys, "evaluate", "juggling", str(tmp_path))


def test_parts_and_enrolled_speakers_belong_to_the_performance_brain(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    where = str(tmp_path)
    assert "text" in complaint(
        capsys, "train", "text", "--data", where, "--out", where, "--only", "voice-heads"
    )
    assert "enrolled" in complaint(capsys, "evaluate", "text-emotion", where, "--enrolled")


@pytest.mark.parametrize("task", ["text-emotion", "text-intensity", "voice-emotion", "face-emotion"])
def test_figures_of_nothing_are_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, task: str
) -> None:
    complaint(capsys, "evaluate", task, str(tmp_path / "gone"))


def test_training_without_data_is_refused_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    complaint(capsys, "train", "text", "--data", str(tmp_path / "gone"), "--out", str(tmp_path / "weights"))
    assert not (tmp_path / "weights").exists()


def test_a_missing_weights_folder_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine", "warm"],
        cwd=ROOT,
        env={"PATH": "", "DAILIES_WEIGHTS": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "restore" in done.stderr
