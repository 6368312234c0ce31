"""The Project page: what is set there reaches the raters, and what cannot be is refused in one sentence."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from dashboard.services import projects, visitors
from tests.browser.review_page import ReviewPage
from tests.browser.served import Served
from tests.browser.taught_project import inside


@pytest.fixture
def setup(page: Page, server: Served) -> Page:
    """The Project page of the demo project."""
    page.goto(f"{server.url}/project?project=Demo")
    expect(page.get_by_role("heading", name="Project", exact=True)).to_be_visible()
    return page


def _save(page: Page, section: str) -> None:
    button = page.locator(f".st-key-save_{section} button")
    expect(button).to_be_enabled()
    button.click()


def test_a_change_of_protocol_is_warned_of_stored_and_written_to_the_log(setup: Page, server: Served) -> None:
    expect(setup.get_by_text("answers have been given here already")).to_be_visible()
    setup.get_by_text("Blind first", exact=True).click()
    _save(setup, "basics")
    expect(setup.get_by_text("It counts from the next clip on")).to_be_visible()
    assert server.rows("SELECT protocol FROM projects WHERE name = 'Demo'") == [("blind_first",)]
    [(details,)] = server.rows("SELECT details FROM audit_log WHERE action = 'project.basics'")
    assert '"blind_first"' in details
    setup.get_by_text("Assisted", exact=True).click()
    _save(setup, "basics")
    server.wait_for("SELECT count(*) FROM projects WHERE name = 'Demo' AND protocol = 'assisted'", 1)


def test_two_answers_on_one_key_are_refused_and_nothing_is_stored(setup: Page, server: Served) -> None:
    setup.get_by_role("tab", name="Handing out and checks").click()
    setup.get_by_text("Keys of the answers").click()
    setup.get_by_label("Delivery is").fill("1 2 3 4 Q")
    _save(setup, "rules")
    expect(setup.get_by_text("The key Q is taken twice")).to_be_visible()
    assert server.rows("SELECT count(*) FROM audit_log WHERE action = 'project.rating'") == [(0,)]


def test_how_clips_are_handed_out_is_stored(setup: Page, server: Served) -> None:
    setup.get_by_role("tab", name="Handing out and checks").click()
    setup.locator(".st-key-rule_overlap input").fill("20")
    _save(setup, "rules")
    expect(setup.get_by_text("It counts from the next clip on")).to_be_visible()
    stored = server.rows(
        "SELECT json_extract(settings, '$.rating.overlap') FROM projects WHERE name = 'Demo'"
    )
    assert stored == [(20,)]


def test_an_emotion_taken_out_is_no_longer_asked_for(setup: Page, server: Served) -> None:
    setup.get_by_role("tab", name="Emotions").click()
    box = setup.locator(".st-key-label_codes input")
    box.press("Backspace")  # the last of them, surprise
    expect(setup.locator(".stMultiSelect").get_by_text("surprise", exact=True)).to_have_count(0)
    _save(setup, "labels")
    expect(setup.get_by_text("It counts from the next clip on")).to_be_visible()
    review = ReviewPage(setup, server).open("leave_1.mp4")
    expect(review.form.locator('[data-field="emotion"][data-value]')).to_have_count(6)


def test_a_guideline_is_previewed_stored_and_read_by_raters_with_its_version(
    setup: Page, server: Served
) -> None:
    setup.get_by_role("tab", name="Guideline").click()
    text = setup.get_by_label("Text (Markdown)")
    text.fill("Watch **twice**, then answer.")
    text.press("Control+Enter")
    expect(setup.locator("strong", has_text="twice")).to_be_visible()
    _save(setup, "guideline")
    expect(setup.get_by_text("It counts from the next clip on")).to_be_visible()
    review = ReviewPage(setup, server).open("leave_2.mp4")
    review.press("i")
    expect(setup.get_by_role("dialog").locator("strong", has_text="twice")).to_be_visible()
    setup.keyboard.press("Escape")
    expect(setup.get_by_role("dialog")).to_have_count(0)
    review.press("2", "Enter")
    expect(review.status).to_contain_text("Saved")
    assert server.rows(
        "SELECT guidelines.version FROM rating_circumstances JOIN guidelines ON guidelines.id = guideline_id"
    ) == [(1,)]


def test_a_rater_is_let_lead_and_the_last_lead_stays(setup: Page, server: Served) -> None:
    with inside(server.home):
        visitors.welcome("Bela", projects.by_name("Demo"))
    setup.reload()
    running = setup.locator('[data-testid="stApp"]')
    expect(running).to_have_attribute("data-test-script-state", "notRunning")
    setup.get_by_role("tab", name="People").click()
    lead = setup.locator("[class*='st-key-part_'][class*='_instructor']").first
    lead.get_by_role("radio", name="rates").click()
    expect(setup.get_by_text("Nobody would be left to lead the project")).to_be_visible()
    rater = setup.locator("[class*='st-key-part_'][class*='_rater']")
    rater.get_by_role("radio", name="leads", exact=True).click()
    server.wait_for(
        "SELECT count(*) FROM memberships JOIN people ON people.id = person_id "
        "WHERE people.name = 'Bela' AND role = 'instructor'",
        1,
    )
