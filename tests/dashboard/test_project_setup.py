"""What a project is called, its language and its protocol can be changed by those who set it up."""

from __future__ import annotations

import pytest

from dashboard.app_pages.project_sections.rules import codes_of
from dashboard.services import project_setup, projects
from dashboard.services.permissions import NotAllowedError
from dashboard.services.project_setup import Basics
from db import audit, session
from db.errors import AlreadyThereError, RefusedValueError
from engine.vocabulary import Protocol
from tests.dashboard.project_made import led_project, made_ratings


def test_a_change_is_stored_and_the_log_says_from_what_to_what() -> None:
    person = projects.person("Asha")
    project = led_project("Hamlet", person)
    wanted = Basics("  Hamlet  in Hindi ", "hi", Protocol.BLIND_FIRST)
    changed = project_setup.set_basics(project.id, wanted, person_id=person.id)
    assert (changed.name, changed.language, changed.protocol) == (
        "Hamlet in Hindi",
        "hi",
        Protocol.BLIND_FIRST,
    )
    assert projects.by_name("Hamlet in Hindi") == changed
    with session.reading() as s:
        line = audit.list_page(s).items[0]
    assert (line.action, line.person_id) == ("project.basics", person.id)
    assert line.details == {
        "name": ["Hamlet", "Hamlet in Hindi"],
        "language": ["en", "hi"],
        "protocol": ["assisted", "blind_first"],
    }


def test_what_stays_the_same_leaves_no_line_in_the_log() -> None:
    project = projects.create("Hamlet")
    project_setup.set_basics(project.id, project_setup.basics_of(project), person_id=None)
    with session.reading() as s:
        assert [line.action for line in audit.list_page(s).items] == ["project.create"]


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [
        ("  ", "en", "1 to 80 letters, not 0"),
        ("x" * 81, "en", "not 81"),
        ("Hamlet", "nonsense", "no language"),
    ],
)
def test_a_name_or_language_that_is_none_is_refused(name: str, language: str, said: str) -> None:
    project = projects.create("Hamlet")
    with pytest.raises(RefusedValueError, match=said):
        project_setup.set_basics(project.id, Basics(name, language, Protocol.ASSISTED), person_id=None)
    assert projects.listing() == (project,)


def test_a_taken_name_is_refused() -> None:
    project = projects.create("Hamlet")
    projects.create("Lear")
    with pytest.raises(AlreadyThereError, match="'Lear' already"):
        project_setup.set_basics(project.id, Basics("Lear", "en", Protocol.ASSISTED), person_id=None)


def test_only_those_who_set_a_project_up_change_it() -> None:
    project = projects.create("Hamlet")
    stranger = projects.person("Kabir")
    with pytest.raises(NotAllowedError):
        project_setup.set_basics(project.id, Basics("Mine", "en", Protocol.ASSISTED), person_id=stranger.id)


def test_answers_are_counted_so_that_a_change_can_be_warned_of() -> None:
    project = projects.create("Hamlet")
    assert project_setup.answers(project.id) == 0
    made_ratings(project, clips_count=3, raters=2, tolerance=0.5)
    assert project_setup.answers(project.id) == 6


def test_keys_are_typed_as_they_are_printed() -> None:
    assert codes_of(" q W  1 ; ") == ("KeyQ", "KeyW", "Digit1", "Semicolon")
    assert codes_of("Backquote") == ("Backquote",)
    assert codes_of("  ") == ()
