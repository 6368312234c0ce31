"""A project is told on the Clips page to ask first about what teaches most, and remembers it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.review_page import ReviewPage
from tests.browser.served import Served
from tests.thoroughness import thorough

TOGGLE = "Ask first about clips that teach the thresholds most"
STORED = "SELECT count(*) FROM audit_log WHERE action = 'project.queue'"
POLL_MS, POLLS = 100, 600


def _choose(page: Page, server: Served, *, times: int) -> None:
    page.get_by_text(TOGGLE).click()
    for _ in range(POLLS):
        if server.rows(STORED)[0][0] == times:
            return
        page.wait_for_timeout(POLL_MS)  # the browser shows the switch turned before the server has stored it
    raise AssertionError("The order of the clips was not stored.")


@thorough
def test_the_order_of_clips_is_chosen_once_and_review_still_leads_on(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/clips?project=Demo")
    expect(page.get_by_role("switch", name=TOGGLE)).not_to_be_checked()
    _choose(page, server, times=1)
    page.reload()
    expect(page.get_by_role("switch", name=TOGGLE)).to_be_checked()
    ReviewPage(page, server).open()
    assert server.rows("SELECT count(*) FROM selections")[0][0] > 0
    page.goto(f"{server.url}/clips?project=Demo")
    _choose(page, server, times=2)  # as it was, for the tests that share the server
    page.reload()
    expect(page.get_by_role("switch", name=TOGGLE)).not_to_be_checked()
