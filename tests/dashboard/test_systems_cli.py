"""``analyze --system``: each published system answers in the promised form, or says what it lacks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.__main__ import main
from engine.systems import meld
from tests.engine.systems_made import forget, weights_folder

pytestmark = pytest.mark.usefixtures("home")

TAKE = Path(__file__).resolve().parents[2] / "dashboard" / "demo" / "takes" / "leave_1.mp4"
LINE = "How dare you!"


@pytest.fixture(scope="module")
def untaught(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with weights_folder(tmp_path_factory.mktemp("made") / "weights") as folder:
        yield folder


@pytest.mark.usefixtures("untaught")
def test_the_object_says_which_system_answered_with_its_branches_and_cues(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["analyze", str(TAKE), "--line", LINE, "--system", "meld", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["system"] == "meld"
    assert set(shown["branches"]) <= {"words", "voice", "face"}
    assert sum(branch["weight"] for branch in shown["branches"].values()) == pytest.approx(1.0)
    assert set(shown["modalities"]) == {"text", "voice", "face"}
    assert shown["verdict"] in ("under", "correct", "over")
    if shown["ekman"] is not None:
        assert shown["ekman"]["emotion"] == shown["emotion"]["label"]
        assert shown["ekman"]["sentence"].endswith(".")


@pytest.mark.usefixtures("untaught")
def test_the_readable_answer_tells_the_branches_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(TAKE), "--line", LINE, "--system", "meld"]) == 0
    assert "words: " in capsys.readouterr().out


def test_a_system_without_its_weights_is_one_sentence(
    untaught: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = untaught / meld.FILE
    content = file.read_bytes()
    file.unlink()
    forget()
    try:
        assert main(["analyze", str(TAKE), "--line", LINE, "--system", "meld"]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.count("\n") == 1
        assert "meld.safetensors is missing; restore it" in told.err
        assert main(["analyze", str(TAKE), "--line", LINE, "--system", "ravdess", "--json"]) == 0
    finally:
        file.write_bytes(content)
        forget()
