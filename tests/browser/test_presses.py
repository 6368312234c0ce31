"""A press reaches the page: Streamlit may forget it, and the browser tells it until it is heard."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.sync_api import Page

SCRIPT: Final = Path(__file__).resolve().parents[2] / "dashboard" / "components" / "presses.js"
TWO_MORE_TELLINGS_MS: Final = 2_500
SET_UP: Final = """
    window.told = [];
    window.presses = new Presses();
    window.hear = (heard) => presses.hear({
      data: { heard }, setTriggerValue: (name, press) => told.push({ name, ...press }),
    });
    hear([]);
"""


def _told(page: Page) -> list[dict[str, object]]:
    told: list[dict[str, object]] = page.evaluate("told")
    return told


def _begin(page: Page, state: str) -> None:
    page.set_content(f'<div data-testid="stApp" data-test-script-state="{state}"></div>')
    page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8") + SET_UP)


def test_a_press_that_was_forgotten_is_told_again_until_it_is_heard(page: Page) -> None:
    _begin(page, "notRunning")
    page.evaluate("presses.send('move', 'on')")
    page.wait_for_function("told.length >= 3")
    told = _told(page)
    assert all((one["name"], one["value"]) == ("move", "on") for one in told)
    assert len({one["press"] for one in told}) == 1
    assert page.evaluate("presses.isWaiting('move', 'skip')")
    page.evaluate("hear([told[0].press])")
    assert not page.evaluate("presses.isWaiting('move', 'skip')")
    heard_after = len(_told(page))
    page.wait_for_timeout(TWO_MORE_TELLINGS_MS)
    assert len(_told(page)) == heard_after


def test_a_press_that_waits_behind_a_run_is_not_told_twice(page: Page) -> None:
    _begin(page, "running")
    page.evaluate("presses.send('move', 'on')")
    page.wait_for_timeout(TWO_MORE_TELLINGS_MS)
    assert len(_told(page)) == 1
    page.evaluate("document.querySelector('[data-testid=stApp]').dataset.testScriptState = 'notRunning'")
    page.wait_for_function("told.length >= 2")


def test_a_press_whose_end_has_come_is_forgotten_and_not_told_again(page: Page) -> None:
    _begin(page, "notRunning")
    page.evaluate("presses.send('turn', 'clip 1'); presses.send('flag', 'two faces')")
    page.evaluate("presses.forget('turn', 'move')")
    assert not page.evaluate("presses.isWaiting('turn')")
    page.wait_for_function("told.length >= 4")
    assert [one["name"] for one in _told(page)[2:]] == ["flag"] * (len(_told(page)) - 2)


def test_two_presses_are_told_apart(page: Page) -> None:
    _begin(page, "notRunning")
    page.evaluate("presses.send('move', 'next'); presses.send('move', 'next')")
    first, second = _told(page)[:2]
    assert first["press"] != second["press"]
    page.evaluate("hear([told[0].press])")
    page.wait_for_function("told.length >= 3")
    assert {one["press"] for one in _told(page)[2:]} == {second["press"]}
