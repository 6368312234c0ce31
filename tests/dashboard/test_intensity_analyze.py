"""``analyze --project`` says of a real clip what the project's raters would say, or why nobody knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.__main__ import main
from dashboard.services import projects
from dashboard.services.intensity_maps import learn
from tests.dashboard.intensities_made import made_intensities

TAKE = Path(__file__).resolve().parents[2] / "dashboard" / "demo" / "takes" / "leave_1.mp4"
SHIFT = -0.15


def _analyzed(capture: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capture.readouterr()
    assert main(["analyze", str(TAKE), "--line", "How dare you leave me here!", "--json", *words]) == 0
    shown: dict[str, Any] = json.loads(capture.readouterr().out)
    return shown


def test_a_clips_object_holds_what_the_projects_raters_would_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = projects.create("Hamlet")
    before = _analyzed(capsys, "--project", "Hamlet")
    assert (before["raters_expected_intensity"], before["raters_expressed_intensity"]) == (None, None)
    assert sum("No map of what" in warning for warning in before["warnings"]) == 2
    made_intensities(project, expressed_shift=SHIFT, weights=before["weights_version"])
    learn(project.id)
    after = _analyzed(capsys, "--project", "Hamlet")
    said = after["raters_expressed_intensity"]
    assert said == pytest.approx(max(after["expressed_intensity"] + SHIFT, 0.0), abs=0.06)
    assert after["raters_expected_intensity"] is None
    for name in ("expressed_intensity", "alignment", "verdict", "policy"):
        assert after[name] == before[name]
    assert "raters_expressed_intensity" not in _analyzed(capsys)
    capsys.readouterr()
    assert main(["analyze", str(TAKE), "--line", "How dare you leave me here!", "--project", "Hamlet"]) == 0
    assert f"(raters here would say {said:.2f})" in capsys.readouterr().out
