"""The pages in Hindi and in Urdu: read, rated by keys, turned to another language and kept so."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from dashboard.services import messages
from tests.browser.review_page import ReviewPage
from tests.browser.served import Served

TOO_LITTLE = -1
LONG_ENOUGH = 14  # letters: shorter English messages are also parts of names and of other words


def _english_on(page: Page) -> set[str]:
    """English messages that stand on the page, in its own texts and in those of its components."""
    seen = "\n".join([page.locator("body").inner_text(), *page.locator(".root").all_inner_texts()])
    wordings = messages.catalogue("en").messages.values()
    return {words for words in wordings if len(words) >= LONG_ENOUGH and "{" not in words and words in seen}


@pytest.mark.parametrize(
    ("language", "clip", "direction"),
    [("hi", "part_3.mp4", "ltr"), ("ur", "part_1.mp4", "rtl")],
)
def test_a_clip_is_read_and_rated_by_the_same_keys_in_each_language(
    language: str, clip: str, direction: str, page: Page, server: Served
) -> None:
    spoken = messages.catalogue(language)
    review = ReviewPage(page, server).open(clip, language=language)
    expect(review.status).to_contain_text(spoken.say("rating.fresh"))
    expect(page.locator(".stApp")).to_have_css("direction", direction)
    expect(page.get_by_text(spoken.say("app.question"))).to_be_visible()
    assert _english_on(page) == set()
    review.press("2", "d", "m", "Enter")
    expect(review.status).to_contain_text(spoken.say("rating.saved", time="").strip())
    assert review.ratings(clip) == [(TOO_LITTLE, "fear", 1.0, 0)]
    [(stored,)] = server.rows(
        "SELECT interface_language FROM rating_circumstances JOIN ratings ON ratings.id = rating_id "
        "WHERE clip_id = ? AND NOT simulated",
        review.id_of(clip),
    )
    assert stored == language


def test_keys_and_time_keep_their_sides_where_the_page_runs_from_the_right(
    page: Page, server: Served
) -> None:
    review = ReviewPage(page, server).open("night_2.mp4", language="ur")
    row = review.form.locator('[data-field="delivery"][data-value]')
    expect(row).to_have_count(5)
    boxes = [row.nth(place).bounding_box() for place in range(5)]
    lefts = [box["x"] for box in boxes if box is not None]
    assert lefts == sorted(lefts)
    assert len(lefts) == 5
    sidebar, form = page.locator(".stSidebar").bounding_box(), review.form.bounding_box()
    assert sidebar is not None
    assert form is not None
    assert form["x"] < sidebar["x"]
    peaks = page.locator(".timeline")
    expect(peaks.locator(".stage, svg").first).to_have_css("direction", "ltr")


def test_a_language_chosen_in_the_sidebar_lasts_over_pages_and_a_reload(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open()
    hindi = messages.catalogue("hi")
    page.locator(".stSidebar").get_by_label(messages.say("app.language")).click()
    page.get_by_role("option", name=messages.own_name("hi")).click()
    expect(review.status).to_contain_text(hindi.say("rating.fresh"))
    page.get_by_test_id("stSidebarNavViewButton").click()  # there are more pages than the menu shows
    page.get_by_role("link", name=hindi.say("app.page.export")).click()
    expect(page.get_by_role("heading", name=hindi.say("export.title"))).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name=hindi.say("export.title"))).to_be_visible()


def test_the_browser_is_spoken_to_in_its_own_language_at_first(server: Served, page: Page) -> None:
    assert page.context.browser is not None
    context = page.context.browser.new_context(locale="ur-PK", reduced_motion="reduce")
    try:
        fresh = context.new_page()
        fresh.goto(f"{server.url}/?project=Demo")
        question = messages.catalogue("ur").say("app.question")
        expect(fresh.locator(".stSidebar").get_by_text(question)).to_be_visible()
        # On a phone the sidebar is folded; from the right it would lie across the page.
        fresh.set_viewport_size({"width": 390, "height": 844})
        fresh.reload()
        expect(fresh.get_by_test_id("stExpandSidebarButton")).to_be_visible()
        expect(fresh.get_by_text(question)).to_be_hidden()
        fresh.get_by_test_id("stExpandSidebarButton").click()
        expect(fresh.get_by_text(question)).to_be_visible()
    finally:
        context.close()
