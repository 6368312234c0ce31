"""Skip, flag, undo and the guide by keys; a protocol that asks first; single channels."""

from __future__ import annotations

import json
import sqlite3

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.vocabulary import Protocol
from tests.browser.review_page import ReviewPage
from tests.browser.served import Served
from tests.browser.taught_project import inside, with_take
from tests.browser.workbench import RaterPage, Workbench
from tests.thoroughness import thorough

TAKE = "part_3.mp4"


def test_a_clip_is_skipped_with_a_reason_by_keys(page: Page, server: Served) -> None:
    clip = "part_3.mp4"
    review = ReviewPage(page, server).open(clip)
    review.press("o")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("I cannot tell")
    review.press("2")
    expect(page.get_by_text(f"· {clip}")).not_to_be_visible()
    expect(review.status).to_contain_text(f"Skipped {clip}: I cannot tell")
    assert server.rows(
        "SELECT skip_reason FROM assignments WHERE clip_id = ? AND skipped_at IS NOT NULL", review.id_of(clip)
    ) == [("cannot_tell",)]
    expect(page.get_by_text("1 skipped")).to_be_visible()


def test_a_clip_is_flagged_by_keys(page: Page, server: Served) -> None:
    clip = "leave_1.mp4"
    review = ReviewPage(page, server).open(clip)
    review.press("p")
    page.keyboard.type("two faces 12")
    review.press("Enter")
    expect(page.get_by_text("The lead will look at it.")).to_be_visible()
    assert server.rows("SELECT note FROM flags WHERE clip_id = ?", review.id_of(clip)) == [("two faces 12",)]
    expect(review.answer("delivery")).to_have_count(0)


def test_an_answer_is_taken_back_and_is_a_draft_again(page: Page, server: Served) -> None:
    clip = "night_2.mp4"
    review = ReviewPage(page, server).open(clip)
    task = str(review.form.get_attribute("data-task"))
    review.press("4", "Enter")
    expect(review.status).to_contain_text("Saved")
    expect(review.form).not_to_have_attribute("data-task", task)  # the title changes before the form does
    review.press("Backspace")
    review.shows(clip)
    expect(review.answer("delivery")).to_have_attribute("data-value", "1")
    expect(review.form.get_by_role("button", name="Send")).to_be_visible()
    assert len(server.rows("SELECT * FROM withdrawals")) == 1
    review.press("Escape")


@thorough
def test_what_was_skipped_is_shown_again_at_the_end_and_stays_skipped_until_it_is_answered(
    bench: Workbench, browser: Browser
) -> None:
    bench.project("Left out", 3)
    rater = bench.sit(browser, "Left out", "Asha")
    skipped = [_skip(rater, "2"), _skip(rater, "4")]
    rater.rate("4", last=True)
    query = (
        "SELECT a.clip_id, a.skip_reason FROM assignments a JOIN clips c ON c.id = a.clip_id "
        "JOIN projects p ON p.id = c.project_id WHERE p.name = 'Left out' AND a.skipped_at IS NOT NULL "
        "ORDER BY a.skipped_at"
    )
    left_out = [(skipped[0], "cannot_tell"), (skipped[1], "upsetting")]
    again = rater.form.get_by_role("button", name="Show the 2 skipped clips again")
    expect(rater.done).to_contain_text("You skipped 2 clips")
    expect(again).to_be_visible()
    expect(rater.form.get_by_role("button", name="Next clip")).to_have_count(0)
    rater.press("Enter")
    expect(rater.page.get_by_text("You skipped this: I cannot tell.")).to_be_visible()
    expect(rater.page.get_by_text("1 of 3 rated, 2 skipped")).to_be_visible()
    expect(rater.page.locator(f'.rating[data-task^="{skipped[0]}"]')).to_be_visible()
    assert rater.clip == skipped[0]
    assert bench.served.rows(query) == left_out
    rater.press("5", "Enter")
    expect(rater.page.get_by_text("You skipped this: It upsets me.")).to_be_visible()
    expect(rater.page.get_by_text("2 of 3 rated, 1 skipped")).to_be_visible()
    assert bench.served.rows(query) == left_out[1:]
    expect(rater.page.locator(f'.rating[data-task^="{skipped[1]}"]')).to_be_visible()
    rater.press("o", "6")
    expect(rater.form.get_by_role("button", name="Show the 1 skipped clip again")).to_be_visible()
    assert bench.served.rows(query) == [(skipped[1], "other")]
    rater.press("Enter")
    expect(rater.page.get_by_text("You skipped this: Another reason.")).to_be_visible()
    expect(rater.form.get_by_role("button", name="Skip this clip")).to_be_visible()
    rater.press("1", "Enter")
    expect(rater.page.get_by_text("3 of 3 rated, 0 skipped")).to_be_visible()
    expect(rater.done).to_be_visible()
    expect(rater.form.locator(".confirm")).to_have_count(0)
    stayed = rater.clip
    rater.press("Enter")
    expect(rater.page.get_by_text("3 of 3 rated, 0 skipped")).to_be_visible()
    assert rater.clip == stayed
    assert bench.served.rows(query) == []
    assert len(bench.answers("Left out")) == 3


