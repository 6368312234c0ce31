"""Four hours between a key and the next: the draft is there, and the answer finds its way."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from engine.vocabulary import Delivery
from tests.browser.workbench import RaterPage, Workbench
from tests.thoroughness import thorough

AWAY_H = 4
COMMENT = "half a sentence"
AGED = "strftime('%Y-%m-%d %H:%M:%f', {}, '-{} hours') || '000'"


def doze(bench: Workbench, rater: RaterPage) -> None:
    """Let hours pass: the connection is gone, the session too, and the place is kept no longer."""
    bench.served.kill()
    for table, columns in {"assignments": ("created_at", "expires_at"), "drafts": ("saved_at",)}.items():
        changes = ", ".join(f"{column} = {AGED.format(column, AWAY_H)}" for column in columns)
        bench.change(f"UPDATE {table} SET {changes} WHERE clip_id = ?", rater.clip)
    rater.page.clock.fast_forward(f"{AWAY_H:02d}:00:00")
    bench.restart()


def drowsy(bench: Workbench, browser: Browser, project: str) -> RaterPage:
    """A rater who has begun to answer, and whose browser's clock is the test's to move."""
    window = bench.window(browser, bench.rater(project, "Asha"))
    window.clock.install()
    rater = RaterPage(window.new_page(), bench.served).begin(project)
    rater.press("4", "/")
    rater.page.keyboard.type(COMMENT)
    expect(rater.status).to_contain_text("Draft saved")
    return rater


def expect_draft(rater: RaterPage) -> None:
    expect(rater.answer("delivery")).to_have_attribute("data-value", "1")
    expect(rater.form.get_by_role("textbox")).to_have_value(COMMENT)


def assert_stored(bench: Workbench, project: str, clip: str) -> None:
    """The answer is there once, as Asha gave it."""
    asha = bench.rater(project, "Asha")
    of_asha = [answer for answer in bench.answers(project) if answer.person_id == asha.id]
    assert [(one.clip_id, one.delivery, one.comment) for one in of_asha] == [(clip, Delivery(1), COMMENT)]


@thorough
def test_an_answer_is_sent_from_the_page_that_was_left_open(bench: Workbench, browser: Browser) -> None:
    bench.project("Idle", 3, overlap=1, lease_minutes=1)
    rater = drowsy(bench, browser, "Idle")
    clip = rater.clip
    doze(bench, rater)
    expect_draft(rater)
    rater.send()
    assert_stored(bench, "Idle", clip)


@thorough
def test_an_answer_is_sent_from_a_page_that_was_opened_again(bench: Workbench, browser: Browser) -> None:
    bench.project("Idle reloaded", 3, overlap=1, lease_minutes=1)
    rater = drowsy(bench, browser, "Idle reloaded")
    clip = rater.clip
    doze(bench, rater)
    rater.page.reload()
    expect_draft(rater)
    rater.send()
    assert_stored(bench, "Idle reloaded", clip)


@thorough
def test_an_answer_is_stored_though_somebody_else_has_taken_the_place(
    bench: Workbench, browser: Browser
) -> None:
    bench.project("Idle taken", 1, overlap=1, lease_minutes=1)
    rater = drowsy(bench, browser, "Idle taken")
    clip = rater.clip
    doze(bench, rater)
    rater.page.goto("about:blank")  # a page that is open again takes its place back
    bench.change("UPDATE assignments SET expires_at = created_at WHERE clip_id = ?", clip)
    ben = bench.sit(browser, "Idle taken", "Ben")
    ben.rate("2", last=True)
    rater.begin("Idle taken")
    expect_draft(rater)
    rater.send()
    assert_stored(bench, "Idle taken", clip)
    assert [answer.delivery for answer in bench.answers("Idle taken")] == [Delivery(-1), Delivery(1)]
