"""Every message that code asks for is in every catalogue, with the same places."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard.services import messages
from engine.errors import UnknownNameError
from engine.vocabulary import Delivery, Emotion, Modality, Verdict
from scripts import check_messages

ROOT = Path(__file__).resolve().parent.parent.parent / "dashboard"
COMPONENTS = {
    "player": ("player.js", "timeline.js"),
    "rating": ("rating_form.js", "key_sheet.js"),
    "panel": ("verdict_panel.js",),
    "evidence": ("evidence.js",),
    "clips.table": ("clip_table.js",),
    "thresholds.confusion": ("confusion_table.js",),
    "adjudicate.form": ("decision_form.js",),
    "adjudicate.answers": ("answers_table.js",),
}


def _asked() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "say" and isinstance(node.args[0].value, str):
                yield path.name, node.args[0].value


def _write(folder: Path, files: dict[str, object]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content), encoding="utf-8")


@contextmanager
def _folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(messages, "FOLDER", path)
        messages.catalogue.cache_clear()
        yield
    messages.catalogue.cache_clear()


@pytest.mark.parametrize("language", messages.languages())
def test_every_message_asked_for_by_name_is_there(language: str) -> None:
    known = messages.catalogue(language).messages
    missing = {(file, key) for file, key in _asked() if key not in known and f"{key}.other" not in known}
    assert missing == set()


@pytest.mark.parametrize("part", COMPONENTS)
def test_every_label_a_component_uses_is_there(part: str) -> None:
    scripts = "\n".join((ROOT / "components" / name).read_text(encoding="utf-8") for name in COMPONENTS[part])
    used = set(re.findall(r"\blabels\.(\w+)", scripts))
    assert used
    assert used <= set(messages.part(part))


@pytest.mark.parametrize("language", messages.languages())
def test_catalogues_hold_the_same_messages_with_the_same_places_and_their_own_plural_forms(
    language: str,
) -> None:
    assert list(check_messages.against_english(language)) == []


def test_every_message_is_asked_for_and_nothing_else_is() -> None:
    assert list(check_messages.against_code()) == []


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ({}, "hi: app.name is missing"),
        ({"app": {"name": "{x}"}}, "hi: app.name has the places x, not none"),
        ({"app": {"name": "Dailies", "more": ""}}, "hi: app.more is in no English catalogue"),
    ],
)
def test_the_check_names_what_a_catalogue_lacks(
    kept: dict[str, object], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, {"en/a.json": {"app": {"name": "Dailies"}}, "hi/a.json": kept})
    with _folder(tmp_path, monkeypatch):
        assert any(line.startswith(said) for line in check_messages.against_english("hi"))


def test_a_message_in_two_files_of_a_language_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, {"en/a.json": {"app": {"name": "A"}}, "en/b.json": {"app": {"name": "B"}}})
    with _folder(tmp_path, monkeypatch), pytest.raises(UnknownNameError, match=r"'app\.name' a second time"):
        messages.catalogue()


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("emotion", [emotion.value for emotion in Emotion]),
        ("verdict", [verdict.value for verdict in Verdict]),
        ("zone", [verdict.value for verdict in Verdict]),
        ("delivery", [step.name.lower() for step in Delivery]),
        ("modality", [modality.value for modality in Modality]),
    ],
)
def test_every_word_of_the_vocabulary_has_a_name(prefix: str, names: list[str]) -> None:
    assert set(names) <= set(messages.part(prefix))


def test_a_count_chooses_the_plural_form() -> None:
    assert messages.say("clips.import", n=1) == "Import 1 clip"
    assert messages.say("clips.import", n=3) == "Import 3 clips"


def test_plural_forms_and_thousands_are_those_of_the_language() -> None:
    hindi, english = messages.catalogue("hi"), messages.catalogue("en")
    assert english.say("clips.added", n=0) == "0 clips are in."
    assert hindi.say("clips.added", n=0) == "0 क्लिप जुड़ गई।"  # in Hindi nothing is singular
    assert hindi.say("clips.added", n=2) == "2 क्लिप जुड़ गईं।"
    assert "1,234,567" in english.say("thresholds.train", n=1234567)
    assert "12,34,567" in hindi.say("thresholds.train", n=1234567)


def test_urdu_runs_from_right_to_left_and_the_others_do_not() -> None:
    assert {name: messages.catalogue(name).direction for name in messages.languages()} == {
        "en": "ltr",
        "hi": "ltr",
        "ur": "rtl",
    }


def test_a_signed_number_keeps_its_sign_before_it_between_urdu_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert messages.signed(-0.154) == "−0.15"
    monkeypatch.setattr(messages, "spoken", lambda: "ur")
    assert messages.signed(-0.154) == "\u2066−0.15\u2069"


def test_an_unknown_message_is_refused_with_the_catalogue_to_mend() -> None:
    with pytest.raises(UnknownNameError, match=r"'en' has no message 'no\.such'"):
        messages.say("no.such")


def test_a_place_without_a_value_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="'rated'"):
        messages.say("app.progress", total=3)


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match=r"use one of .*en"):
        messages.speak("xx")
