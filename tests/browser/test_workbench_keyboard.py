"""Many clips by keyboard alone under each protocol: every answer is stored once, as what it was."""

from __future__ import annotations

from collections import Counter

from playwright.sync_api import Browser, expect

from dashboard.services.answer_lock import is_intact
from db.records import RatingRecord
from engine.vocabulary import Delivery, Phase, Protocol
from tests.browser.workbench import RaterPage, Workbench
from tests.thoroughness import repeats

CLIPS = repeats(6, thorough=30)
KEYS = ("1", "2", "3", "4", "5")
DELIVERIES = (Delivery(-2), Delivery(-1), Delivery(0), Delivery(1), Delivery(2))
REVISED = 1
REASON = "I had overlooked the hand"


def said(count: int = CLIPS) -> Counter[Delivery]:
    """What is answered where the keys are pressed in turn."""
    return Counter(DELIVERIES[place % len(KEYS)] for place in range(count))


def rate_all(rater: RaterPage) -> None:
    for place in range(CLIPS):
        rater.rate(KEYS[place % len(KEYS)], last=place == CLIPS - 1)


def every_clip_once(answers: list[RatingRecord]) -> bool:
    return len(answers) == CLIPS and len({answer.clip_id for answer in answers}) == CLIPS


def test_assisted(bench: Workbench, browser: Browser) -> None:
    bench.project("Assisted", CLIPS)
    rater = bench.sit(browser, "Assisted", "Asha")
    rate_all(rater)
    assert rater.never_pointed()
    answers = bench.answers("Assisted")
    assert every_clip_once(answers)
    assert Counter(answer.delivery for answer in answers) == said()
    assert {(answer.phase, answer.prediction_shown) for answer in answers} == {(Phase.ASSISTED, True)}
    assert {answer.lock_hash for answer in answers} == {None}


def test_blind_only(bench: Workbench, browser: Browser) -> None:
    bench.project("Blind", CLIPS, protocol=Protocol.BLIND_ONLY)
    rater = bench.sit(browser, "Blind", "Asha")
    rate_all(rater)
    expect(rater.page.locator(".verdict")).to_have_count(0)
    assert rater.never_pointed()
    answers = bench.answers("Blind")
    assert every_clip_once(answers)
    assert Counter(answer.delivery for answer in answers) == said()
    assert {(answer.phase, answer.prediction_shown) for answer in answers} == {(Phase.BLIND, False)}
    assert all(is_intact(answer) for answer in answers)


def test_blind_first_with_a_look_at_the_machine_and_a_second_thought(
    bench: Workbench, browser: Browser
) -> None:
    bench.project("Revealed", CLIPS, protocol=Protocol.BLIND_FIRST)
    rater = bench.sit(browser, "Revealed", "Asha")
    for place in range(CLIPS):
        before = rater.title.inner_text()
        expect(rater.page.locator(".verdict")).to_have_count(0)
        rater.send(KEYS[place % len(KEYS)])
        expect(rater.page.locator(".verdict")).to_be_visible()
        expect(rater.form.locator(".option.machine").first).to_be_attached()  # drawn after the verdict
        if place == REVISED:
            change_mind(rater)
        rater.press("Enter")
        rater.has_gone_on(before, last=place == CLIPS - 1)
    assert rater.never_pointed()
    answers = bench.answers("Revealed")
    first = [answer for answer in answers if answer.phase is Phase.BLIND]
    assert every_clip_once(first)
    assert Counter(answer.delivery for answer in first) == said()
    assert not any(answer.prediction_shown for answer in first)
    assert all(is_intact(answer) for answer in first)
    [second] = [answer for answer in answers if answer.phase is not Phase.BLIND]
    assert (second.phase, second.delivery, second.reason) == (Phase.REVISED, Delivery(2), REASON)
    assert second.prediction_shown
    assert second.supersedes_id == first[REVISED].id
    assert second.lock_hash is None


def change_mind(rater: RaterPage) -> None:
    rater.press("5", "Enter")
    expect(rater.status).to_contain_text("Write why you change it")
    rater.page.keyboard.type(REASON)
    rater.send()
    rater.press("Escape")  # out of the field; there is nothing left to be dropped
