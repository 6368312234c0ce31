"""Rating by keyboard alone: stored once, found again, never lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.review_page import ReviewPage
from tests.browser.served import Served
from tests.thoroughness import thorough

TOO_LITTLE = -1
RIGHT = 0
FEAR_KEY = "d"
STRONGEST_KEY = "m"
NO_NETWORK = "Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })"
"""What a browser says of itself on a laptop without a network, whose server is its own."""


def test_an_answer_given_by_keys_is_stored_and_found_after_a_reload(page: Page, server: Served) -> None:
    clip = "leave_1.mp4"
    page.add_init_script(NO_NETWORK)
    review = ReviewPage(page, server).open(clip)
    review.press("2", FEAR_KEY, STRONGEST_KEY, "Enter")
    expect(review.status).to_contain_text("Saved")
    assert review.ratings(clip) == [(TOO_LITTLE, "fear", 1.0, 0)]
    page.reload()
    review.open(clip)
    expect(review.answer("delivery")).to_have_attribute("data-value", str(TOO_LITTLE))
    expect(review.answer("emotion")).to_have_attribute("data-value", "fear")
    expect(review.status).to_contain_text("You answered this clip")


def test_enter_confirms_the_whole_opinion_and_brings_the_next_clip(page: Page, server: Served) -> None:
    clip = "night_3.mp4"
    review = ReviewPage(page, server).open(clip)
    review.press("Enter")
    expect(review.status).to_contain_text(f"({clip})")
    expect(page.get_by_text(f"· {clip}")).not_to_be_visible()
    [(delivery, _, expressed, confirmed)] = review.ratings(clip)
    [(predicted,)] = server.rows(
        "SELECT expressed_intensity FROM predictions WHERE clip_id = ? ORDER BY id DESC LIMIT 1",
        review.id_of(clip),
    )
    assert delivery is not None
    assert expressed == predicted
    assert confirmed


def test_keys_work_while_the_player_has_the_focus(page: Page, server: Served) -> None:
    clip = "night_2.mp4"
    review = ReviewPage(page, server).open(clip)
    page.locator("button.peak").first.click()
    page.locator(".stage").focus()
    review.press("3", "Enter")
    expect(review.status).to_contain_text("Saved")
    assert review.ratings(clip)[0][0] == RIGHT


def test_how_much_was_watched_is_stored_with_the_answer(page: Page, server: Served) -> None:
    clip = "part_2.mp4"
    review = ReviewPage(page, server).open(clip)
    review.is_playable()
    review.press("Space")
    page.wait_for_function("media => media.ended", arg=review.media.element_handle())
    review.press("Enter")
    expect(review.status).to_contain_text("Saved")
    [(share, active)] = server.rows(
        "SELECT watched_share, active_time_s FROM ratings WHERE clip_id = ? AND NOT simulated",
        review.id_of(clip),
    )
    assert share > 0.9
    assert active > 0


@thorough
def test_changing_an_answer_keeps_the_older_one(page: Page, server: Served) -> None:
    clip = "part_3.mp4"
    review = ReviewPage(page, server).open(clip)
    review.press("2", "Enter")
    expect(review.status).to_contain_text("Saved")
    review.open(clip)
    review.press("3", "Enter")
    expect(review.status).to_contain_text("Saved")
    assert [rating[0] for rating in review.ratings(clip)] == [TOO_LITTLE, RIGHT]


def test_a_draft_outlives_a_reload_and_escape_drops_it(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open("night_1.mp4")
    review.press("5", "s")
    page.reload()
    expect(review.answer("delivery")).to_have_attribute("data-value", "2")
    expect(review.answer("emotion")).to_have_attribute("data-value", "disgust")
    review.press("Escape")
    expect(review.answer("delivery")).to_have_count(0)
    expect(review.status).to_contain_text("Esc brings it back")
    review.press("Escape")
    expect(review.answer("delivery")).to_have_attribute("data-value", "2")
    expect(review.answer("emotion")).to_have_attribute("data-value", "disgust")
    expect(review.status).to_contain_text("Draft saved")
    review.press("Escape")
    expect(review.answer("delivery")).to_have_count(0)


def test_keys_typed_into_a_comment_answer_nothing(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open("night_1.mp4")
    review.press("/")
    page.keyboard.type("12 quite far from 3")
    expect(review.answer("delivery")).to_have_count(0)
    expect(review.form.get_by_role("textbox")).to_have_value("12 quite far from 3")


def test_a_question_mark_shows_every_key(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open()
    page.keyboard.press("?")
    sheet = page.locator("dialog.sheet")
    expect(sheet).to_be_visible()
    for words in ("much too little", "surprise", "Play or pause", "Previous or next clip"):
        expect(sheet).to_contain_text(words)
    review.press("1")
    expect(review.answer("delivery")).to_have_count(0)
    review.press("Escape")
    expect(sheet).not_to_be_visible()


@thorough
def test_a_rating_outlives_a_kill_of_the_server(page: Page, own_server: Callable[..., Served]) -> None:
    clip = "leave_3.mp4"
    server = own_server()
    review = ReviewPage(page, server).open(clip)
    review.press("4", "Enter")
    expect(review.status).to_contain_text("Saved")
    server.kill()
    with sqlite3.connect(server.home / "dailies.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    review = ReviewPage(page, own_server()).open(clip)
    expect(review.answer("delivery")).to_have_attribute("data-value", "1")
    assert len(review.ratings(clip)) == 1


@thorough
def test_an_answer_given_while_the_server_is_gone_is_stored_once_when_it_is_back(
    page: Page, own_server: Callable[..., Served]
) -> None:
    clip = "leave_2.mp4"
    server = own_server()
    review = ReviewPage(page, server).open(clip)
    server.kill()
    review.press("1", "Enter")
    expect(review.status).to_contain_text("Not saved yet")
    review.server = own_server(port=server.port)
    expect(review.status).to_contain_text("Saved", timeout=90_000)
    assert [rating[0] for rating in review.ratings(clip)] == [-2]
