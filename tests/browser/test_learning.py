"""From ratings to thresholds, on the page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.review_page import ReviewPage
from tests.browser.served import Served
from tests.thoroughness import thorough


@thorough
def test_learning_from_the_ratings_shows_the_new_thresholds(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open("leave_1.mp4")
    review.press("3", "Enter")
    expect(review.status).to_contain_text("Saved")
    page.goto(f"{server.url}/thresholds?project=Demo")
    page.get_by_role("button", name="Learn from 55 ratings").click()
    learned = page.get_by_text(re.compile(r"Learned: too little below [−+]\d\.\d\d, too much above"))
    expect(learned).to_be_visible(timeout=240_000)
    numbers = re.findall(r"[−+]\d\.\d\d", learned.inner_text())
    expect(page.locator("p", has_text="Candidate:")).to_contain_text(numbers[0])
    [(version,)] = server.rows("SELECT version FROM policies ORDER BY id DESC LIMIT 1")
    assert version != "fixed-0.15"
    expect(page.get_by_text("learned, candidate").or_(page.get_by_text("learned, in force"))).to_be_visible()