def test_where_everything_was_skipped_enter_answers_nothing(bench: Workbench, browser: Browser) -> None:
    bench.project("All left out", 1)
    rater = bench.sit(browser, "All left out", "Asha")
    rater.press("o", "2")
    expect(rater.form.get_by_role("button", name="Show the 1 skipped clip again")).to_be_visible()
    rater.press("Enter")
    expect(rater.form.get_by_role("button", name="Confirm all")).to_be_visible()
    expect(rater.page.get_by_text("You skipped this: I cannot tell.")).to_be_visible()
    assert bench.answers("All left out") == []


def test_a_skip_is_taken_back_by_the_key_that_takes_back_answers(bench: Workbench, browser: Browser) -> None:
    bench.project("Skipped too soon", 3)
    rater = bench.sit(browser, "Skipped too soon", "Asha")
    rater.rate("4")
    title = rater.title.inner_text()
    _skip(rater, "2")
    rater.press("Backspace")
    expect(rater.title).to_have_text(title)
    expect(rater.page.get_by_text("1 of 3 rated, 0 skipped")).to_be_visible()
    assert [answer.delivery for answer in bench.answers("Skipped too soon")] == [1]


def test_what_can_never_be_taken_back_is_said_beside_the_form(bench: Workbench, browser: Browser) -> None:
    bench.project("Shown since", 2, protocol=Protocol.BLIND_FIRST)
    rater = bench.sit(browser, "Shown since", "Asha")
    undo = rater.form.get_by_role("button", name="Take your last")
    expect(undo).to_have_count(0)
    rater.press("Backspace")
    expect(rater.status).to_have_text("There is nothing to take back.")
    rater.send("4")
    expect(rater.form.locator(".option.machine").first).to_be_visible()
    rater.press("Backspace")
    expect(rater.status).to_contain_text("it cannot be taken back")
    expect(undo).to_have_count(0)
    expect(rater.page.get_by_role("alert").filter(has_text="taken back")).to_have_count(0)
    rater.press("Enter")
    rater.is_empty()
    _skip(rater, "2")
    expect(undo).to_be_visible()


