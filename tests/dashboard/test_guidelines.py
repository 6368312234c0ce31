"""The text raters go by: versions per language, the one in force, its examples."""

from __future__ import annotations

import pytest

from dashboard.services import guidelines, messages, projects
from dashboard.services.guidelines import Example
from dashboard.services.permissions import NotAllowedError
from db import audit, session
from db.errors import RefusedValueError, UnknownRowError
from engine.errors import UnknownNameError
from tests.dashboard.project_made import led_project, made_clip


@pytest.mark.parametrize("language", messages.languages())
def test_a_text_ships_in_every_language_and_none_is_stored_for_it(language: str) -> None:
    project = projects.create("Hamlet")
    shown = guidelines.shown(project.id, language)
    assert (shown.id, shown.version, shown.language) == (None, 0, language)
    assert shown.text.startswith("#### ")
    with session.reading() as s:
        assert guidelines.in_force(s, project.id, language) is None


def test_a_text_counts_from_the_moment_it_is_stored_and_the_old_version_stays() -> None:
    person = projects.person("Asha")
    project = led_project("Hamlet", person)
    clip = made_clip(project)
    first = guidelines.write(project.id, "hi", " क्लिप देखें। ", person_id=person.id)
    example = Example(clip.id, "Quiet, and right.")
    second = guidelines.write(
        project.id,
        "hi",
        "फिर देखें।",
        examples=[
            example,
        ],
        person_id=person.id,
    )
    assert (first.version, first.text, second.version) == (1, "क्लिप देखें।", 2)
    assert guidelines.shown(project.id, "hi") == second
    assert second.examples == (example,)
    assert guidelines.history(project.id, "hi") == (second, first)
    with session.reading() as s:
        assert [line.action for line in audit.list_page(s).items][:2] == ["project.guideline"] * 2


def test_who_reads_another_language_gets_the_text_of_the_projects_language() -> None:
    project = projects.create("Hamlet", language="hi")
    written = guidelines.write(project.id, "hi", "क्लिप देखें।", person_id=None)
    assert guidelines.shown(project.id, "ur") == written
    own = guidelines.write(project.id, "ur", "کلپ دیکھیں۔", person_id=None)
    assert guidelines.shown(project.id, "ur") == own
    assert (own.version, own.direction, written.direction) == (1, "rtl", "ltr")


def test_the_same_text_is_not_stored_again() -> None:
    project = projects.create("Hamlet")
    first = guidelines.write(project.id, "en", "Watch.", person_id=None)
    assert guidelines.write(project.id, "en", "Watch. ", person_id=None) == first
    assert len(guidelines.history(project.id, "en")) == 1


@pytest.mark.parametrize(("text", "said"), [("  ", "needs a text"), ("x" * 20_001, "20001 letters")])
def test_an_empty_or_endless_text_is_refused(text: str, said: str) -> None:
    project = projects.create("Hamlet")
    with pytest.raises(RefusedValueError, match=said):
        guidelines.write(project.id, "en", text, person_id=None)
    assert guidelines.history(project.id, "en") == ()


def test_examples_are_clips_of_the_project_each_once_with_a_short_note() -> None:
    project, other = projects.create("Hamlet"), projects.create("Lear")
    clip, foreign = made_clip(project), made_clip(other)
    for examples, said in [
        ([Example(foreign.id)], "another project"),
        ([Example(clip.id), Example(clip.id)], "twice"),
        ([Example(clip.id, "n" * 501)], "500 letters"),
    ]:
        with pytest.raises(RefusedValueError, match=said):
            guidelines.write(project.id, "en", "Watch.", examples=examples, person_id=None)
    with pytest.raises(UnknownRowError):
        guidelines.write(project.id, "en", "Watch.", examples=[Example("nowhere")], person_id=None)


def test_a_language_the_interface_does_not_speak_is_refused() -> None:
    project = projects.create("Hamlet")
    with pytest.raises(UnknownNameError, match="no catalogue for 'xx'"):
        guidelines.write(project.id, "xx", "Watch.", person_id=None)


def test_only_those_who_set_a_project_up_write_its_guideline() -> None:
    project = projects.create("Hamlet")
    with pytest.raises(NotAllowedError):
        guidelines.write(project.id, "en", "Watch.", person_id=projects.person("Kabir").id)
