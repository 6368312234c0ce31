"""The server is killed at random moments under a rater's hands: nothing said is lost or doubled."""

from __future__ import annotations

import random
import threading
from collections import Counter

from playwright.sync_api import Browser, expect

from engine.vocabulary import Delivery
from tests.browser.workbench import RaterPage, Workbench
from tests.thoroughness import repeats

PROJECT = "Killed"
KILLS = repeats(1, thorough=10)
CLIPS = 4 * KILLS
LONGEST_LAG_S = 0.5
"""A kill falls anywhere between a key and what the server makes of it."""

SEED = 20


class Fate:
    """Kills the server some moment after one of the keys of a round, and has it start again."""

    def __init__(self, bench: Workbench, moments: random.Random) -> None:
        self.bench = bench
        self.moments = moments
        self.due = 0
        self.thread: threading.Thread | None = None

    def draw(self, keys: int) -> None:
        """Choose one of the next ``keys`` keys."""
        self.due = self.moments.randrange(keys)
        self.thread = None

    def key(self) -> None:
        """A key is about to be pressed."""
        if self.due == 0:
            self.thread = threading.Timer(self.moments.uniform(0, LONGEST_LAG_S), self._strike)
            self.thread.start()
        self.due -= 1

    def settle(self) -> None:
        """Wait until the server is there again."""
        assert self.thread is not None
        self.thread.join()

    def _strike(self) -> None:
        self.bench.served.kill()
        self.bench.restart()


def test_every_acknowledged_answer_is_there_once_and_the_last_draft_comes_back(
    bench: Workbench, browser: Browser
) -> None:
    bench.project(PROJECT, CLIPS)
    rater = bench.sit(browser, PROJECT, "Asha")
    moments = random.Random(SEED)
    fate = Fate(bench, moments)
    acknowledged: dict[str, Delivery] = {}
    for number in range(KILLS):
        fate.draw(keys=8)
        for _ in range(2):
            answer(rater, fate, moments, acknowledged)
        draft = begin(rater, fate, moments, f"half a sentence, {number}")
        fate.settle()
        rater.page.reload()
        expect(rater.answer("delivery")).to_have_attribute("data-value", str(int(draft)))
        expect(rater.form.get_by_role("textbox")).to_have_value(f"half a sentence, {number}")
        finish(rater, draft, acknowledged)
    stored = bench.answers(PROJECT)
    assert len(acknowledged) == 3 * KILLS
    assert {answer.clip_id: answer.delivery for answer in stored} == acknowledged
    assert set(Counter(answer.clip_id for answer in stored).values()) == {1}
    assert sorted(answer.comment for answer in stored if answer.comment) == [
        f"half a sentence, {number}" for number in range(KILLS)
    ]


def answer(rater: RaterPage, fate: Fate, moments: random.Random, acknowledged: dict[str, Delivery]) -> None:
    """Answer the clip on the page with two keys, whatever becomes of the server meanwhile."""
    chosen = moments.choice(list(Delivery))
    fate.key()
    rater.press(key_of(chosen))
    fate.key()
    finish(rater, chosen, acknowledged)


def begin(rater: RaterPage, fate: Fate, moments: random.Random, comment: str) -> Delivery:
    """Choose an answer and write, but do not send."""
    chosen = moments.choice(list(Delivery))
    fate.key()
    rater.press(key_of(chosen))
    fate.key()
    rater.press("/")
    half = len(comment) // 2
    for part in (comment[:half], comment[half:]):
        fate.key()
        rater.page.keyboard.type(part)
    return chosen


def finish(rater: RaterPage, chosen: Delivery, acknowledged: dict[str, Delivery]) -> None:
    """Send, wait until the page says "Saved", and go on."""
    clip, before = rater.clip, rater.title.inner_text()
    rater.send()
    acknowledged[clip] = chosen
    rater.has_gone_on(before)


def key_of(delivery: Delivery) -> str:
    return str(int(delivery) - int(min(Delivery)) + 1)
