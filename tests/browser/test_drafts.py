"""Nothing a person typed is lost: not by a reload, on another device, without a connection, in two tabs."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.outage import Outage
from tests.browser.review_page import ReviewPage
from tests.browser.served import Served
from tests.thoroughness import thorough

SAVED_DRAFT = "Draft saved"
FEAR_KEY = "d"


def test_a_draft_comes_back_from_the_server_when_the_browser_has_forgotten(
    page: Page, server: Served
) -> None:
    clip = "night_2.mp4"
    review = ReviewPage(page, server).open(clip)
    review.press("2", FEAR_KEY, "/")
    page.keyboard.type("half a sen")
    expect(review.status).to_contain_text(SAVED_DRAFT)
    _forget(review, clip)
    expect(review.answer("delivery")).to_have_attribute("data-value", "-1")
    expect(review.answer("emotion")).to_have_attribute("data-value", "fear")
    expect(review.form.get_by_role("textbox")).to_have_value("half a sen")
    review.press("Escape")
    expect(review.answer("delivery")).to_have_count(0)
    expect(review.status).not_to_contain_text("Draft")


@thorough
def test_a_draft_is_taken_up_on_another_device(page: Page, server: Served, browser: Browser) -> None:
    clip = "part_3.mp4"
    review = ReviewPage(page, server).open(clip)
    review.press("5")
    expect(review.status).to_contain_text(SAVED_DRAFT)
    elsewhere = browser.new_context(reduced_motion="reduce")
    other = ReviewPage(elsewhere.new_page(), server).open(clip)
    expect(other.answer("delivery")).to_have_attribute("data-value", "2")
    other.press("Enter")
    expect(other.status).to_contain_text("Saved")
    elsewhere.close()
    assert [rating[0] for rating in review.ratings(clip)] == [2]


def test_a_lost_connection_is_said_at_once_and_the_answer_follows(page: Page, server: Served) -> None:
    clip = "part_1.mp4"
    outage = Outage(page, "**/answers")
    review = ReviewPage(page, server).open(clip)
    outage.begins()
    review.press("1", "Enter")
    expect(review.status).to_contain_text("Not saved yet: no connection. Answers that wait here: 1.")
    assert review.ratings(clip) == []
    outage.ends()
    expect(review.status).to_contain_text("Saved")
    assert [rating[0] for rating in review.ratings(clip)] == [-2]


def test_an_answer_left_waiting_is_sent_when_the_page_is_opened_again(page: Page, server: Served) -> None:
    clip = "part_2.mp4"
    outage = Outage(page, "**/answers")
    review = ReviewPage(page, server).open(clip)
    outage.begins()
    review.press("4", "Enter")
    expect(review.status).to_contain_text("Not saved yet")
    outage.ends()
    review.open("leave_1.mp4")
    expect(review.status).to_contain_text(f"({clip})")
    assert [rating[0] for rating in review.ratings(clip)] == [1]


@thorough
def test_an_answer_in_one_tab_shows_in_the_other(page: Page, server: Served) -> None:
    clip = "leave_1.mp4"
    first = ReviewPage(page, server).open(clip)
    second = ReviewPage(page.context.new_page(), server).open(clip)
    first.press("2", "Enter")
    expect(first.status).to_contain_text("Saved")
    expect(second.answer("delivery")).to_have_attribute("data-value", "-1")
    expect(second.status).to_contain_text("You answered this clip")
    assert [rating[0] for rating in second.ratings(clip)] == [-1]


def test_an_answer_given_elsewhere_is_shown_and_not_written_over_unasked(
    page: Page, server: Served, browser: Browser
) -> None:
    clip = "leave_3.mp4"
    here = ReviewPage(page, server).open(clip)
    here.press("5")
    expect(here.status).to_contain_text(SAVED_DRAFT)
    elsewhere = browser.new_context(reduced_motion="reduce")
    other = ReviewPage(elsewhere.new_page(), server).open(clip)
    other.press("3", "Enter")
    expect(other.status).to_contain_text("Saved")
    elsewhere.close()
    here.press("Enter")
    expect(here.status).to_contain_text("in another window")
    expect(here.answer("delivery")).to_have_attribute("data-value", "2")
    assert [rating[0] for rating in here.ratings(clip)] == [0]
    expect(here.form.get_by_role("button", name="Change my answer")).to_be_visible()
    here.press("Enter")
    expect(here.status).to_contain_text("Saved")
    assert [rating[0] for rating in here.ratings(clip)] == [0, 2]


@thorough
def test_an_answer_is_stored_and_the_page_goes_on_after_its_session_was_replaced(
    page: Page, own_server: Callable[..., Served]
) -> None:
    clip = "night_3.mp4"
    server = own_server()
    review = ReviewPage(page, server).open(clip)
    review.press("4")
    expect(review.status).to_contain_text(SAVED_DRAFT)
    server.kill()
    review.server = own_server(port=server.port)
    review.press("Enter")
    expect(review.status).to_contain_text("Saved")
    expect(page.get_by_text(f"· {clip}")).not_to_be_visible()
    assert [rating[0] for rating in review.ratings(clip)] == [1]


def _forget(review: ReviewPage, clip: str) -> None:
    """Open the page again in a browser that has lost what it kept."""
    review.page.goto("about:blank")
    review.page.add_init_script("localStorage.clear()")
    review.open(clip)
