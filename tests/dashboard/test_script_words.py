"""What was said against the script, as people and programs read it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.__main__ import main
from dashboard.services import analyze_json, messages
from dashboard.services.explanation import explain
from dashboard.services.judging import InForce
from dashboard.services.predictions import draft_of, stored
from dashboard.services.projects import create
from dashboard.services.script_words import MOST_NAMED, script_sentence
from db import predictions, session
from engine import hub_models
from engine.analysis import ScriptMatch
from engine.speech import SUGGESTED
from engine.verdict.fixed import FIXED
from engine.vocabulary import LineSource
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.project_made import made_clip as stored_clip
from tests.media_made import made_clip, tone
from tests.whisper_made import SAID, save_tiny_whisper

DIFFERENT = ScriptMatch(0.6, ("here!",), (("you", "we"),), ("oh",))


def test_one_sentence_names_what_was_missed_changed_and_added() -> None:
    assert script_sentence(DIFFERENT) == (
        "What speech recognition heard differs from the line (word error rate 60 %): "
        "missed “here!”; “you” became “we”; added “oh”."
    )
    assert script_sentence(ScriptMatch(0.0)).startswith("The line was said word for word")


@pytest.mark.parametrize("language", ["hi", "ur"])
def test_every_language_names_the_same_words(language: str) -> None:
    messages.speak(language)
    try:
        sentence = script_sentence(DIFFERENT)
    finally:
        messages.speak(messages.DEFAULT_LANGUAGE)
    for word in ("here!", "you", "we", "oh", "60"):
        assert word in sentence
    assert "missed" not in sentence


def test_of_many_words_the_first_are_named() -> None:
    sentence = script_sentence(ScriptMatch(1.0, missed=tuple(f"w{number}w" for number in range(20))))
    assert f"“w{MOST_NAMED - 1}w” …" in sentence
    assert f"w{MOST_NAMED}w" not in sentence


def test_the_evidence_says_how_the_script_was_kept_and_where_a_line_came_from() -> None:
    plain = made_analysis()
    policy = InForce(None, FIXED)
    spoken = explain(replace(plain, script=DIFFERENT), plain.judgement, policy)
    assert script_sentence(DIFFERENT) in spoken
    heard = explain(replace(plain, line_source=LineSource.RECOGNISED), plain.judgement, policy)
    assert any("recognised from the sound" in sentence for sentence in heard)
    assert not any("recogni" in sentence for sentence in explain(plain, plain.judgement, policy))


def test_the_comparison_is_stored_and_read_back_and_old_predictions_have_none() -> None:
    clip = stored_clip(create("Hamlet"), analysed=False)
    draft = draft_of(made_analysis(script=DIFFERENT), clip_id=clip.id)
    old = {name: value for name, value in draft.document.items() if name != "script"}
    with session.writing() as s:
        new_id = predictions.add(s, draft).id
        old_id = predictions.add(s, replace(draft, document=old)).id
    with session.reading() as s:
        assert stored(predictions.by_id(s, new_id)).analysis.script == DIFFERENT
        assert stored(predictions.by_id(s, old_id)).analysis.script is None


def test_the_object_holds_the_comparison_or_null() -> None:
    shown = analyze_json.as_object(made_analysis(script=DIFFERENT))["script"]
    assert shown == {"wer": 0.6, "missed": ["here!"], "changed": [["you", "we"]], "added": ["oh"]}
    assert analyze_json.as_object(made_analysis())["script"] is None


def test_analyze_recognises_a_line_that_was_not_given_and_compares_one_that_was(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = str(made_clip(tmp_path / "take.mp4", seconds=2.0, sound=tone(2.0)))
    said = " ".join(SAID)

    def told(*words: str) -> dict[str, object]:
        assert main(["analyze", clip, *words, "--json"]) == 0
        return dict(json.loads(capsys.readouterr().out))

    monkeypatch.setenv(hub_models.MODELS_VARIABLE, str(tmp_path / "empty"))
    unknown = told()
    assert (unknown["line"], unknown["line_source"], unknown["script"]) == ("", "none", None)
    assert any("no speech model is on this machine: give the line" in each for each in unknown["warnings"])

    monkeypatch.setenv(hub_models.MODELS_VARIABLE, str(tmp_path))
    save_tiny_whisper(tmp_path / SUGGESTED)
    heard = told()
    assert (heard["line"], heard["line_source"], heard["script"]) == (said, "recognised", None)
    assert heard["expected_intensity"] is not None
    assert [word["text"] for word in heard["words"]] == list(SAID)
    compared = told("--line", "How dare you leave!")
    assert compared["line_source"] == "given"
    assert compared["script"] == {"wer": 0.25, "missed": [], "changed": [], "added": ["me!"]}
    assert "speech" in compared["timings_s"]
    assert main(["analyze", clip, "--line", "How dare you leave!"]) == 0
    assert "added “me!”" in capsys.readouterr().out