def test_the_guide_opens_by_a_key(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open()
    review.press("i")
    expect(page.get_by_role("dialog")).to_contain_text("How to rate")
    review.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_locked_answer_is_revealed_and_revised_with_a_reason_by_keys(page: Page, server: Served) -> None:
    project = "Asks first"
    clip = _project(server, project, protocol="blind_first")
    review = ReviewPage(page, server)
    review.open(project=project)
    expect(page.locator(".verdict")).to_have_count(0)
    review.press("2", "Enter")
    expect(review.status).to_contain_text("Saved")
    expect(page.locator(".verdict")).to_be_visible()
    expect(review.answer("delivery")).to_have_attribute("data-value", "-1")
    review.press("3", "Enter")
    expect(review.status).to_contain_text("Write why you change it")
    page.keyboard.type("I had overlooked the hand")
    review.press("Enter")
    expect(review.status).to_contain_text("Saved")
    stored = server.rows(
        "SELECT delivery, phase, reason, prediction_shown, lock_hash IS NOT NULL FROM ratings "
        "WHERE clip_id = ? ORDER BY id",
        clip,
    )
    assert stored == [
        (-1, "blind", "", 0, 1),
        (0, "revised", "I had overlooked the hand", 1, 0),
    ]


def test_each_channel_is_asked_alone_and_the_full_clip_last(page: Page, server: Served) -> None:
    project = "Channels"
    clip = _project(
        server, project, protocol="assisted", rating={"channels": ["words", "voice", "face", "full"]}
    )
    review = ReviewPage(page, server)
    review.open(project=project)
    for channel, words, level_key in (
        ("words", "The words alone", "t"),
        ("voice", "The voice alone", "b"),
        ("face", "The picture alone", "b"),
    ):
        expect(page.locator(f'.rating[data-task*=".{channel}."]')).to_be_visible()
        expect(page.get_by_text(words)).to_be_visible()
        expect(page.locator(".verdict, .option.machine")).to_have_count(0)
        expect(page.get_by_text(TAKE)).to_have_count(0)
        expect(review.media).to_have_count(int(channel != "words"))
        expect(review.form.get_by_role("group", name="Delivery is")).to_have_count(0)
        review.press(level_key, "a", "Enter")
    expect(page.locator('.rating[data-task*=".full."]')).to_be_visible()
    expect(page.locator(".verdict")).to_be_visible()
    expect(review.form.locator(".option.machine").first).to_be_attached()  # drawn after the verdict
    review.press("Enter")
    expect(page.get_by_text("All done")).to_be_visible()
    expect(review.form.locator(".confirm")).to_have_count(0)  # nothing is left to go to
    stored = server.rows(
        "SELECT channel, phase, expected_intensity IS NULL, expressed_intensity IS NULL, lock_hash IS NULL "
        "FROM ratings WHERE clip_id = ? ORDER BY id",
        clip,
    )
    assert stored == [
        ("words", "blind", 0, 1, 0),
        ("voice", "blind", 1, 0, 0),
        ("face", "blind", 1, 0, 0),
        ("full", "assisted", 0, 0, 1),
    ]


def test_a_clip_must_be_watched_before_it_is_answered_where_the_project_asks_for_it(
    page: Page, server: Served
) -> None:
    project = "Watched"
    clip = _project(server, project, protocol="assisted", rating={"watched_share": 0.9})
    review = ReviewPage(page, server)
    review.open(project=project)
    review.is_playable()
    review.press("2", "Enter")
    expect(review.status).to_contain_text("90 % of the clip must be watched")
    review.press("Space")
    page.wait_for_function("media => media.ended", arg=review.media.element_handle())
    review.press("Enter")
    expect(review.status).to_contain_text("Saved")
    assert server.rows("SELECT delivery FROM ratings WHERE clip_id = ?", clip) == [(-1,)]


@pytest.mark.parametrize("keys", [("Digit6", "Digit7", "Digit8", "Digit9", "KeyQ")])
def test_keys_that_collide_are_refused_when_the_project_is_opened(
    page: Page, server: Served, keys: tuple[str, ...]
) -> None:
    project = "Colliding"
    _project(server, project, protocol="assisted", rating={"keys": {"delivery": list(keys)}})
    page.goto(f"{server.url}/?project={project}")
    expect(page.get_by_text("The key Q is taken twice")).to_be_visible()


def _skip(rater: RaterPage, reason: str) -> str:
    """Leave out what the page is about; its id, once the page has gone on."""
    title, clip = rater.title.inner_text(), rater.clip
    rater.press("o", reason)
    expect(rater.title).not_to_have_text(title)
    expect(rater.page.locator(f'.rating:not([data-task^="{clip}"])')).to_be_visible()
    return clip


def _project(server: Served, name: str, *, protocol: str, rating: dict[str, object] | None = None) -> str:
    """A project of one take under a protocol; the clip's id."""
    with inside(server.home):
        clip = with_take(name, TAKE)
    with sqlite3.connect(server.home / "dailies.db", timeout=20) as database:
        database.execute(
            "UPDATE projects SET protocol = ?, settings = json_set(settings, '$.rating', json(?)) "
            "WHERE name = ?",
            (protocol, json.dumps(rating or {}), name),
        )
    return clip.id
