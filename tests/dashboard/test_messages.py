"""Every message that code asks for is in every catalogue, with the same places."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from dashboard.services import messages
from engine.errors import UnknownNameError
from engine.vocabulary import Delivery, Emotion, Modality, Verdict

ROOT = Path(__file__).resolve().parent.parent.parent / "dashboard"
COMPONENTS = {
    "player": ("player.js", "timeline.js"),
    "rating": ("rating_form.js", "key_sheet.js"),
    "panel": ("verdict_panel.js",),
    "evidence": ("evidence.js",),
    "clips.table": ("clip_table.js",),
    "thresholds.confusion": ("confusion_table.js",),
}


def _asked() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "say" and isinstance(node.args[0].value, str):
                yield path.name, node.args[0].value


def _places(wording: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(wording) if name}


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
def test_catalogues_hold_the_same_messages_with_the_same_places(language: str) -> None:
    first, other = messages.catalogue(), messages.catalogue(language)
    assert set(other.messages) == set(first.messages)
    for key, wording in first.messages.items():
        assert _places(other.messages[key]) == _places(wording), key


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


def test_an_unknown_message_is_refused_with_the_catalogue_to_mend() -> None:
    with pytest.raises(UnknownNameError, match=r"'en' has no message 'no\.such'"):
        messages.say("no.such")


def test_a_place_without_a_value_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="'rated'"):
        messages.say("app.progress", total=3)


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match=r"use one of .*en"):
        messages.speak("xx")
