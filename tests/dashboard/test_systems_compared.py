"""Systems side by side: how many name what, how far two agree, and how good each was measured to be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.services import measured_scores, projects
from dashboard.services.systems_compared import Comparison, SystemAnswer
from engine.analysis import EmotionEstimate
from engine.vocabulary import Emotion, SystemName
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.project_made import made_clip

ROW: dict[str, Any] = {
    "name": "voice",
    "n": 10,
    "folds": 5,
    "remark": "",
    "mean": {"accuracy": 0.5},
    "spread": {},
    "reliability": [],
    "part": "meld-shipped-voice",
    "system": "meld",
    "weights": {"meld.safetensors": "of old"},
}


def test_two_systems_agree_by_the_probability_they_give_to_the_same_emotions() -> None:
    clip = made_clip(projects.create("Hamlet"))
    said = {
        SystemName.ALIGNMENT: {Emotion.ANGER: 0.6, Emotion.SADNESS: 0.3, Emotion.NEUTRAL: 0.1},
        SystemName.MELD: {Emotion.ANGER: 0.2, Emotion.SADNESS: 0.8},
        SystemName.RAVDESS: {Emotion.CALM: 1.0},
    }
    answers = [
        SystemAnswer(system, made_analysis(system=system, emotion=EmotionEstimate(shares)))
        for system, shares in said.items()
    ]
    found = Comparison(clip, (*answers, SystemAnswer(SystemName.MMMLA, None, "no weights")))
    assert dict(found.named) == {Emotion.ANGER: 1, Emotion.SADNESS: 1, Emotion.CALM: 1}
    assert found.overlaps == {
        (SystemName.ALIGNMENT, SystemName.MELD): pytest.approx(0.5),
        (SystemName.ALIGNMENT, SystemName.RAVDESS): 0,
        (SystemName.MELD, SystemName.RAVDESS): 0,
    }


def test_figures_of_earlier_weights_and_systems_never_measured_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILIES_RESULTS", str(tmp_path))
    assert measured_scores.results() is None
    table = {"title": "Voices", "parts": ["meld-shipped-voice"], "protocol": "", "targets": [], "rows": [ROW]}
    content = {"written": "2026-11-30 20:00 UTC", "commit": "abc", "tables": [table]}
    (tmp_path / "evaluate-2026-11-30.json").write_text(json.dumps(content))
    found = measured_scores.results()
    assert found is not None
    meld = measured_scores.of_system(found, SystemName.MELD)
    assert (len(meld.scores), meld.is_older, meld.is_vague) == (1, True, False)
    never = measured_scores.of_system(found, SystemName.RAVDESS)
    assert never.scores == ()
    assert never.command == "make evaluate EVALUATE=ravdess-shipped"
