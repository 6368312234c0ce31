"""From ratings to thresholds, on the page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.review_page import ReviewPage
from tests.browser.served import Served


def test_learning_from_the_ratings_shows_the_new_thresholds(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open("anger_right.mp4")
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


def test_the_list_leads_to_a_clip_and_a_search_narrows_it(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/clips?project=Demo")
    expect(page.locator("[data-clip]")).to_have_count(9)
    search = page.get_by_placeholder("Search name, line or actor")
    search.fill("fear")
    search.press("Enter")
    expect(page.locator("[data-clip]")).to_have_count(3)
    page.get_by_role("button", name="Review: fear_too_much.mp4").click()
    ReviewPage(page, server).shows("fear_too_much.mp4")


def test_details_are_corrected_in_a_dialog(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/clips?project=Demo")
    page.get_by_role("button", name="Details: joy_right.mp4").click()
    page.get_by_role("dialog").get_by_label("Genre").fill("comedy")
    page.get_by_role("button", name="Save").click()
    expect(page.locator('[data-clip="joy_right.mp4"]')).to_contain_text("comedy")


def test_an_export_is_previewed_under_pseudonyms_and_fetched(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/export?project=Demo")
    with page.expect_download() as fetched:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    assert fetched.value.suggested_filename == "demo-csv.zip"
    assert fetched.value.path().stat().st_size > 1000


def test_a_project_that_hides_the_opinion_sends_none_of_it_before_the_answer(
    page: Page, server: Served
) -> None:
    server.rows("SELECT 1")
    _make_blind_project(server)
    seen: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: seen.append(str(frame))))
    review = ReviewPage(page, server).open("anger_right.mp4", project="Blind")
    expect(page.locator(".verdict")).to_have_count(0)
    expect(page.locator("button.peak")).to_have_count(0)
    [(expressed,)] = server.rows(
        "SELECT expressed_intensity FROM predictions WHERE clip_id = ?",
        review.id_of("anger_right.mp4", "Blind"),
    )
    assert expressed is not None
    assert not any(str(expressed)[:8] in frame for frame in seen)
    review.press("3", "Enter")
    expect(review.status).to_contain_text("Saved")


def _make_blind_project(server: Served) -> None:
    """A project with the blind protocol and one analysed take, made past the page."""
    from tests.browser.served import ROOT, command

    takes = ROOT / "dashboard" / "demo" / "takes"
    command(server.home, "import", str(takes / "anger_right.mp4"), "--project", "Blind")
    import sqlite3

    with sqlite3.connect(server.home / "dailies.db", timeout=20) as database:
        database.execute("UPDATE projects SET protocol = 'blind_first' WHERE name = 'Blind'")
