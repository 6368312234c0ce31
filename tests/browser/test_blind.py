"""Where a project asks people first, nothing of the machine's opinion reaches the browser before."""

from __future__ import annotations

import re
import sqlite3

from playwright.sync_api import Page, WebSocket, expect

from tests.browser.review_page import ReviewPage
from tests.browser.served import Served
from tests.browser.taught_project import inside, with_take

TAKE = "leave_1.mp4"
PROJECT = "Blind"
STORED = re.compile("Saved|You answered this clip on")


def test_the_opinion_stays_away_until_the_answer_is_stored(page: Page, server: Served) -> None:
    with inside(server.home):
        with_take(PROJECT, TAKE)
    with sqlite3.connect(server.home / "dailies.db", timeout=20) as database:
        database.execute("UPDATE projects SET protocol = 'blind_first' WHERE name = ?", (PROJECT,))
    heard: list[bytes] = []
    page.on("websocket", lambda socket: _listen(socket, heard))
    review = ReviewPage(page, server)
    clip = review.open(project=PROJECT).id_of(TAKE, PROJECT)  # the name of a take may tell how it was meant
    expect(page.get_by_text(re.compile(r"^Clip 1 of \d+$"))).to_be_visible()
    [(expressed, document)] = server.rows(
        "SELECT expressed_intensity, document FROM predictions WHERE clip_id = ?", clip
    )
    assert any(clip.encode() in frame for frame in heard)
    assert not any(str(expressed).encode() in frame for frame in heard)
    assert not any(b'"attention": [0' in frame or b'"attention":[0' in frame for frame in heard)
    assert not any(TAKE.encode() in frame for frame in heard)
    assert "attention" in document
    expect(page.locator(".verdict, .evidence, button.peak, .option.machine")).to_have_count(0)
    review.press("3", "Enter")
    expect(page.locator(".verdict")).to_be_visible()
    expect(review.status).to_contain_text(STORED)
    assert server.rows("SELECT phase, prediction_shown FROM ratings WHERE clip_id = ?", clip) == [
        ("blind", 0)
    ]
    # What was left open stays open: the machine's word never becomes the person's by a second press.
    expect(page.get_by_text("What you leave open stays open")).to_be_visible()
    expect(page.locator(".option.machine")).not_to_have_count(0)
    expect(page.locator(".option.stands")).to_have_count(0)
    review.press("a", "Enter")
    page.keyboard.type("the face is angry")
    review.press("Enter")
    expect(review.status).to_contain_text(STORED)
    server.wait_for(f"SELECT count(*) FROM ratings WHERE clip_id = '{clip}'", 2)
    assert server.rows(
        "SELECT phase, delivery, emotion, expected_intensity, expressed_intensity, confirmed FROM ratings "
        "WHERE clip_id = ? ORDER BY id DESC LIMIT 1",
        clip,
    ) == [("revised", 0, "anger", None, None, 0)]


def test_a_comment_that_was_sent_gives_the_keys_back(page: Page, server: Served) -> None:
    review = ReviewPage(page, server).open("part_3.mp4")
    review.press("3", "/")
    page.keyboard.type("well judged")
    review.press("Enter")
    expect(review.status).to_contain_text("Saved")
    expect(page.get_by_text("· part_3.mp4")).to_have_count(0)
    expect(review.answer("delivery")).to_have_count(0)  # the next clip's form takes keys only then
    review.press("5")
    expect(review.answer("delivery")).to_have_attribute("data-value", "2")
    expect(review.form.locator("input.comment")).to_have_value("")


def _listen(socket: WebSocket, heard: list[bytes]) -> None:
    socket.on(
        "framereceived", lambda frame: heard.append(frame if isinstance(frame, bytes) else frame.encode())
    )
