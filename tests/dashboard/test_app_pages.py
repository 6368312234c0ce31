"""The frame: what is shown without data, and what becomes of errors."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.services import projects, visitors

APP = Path(__file__).resolve().parent.parent.parent / "dashboard" / "app.py"
PATIENCE_S = 60


def _app() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=PATIENCE_S)


def _mendable() -> None:
    from dashboard import boundary
    from engine.errors import DailiesError

    with boundary.shown():
        raise DailiesError("The clip is empty (0 bytes); give a video file.")


def _bug() -> None:
    from dashboard import boundary

    with boundary.shown():
        raise ZeroDivisionError("secret detail")


@pytest.mark.usefixtures("home")
def test_without_a_project_the_page_says_what_to_do() -> None:
    app = _app().run()
    assert not app.exception
    assert "There is no project yet" in app.info[0].value


@pytest.mark.usefixtures("home")
def test_a_project_made_in_the_sidebar_is_entered() -> None:
    app = _app().run()
    app.text_input[0].input("Spring class")
    app.button[0].click().run()
    assert not app.exception
    assert [project.name for project in projects.listing()] == ["Spring class"]
    assert app.selectbox[0].value == "Spring class"
    assert "no clips yet" in app.info[0].value


@pytest.mark.usefixtures("home")
def test_a_project_of_a_taken_name_is_refused_in_one_sentence() -> None:
    projects.create("Spring class")
    app = _app().run()
    app.text_input[0].input("Spring class")
    app.button[0].click().run()
    assert not app.exception
    assert "There is a project 'Spring class' already" in app.error[0].value


@pytest.mark.usefixtures("home")
def test_a_visitor_is_welcomed_once_and_simulated_raters_never_sit_here() -> None:
    project = projects.create("Spring class")
    projects.person("Simulated rater A", simulated=True)
    first = visitors.welcome("Asha", project)
    assert visitors.welcome("Asha", project) == first
    assert [person.name for person in visitors.known()] == ["Asha"]


def test_an_error_a_person_can_mend_is_shown_as_its_sentence() -> None:
    app = AppTest.from_function(_mendable, default_timeout=PATIENCE_S).run()
    assert not app.exception
    assert app.error[0].value == "The clip is empty (0 bytes); give a video file."


def test_a_bug_is_logged_under_an_id_and_shows_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        app = AppTest.from_function(_bug, default_timeout=PATIENCE_S).run()
    assert "secret detail" not in app.error[0].value
    [logged] = [record for record in caplog.records if record.name == "dashboard.boundary"]
    assert str(logged.args[0]) in app.error[0].value  # type: ignore[index]  # the id is the first argument
