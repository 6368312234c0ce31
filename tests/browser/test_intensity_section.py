"""From what people answer to what they would say: learned, checked, seen on Review, taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from dashboard.services import projects
from engine.vocabulary import Emotion
from tests.browser.review_page import ReviewPage
from tests.browser.served import Served
from tests.browser.taught_intensities import teach_intensities
from tests.browser.taught_project import any_clip, inside
from tests.thoroughness import thorough

MILDER = -0.15


@pytest.fixture(scope="module")
def server(analysing: Served) -> Served:
    """The one that lasts: these tests make projects of their own."""
    return analysing


def _taught(server: Served, name: str, **shifts: float) -> int:
    with inside(server.home):
        project = projects.create(name)
        by_emotion = {Emotion(emotion): shift for emotion, shift in shifts.items()}
        teach_intensities(project, any_clip("Demo"), clips_count=36, shifts=by_emotion)
        return project.id


def _opened(page: Page, server: Served, project: str) -> None:
    page.goto(f"{server.url}/thresholds?project={project}")
    page.get_by_role("tab", name="Intensity").click()
    expect(page.get_by_role("button", name="Learn a map of 144 answers")).to_be_visible()


def _learn(page: Page) -> None:
    page.get_by_role("button", name="Learn a map of 144 answers").click()
    expect(page.get_by_text("Learned. What it found is in the picture")).to_be_visible()


def _in_force(server: Served, project_id: int) -> list[str | None]:
    """The versions of the expressed map that were put in force, oldest first."""
    rows = server.rows(
        "SELECT version FROM intensity_promotions LEFT JOIN intensity_maps ON intensity_maps.id = map_id "
        "WHERE intensity_promotions.project_id = ? AND intensity_promotions.side = 'expressed' "
        "ORDER BY intensity_promotions.id",
        project_id,
    )
    return [version for (version,) in rows]


@thorough
def test_a_map_is_learned_put_in_force_seen_on_review_and_taken_back(page: Page, server: Served) -> None:
    project_id = _taught(server, "Milder", anger=MILDER, joy=MILDER)
    _opened(page, server, "Milder")
    expect(page.get_by_text("In force: no map. The model’s figure stands as it is.")).to_be_visible()
    _learn(page)
    sentence = page.get_by_text(re.compile("^Over all clips, raters here give .* less than the model at"))
    expect(sentence).to_contain_text("144 ratings by 4 people")
    expect(page.get_by_text("Estimates only: maps by context were not shown")).to_be_visible()
    assert _in_force(server, project_id) == []
    page.get_by_role("button", name="Put the map in force").click()
    expect(page.get_by_text(re.compile("In force: intensity-.* learned from 144 answers"))).to_be_visible()
    [learned] = _in_force(server, project_id)
    assert learned is not None

    review = ReviewPage(page, server).open("take_17.mp4", project="Milder")
    panel = page.locator(".verdict")
    said = panel.get_by_text(re.compile(r"^raters here would say 0\.\d\d$"))
    expect(said).to_have_count(1)  # of the two intensities only one has a map
    stated = float(panel.locator(".bar-row.expressed .bar-value").inner_text())
    assert abs(float(said.inner_text().split()[-1]) - stated - MILDER) < 0.04
    headline = panel.locator(".headline").inner_text()

    page.set_viewport_size({"width": 390, "height": 844})
    _opened(page, server, "Milder")
    page.wait_for_function("document.documentElement.scrollWidth <= 390")  # on a phone nothing lies beside
    page.get_by_role("button", name="Go back to the map before").click()
    expect(page.get_by_text("In force: no map. The model’s figure stands as it is.")).to_be_visible()
    assert _in_force(server, project_id) == [learned, None]
    review.open("take_17.mp4", project="Milder")
    expect(panel.locator(".headline")).to_have_text(headline)  # no map ever moves a verdict
    expect(said).to_have_count(0)


def test_the_map_stays_a_candidate_where_people_say_what_the_model_says(page: Page, server: Served) -> None:
    project_id = _taught(server, "Alike", anger=0.0, joy=0.0)
    _opened(page, server, "Alike")
    _learn(page)
    expect(page.get_by_text("The map stays a candidate until it is shown closer")).to_be_visible()
    expect(page.get_by_role("button", name="Put the map in force")).to_have_count(0)
    assert _in_force(server, project_id) == []
