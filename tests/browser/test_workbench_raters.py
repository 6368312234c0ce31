"""Several raters at once on a project that wants two for each clip: no third, and nobody twice."""

from __future__ import annotations

import random
from collections import Counter

from playwright.sync_api import Browser, ConsoleMessage, expect

from tests.browser.workbench import RaterPage, Workbench
from tests.thoroughness import repeats, thorough

PROJECT = "Shared"
CLIPS = repeats(4, thorough=12)
OVERLAP = 2
SEED = 3
TROUBLE = '[data-testid="stAlertContentError"], [role="dialog"]'
NAMES = ("Asha", "Ben", "Chen")


class Colleague:
    """A rater beside others, and what went wrong on their page."""

    def __init__(self, bench: Workbench, browser: Browser, name: str) -> None:
        self.errors: list[str] = []
        self.rater: RaterPage = bench.sit(browser, PROJECT, name)
        self.rater.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.rater.page.on("console", self._said)
        self.met: list[str] = []
        self.before = ""

    def has_work(self) -> bool:
        """Whether the page asks for an answer; waits until it says so or says that nothing is left."""
        send = self.rater.form.get_by_role("button", name="Confirm all")
        expect(send.or_(self.rater.over)).not_to_have_count(0)
        if self.rater.over.count() == 0:
            self.rater.is_empty()
        return self.rater.over.count() == 0

    def press(self, key: str) -> None:
        """Answer without waiting for what comes of it."""
        self.before = self.rater.title.inner_text()
        self.met.append(self.rater.clip)
        self.rater.press(key, "Enter")

    def settle(self) -> None:
        """Wait until the page has gone on, as it does once the answer is stored."""
        expect(self.rater.title.filter(has_not_text=self.before).or_(self.rater.over)).not_to_have_count(0)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)


@thorough
def test_no_clip_has_a_third_rater_and_nobody_meets_one_twice(bench: Workbench, browser: Browser) -> None:
    bench.project(PROJECT, CLIPS, overlap=OVERLAP)
    turns = random.Random(SEED)
    pair = [Colleague(bench, browser, name) for name in NAMES[:OVERLAP]]
    third: list[Colleague] = []
    for turn in range(CLIPS):
        working = [one for one in (*pair, *third) if one.has_work()]
        for one in turns.sample(working, len(working)):  # all at once: nobody waits for another
            one.press(turns.choice("12345"))
        for one in working:
            one.settle()
        if turn == CLIPS // 3:
            third.append(Colleague(bench, browser, NAMES[-1]))
    everybody = [*pair, *third]
    assert not any(one.has_work() for one in everybody)
    answers = bench.answers(PROJECT)
    assert set(Counter(answer.clip_id for answer in answers).values()) == {OVERLAP}
    assert len(answers) == OVERLAP * CLIPS
    for one in everybody:
        assert len(set(one.met)) == len(one.met)
        assert one.errors == []
        expect(one.rater.page.locator('[data-testid="stAlertContentError"], [role="dialog"]')).to_have_count(
            0
        )
    assert third[0].met
    late = Colleague(bench, browser, "Dina")
    assert not late.has_work()
    late.rater.press("3", "Enter")
    expect(late.rater.status).to_contain_text("nothing to be answered")
    assert len(bench.answers(PROJECT)) == OVERLAP * CLIPS
