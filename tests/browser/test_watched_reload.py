"""What was watched of a clip counts on after a reload and on another device."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from engine.vocabulary import Protocol
from tests.browser.workbench import RaterPage, Workbench
from tests.thoroughness import thorough

REQUIRED = 0.9
SAVED_DRAFT = "Draft saved"
RULES = {"protocol": Protocol.BLIND_ONLY, "watched_share": REQUIRED}


def watch(rater: RaterPage) -> None:
    """Play the clip to its end."""
    rater.is_playable()
    rater.press("Space")
    rater.page.wait_for_function("media => media.ended", arg=rater.media.element_handle())


def assert_stored(bench: Workbench, project: str) -> None:
    (answer,) = bench.answers(project)
    assert answer.delivery == -1
    assert answer.watched_share is not None
    assert answer.watched_share >= REQUIRED


def test_a_clip_watched_before_a_reload_can_be_answered_after_it(bench: Workbench, browser: Browser) -> None:
    bench.project("Watched reloaded", 2, **RULES)
    rater = bench.sit(browser, "Watched reloaded", "Asha")
    watch(rater)
    rater.page.reload()
    expect(rater.form).to_be_visible()
    rater.is_playable()
    rater.rate("2")
    assert_stored(bench, "Watched reloaded")
    rater.press("2", "Enter")  # another clip: nothing of it was seen
    expect(rater.status).to_contain_text("90 % of the clip must be watched")


@thorough
def test_what_was_watched_travels_with_the_draft_to_another_device(
    bench: Workbench, browser: Browser
) -> None:
    bench.project("Watched elsewhere", 1, **RULES)
    first = bench.sit(browser, "Watched elsewhere", "Asha")
    watch(first)
    first.press("2")
    expect(first.status).to_contain_text(SAVED_DRAFT)
    bench.close_windows()
    second = bench.sit(browser, "Watched elsewhere", "Asha")
    second.is_playable()
    expect(second.answer("delivery")).to_have_count(1)
    second.rate(last=True)
    assert_stored(bench, "Watched elsewhere")


@thorough
def test_what_somebody_else_watched_on_the_same_device_is_not_ones_own(
    bench: Workbench, browser: Browser
) -> None:
    bench.project("Watched by another", 1, **RULES)
    asha = bench.sit(browser, "Watched by another", "Asha")
    watch(asha)
    asha.page.goto("about:blank")
    ben = bench.rater("Watched by another", "Ben")
    asha.page.context.clear_cookies()
    asha.page.context.add_cookies(bench.window(browser, ben).cookies())
    asha.begin("Watched by another")
    expect(asha.page.get_by_label("You are")).to_have_value("Ben")
    asha.is_playable()
    asha.press("2", "Enter")
    expect(asha.status).to_contain_text("90 % of the clip must be watched")
